import { groupedBy } from '../grouped-by.ts'
import type { DoneDeed } from './deeds.ts'
import type { Strike } from './strikes.ts'

/** What a fault did to the sessions that it struck. */
export interface Recovered {
  readonly strike: Strike
  /** Of each that called: the longest time without an answer from when it called, or from the fault; in milliseconds. */
  readonly times: readonly number[]
  /** Calls that may run once only, and that nobody knows the outcome of. */
  readonly interrupted: number
  /** Calls that may run once only and had no answer while nobody answered the session. */
  readonly onceInFlight: number
}

/** Calls of one session until one of them succeeded, from the first that did not. */
interface Silence {
  readonly deeds: readonly DoneDeed[]
  readonly ms: number
}

/** Clients wait for less between two deeds, unless they are away. */
const AWAY_MS = 1_000

const NONE: Silence = { deeds: [], ms: 0 }

/** @param deeds of all sessions, in the order in which they began. */
export function recoveredFrom(strike: Strike, deeds: readonly DoneDeed[]): Recovered {
  const ofOwners = deeds.filter(({ actor }) => actor === undefined) // the worker of an actor may be another
  const ofSessions = groupedBy(ofOwners, ({ session }) => session)
  const silences = strike.struck.map((session) => silencesOf(strike, ofSessions.get(session) ?? []))
  const longest = silences.map((own) => own.reduce((worst, one) => (one.ms > worst.ms ? one : worst), NONE))
  const isOnce = ({ f }: DoneDeed) => f === 'append'
  const isInterrupted = ({ end }: DoneDeed) => end?.type === 'interrupted'
  const all = silences.flatMap((own) => own.flatMap((silence) => silence.deeds)).filter(isOnce)
  return {
    strike,
    times: longest.filter((silence) => silence !== NONE).map(({ ms }) => ms),
    interrupted: all.filter(isInterrupted).length,
    onceInFlight: new Set([...all.filter(isInterrupted), ...longest.flatMap((one) => one.deeds).filter(isOnce)]).size
  }
}

/**
 * Those that began while the fault went on, or were in flight when it began. Where the client was away, or called what takes
 * long by itself, nobody knows when it would have been answered.
 */
function silencesOf({ from, until }: Strike, deeds: readonly DoneDeed[]): readonly Silence[] {
  const silences: Silence[] = []
  let waiting: DoneDeed[] = []
  for (const deed of deeds) {
    if (deed.f === 'follow' || isAway(waiting.at(-1), deed)) waiting = []
    if (deed.f === 'follow' || !deed.end || deed.end.at < from) continue
    waiting.push(deed)
    if (deed.end.type !== 'ok') continue
    const began = Math.max(from, (waiting[0] as DoneDeed).began)
    if (began <= until) silences.push({ deeds: waiting, ms: deed.end.at - began })
    waiting = []
  }
  return silences
}

function isAway(before: DoneDeed | undefined, { began }: DoneDeed): boolean {
  return before?.end !== undefined && began - before.end.at > AWAY_MS
}
