import { expect, it } from 'vitest'
import { NARROW } from '../scripted/kinds.ts'
import { type ActorsUnderTest, actorOf } from './actors-under-test.ts'
import { blocked } from './gate.ts'

const TEXTS = Array.from({ length: 100 }, (_, nth) => String(nth))
const isSettled = { settled: 0 }

/** Which message is handled when. */
export function turnsClaims(under: ActorsUnderTest): void {
  it('the messages of one sender to a living actor are handled in the order in which they were sent', async () => {
    const { ref } = actorOf(under)
    await ref.ask({ do: 'answer' })
    for (const text of TEXTS) ref.tell({ do: 'note', text })
    expect(await ref.ask({ do: 'read notes' })).toEqual(TEXTS)
  })

  it('asks and tells of one sender keep their order among each other', async () => {
    const { ref } = actorOf(under)
    await ref.ask({ do: 'answer' })
    const asked = TEXTS.map((text, nth) => (nth % 2 ? ref.ask({ do: 'note', text }) : ref.tell({ do: 'note', text })))
    await Promise.all(asked)
    expect(await ref.ask({ do: 'read notes' })).toEqual(TEXTS)
  })

  it('an actor handles one message at a time, also while a turn waits', async () => {
    const { ref } = actorOf(under)
    await Promise.all(TEXTS.slice(0, 10).map((note) => ref.ask({ do: 'sleep', ms: 5, note })))
    expect(await ref.ask({ do: 'count at once' })).toBe(1)
  })

  it('an actor that interleaves handles as many messages at once as it said, and no more', async () => {
    const { ref } = actorOf(under, 'wide')
    await ref.ask({ do: 'answer' })
    await Promise.all(TEXTS.slice(0, 12).map(() => ref.ask({ do: 'sleep', ms: 50 })))
    expect(await ref.ask({ do: 'count at once' })).toBe(3)
  })

  it('a sender that floods an actor is refused with MailboxFull', async () => {
    const { ref, open } = await blocked(under, 'narrow')
    const refused = Promise.any(TEXTS.map((text) => failed(ref.ask({ do: 'note', text }, { timeoutMs: 20_000 }))))
    expect(await refused).toMatchObject({ code: 'MailboxFull' })
    await open()
  })

  it('while one sender floods an actor, another is answered long before the flood is over', async () => {
    const { ref, id } = actorOf(under, 'narrow')
    const other = actorOf(under, 'narrow', id, { sender: 'session/other' })
    await ref.ask({ do: 'answer' })
    const flood = { ...isSettled }
    const settled = () => flood.settled++
    const asks = TEXTS.slice(0, 4 * NARROW).map(() => ref.ask({ do: 'sleep', ms: 50 }).then(settled, () => undefined))
    expect(await other.ref.ask({ do: 'answer', value: 'in between' })).toBe('in between')
    expect(flood.settled).toBeLessThan(NARROW / 2)
    await Promise.all(asks)
    expect(flood.settled).toBeGreaterThanOrEqual(NARROW)
  })
}

/** What a question fails with. */
async function failed(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => Promise.reject(new Error('it was answered')),
    (error: unknown) => error
  )
}
