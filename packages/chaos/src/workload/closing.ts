/** The end of a run: what the sessions have shared is read once more, and ended. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Ending } from '../history.ts'
import type { ChaosSession } from './chaos-session.ts'
import { HUNG_MS } from './read-on.ts'
import type { SharedActors } from './shared-actors.ts'

const AGAIN_MS = 100

/** @param session does nothing else, after all others have ended. */
export async function closeShared(shared: SharedActors, session: ChaosSession): Promise<void> {
  const finished = AbortSignal.timeout(HUNG_MS)
  const until = async (isDone: (ending: Ending) => boolean, deed: () => Promise<Ending>) => {
    while (!isDone(await deed()) && !finished.aborted) await delay(AGAIN_MS)
  }
  for (const ledger of shared.ledgers) {
    await until(isOk, () => session.read(ledger))
    await until(isOk, () => session.close(ledger))
  }
  for (const watcher of shared.watchers) {
    await until(isToldAll(shared.owedTo(watcher)), () => session.ends(watcher))
    await until(isOk, () => session.close(watcher))
  }
}

function isOk({ type }: Ending): boolean {
  return type === 'ok'
}

function isToldAll(owed: ReadonlySet<string>): (ending: Ending) => boolean {
  return (ending) => {
    if (ending.type !== 'ok') return false
    const told = new Set((ending.value as readonly { readonly name: string }[]).map(({ name }) => name))
    return [...owed].every((task) => told.has(task))
  }
}
