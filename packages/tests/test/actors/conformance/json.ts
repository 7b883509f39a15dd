import { expect, it } from 'vitest'
import type { Order } from '../scripted/order.ts'
import { type ActorsUnderTest, actorOf } from './actors-under-test.ts'

const code = (code: string) => expect.objectContaining({ code })

/** What can be said between processes. */
export function jsonClaims(under: ActorsUnderTest): void {
  it('a message that is not JSON is refused before it is sent, and names the place', async () => {
    const { ref, name } = actorOf(under)
    const order = { do: 'answer', value: { since: [new Date()] } } as Order
    await expect(ref.ask(order)).rejects.toThrow(`${name}: $.value.since[0] is a Date`)
    await expect(ref.ask(order)).rejects.toThrow(code('MessageNotSerialisable'))
    expect(() => ref.tell(order)).toThrow(code('MessageNotSerialisable'))
    await expect(under.actors().actorOf(name)).rejects.toThrow(code('ActorNotFound'))
  })

  it('an answer that is not JSON rejects the ask, and the actor goes on', async () => {
    const { ref } = actorOf(under)
    await ref.ask({ do: 'note', text: 'before' })
    await expect(ref.ask({ do: 'answer a function' })).rejects.toThrow(code('MessageNotSerialisable'))
    expect(await ref.ask({ do: 'read notes' })).toEqual(['before'])
  })

  it('a message and an answer may be larger than one packet', async () => {
    const value = 'x'.repeat(100_000)
    expect(await actorOf(under).ref.ask({ do: 'answer', value })).toBe(value)
  })
}
