/**
 * How deeds may end.
 *
 * E1  not-found: a session is never unknown to the cluster before its client has ended it.
 * E2  unexpected, hung: every deed is answered: done, not run, or interrupted.
 * E3  interrupted: only what was in flight while a fault went on that interrupts, once each, not in a session that it
 *     spared, and never what may run again.
 * E4  A connection is cut by nothing but the end of its gateway.
 * E5  A tool does not learn whether its state was stored only while its worker or the store is struck.
 * E6  Of a deed that asks an actor also the worker of the actor counts, and whoever asked is told that it moved.
 */
import { faultRules } from '../arena/faults.ts'
import type { DoneDeed } from './deeds.ts'
import { type Strike, strikesDuring } from './strikes.ts'
import type { Violation } from './violation.ts'

/** Deeds that are never interrupted: they change nothing, or nothing more when they are repeated. */
const REPEATED: readonly string[] = ['put', 'list', 'follow', 'end', 'read', 'retire', 'ends', 'close']

/** @param deeds of all sessions. */
export function checkEndings(deeds: readonly DoneDeed[], strikes: readonly Strike[]): readonly Violation[] {
  return deeds.flatMap((deed) => {
    const wrong = wrongEnding(deed, strikes)
    return wrong ? [{ ...wrong, session: deed.session, op: deed.op }] : []
  })
}

function wrongEnding({ f, began, end, session, actor }: DoneDeed, strikes: readonly Strike[]) {
  if (!end) return { rule: 'hung' as const, text: `${f} never ended` }
  if (end.type === 'ok') return undefined
  if (end.type === 'interrupted')
    return wrongInterruption({ f, session, actor, reason: end.reason }, strikesDuring(strikes, began, end.at))
  if (end.reason === 'refused') return undefined
  if (end.reason === 'not-found') return f === 'end' ? undefined : { rule: 'not-found' as const, text: f }
  return { rule: end.reason === 'hung' ? ('hung' as const) : ('unexpected' as const), text: `${f}: ${end.reason}` }
}

interface Interruption {
  readonly f: string
  readonly session: string | undefined
  readonly actor: string | undefined
  readonly reason: string
}

function wrongInterruption({ f, session, actor, reason }: Interruption, met: readonly Strike[]) {
  const isSpared = ({ spared }: Strike) => actor === undefined && spared.includes(session ?? '')
  const interrupts = (strike: Strike) => faultRules[strike.f].interrupts && !isSpared(strike)
  const isAllowed = {
    cut: met.some((strike) => strike.f === 'gateway'), // E4
    store: met.some(interrupts), // E5
    session_moved: !REPEATED.includes(f) && met.some(interrupts), // E3
    actor_moved: f === 'enter' && met.some(interrupts) // E6
  }[reason]
  return isAllowed ? undefined : { rule: 'interrupted' as const, text: `${f}: ${reason}` }
}
