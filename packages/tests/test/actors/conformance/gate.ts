import { expect } from 'vitest'
import { type ActorsUnderTest, actorOf, anyId } from './actors-under-test.ts'

/** An actor in the midst of a turn, and what lets it go on. */
export async function blocked(under: ActorsUnderTest, kind?: string) {
  const gate = anyId()
  const at = under.actors().getOrActivate<{ readonly do: string }>('gate', gate)
  const actor = actorOf(under, kind)
  const passed = actor.ref.ask({ do: 'wait', gate })
  await expect.poll(() => at.ask({ do: 'count waiting' })).toBe(1)
  const open = async () => {
    await at.ask({ do: 'open' })
    await passed
  }
  return { ...actor, open }
}
