import { expect, it } from 'vitest'
import type { Asked } from '../scripted/order.ts'
import { type ActorsUnderTest, actorOf } from './actors-under-test.ts'

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

/** What travels with a message. */
export function messageContextClaims(under: ActorsUnderTest): void {
  it('an actor knows who sent a message, on whose behalf, and as a part of which work', async () => {
    const { ref } = actorOf(under, 'scripted', undefined, { sender: 'session/ann', principal: 'ann' })
    const context = await ref.ask({ do: 'tell context' }, { trace: TRACE })
    expect(context).toMatchObject({ sender: 'session/ann', principal: 'ann', trace: TRACE })
  })

  it('what an actor asks carries its own name, and the trace and the principal of what it handles', async () => {
    const first = actorOf(under, 'scripted', undefined, { principal: 'ann' })
    const second = actorOf(under)
    const order = { do: 'ask', to: second.to, order: { do: 'tell context' } } as const
    const { answer } = (await first.ref.ask(order, { trace: TRACE })) as Asked
    expect(answer).toMatchObject({ sender: first.name, principal: 'ann', trace: TRACE })
  })

  it('what an actor tells carries the same, through any number of actors', async () => {
    const [first, second, third] = [
      actorOf(under, 'scripted', undefined, { principal: 'ann' }),
      actorOf(under),
      actorOf(under)
    ]
    const last = { do: 'ask', to: third.to, order: { do: 'tell context' } } as const
    const { answer } = (await first.ref.ask({ do: 'ask', to: second.to, order: last }, { trace: TRACE })) as Asked
    expect((answer as Asked).answer).toMatchObject({ sender: second.name, principal: 'ann', trace: TRACE })
  })

  it('a nested ask inherits the deadline: of both the earlier counts', async () => {
    const { ref } = actorOf(under)
    const { to } = actorOf(under)
    const ask = async (timeoutMs: number, nestedMs: number) => {
      const order = { do: 'ask', to, order: { do: 'tell context' }, timeoutMs: nestedMs } as const
      const { own, answer } = (await ref.ask(order, { timeoutMs })) as Asked
      return ((answer as Asked['own']).deadline ?? Number.NaN) - (own.deadline ?? Number.NaN)
    }
    expect(Math.abs(await ask(5_000, 60_000))).toBeLessThanOrEqual(1) // it travels in whole milliseconds
    expect(await ask(60_000, 5_000)).toBeLessThan(-50_000)
  })

  it('a nested ask ends with the deadline of its asker', async () => {
    const { ref } = actorOf(under)
    const { to } = actorOf(under)
    const began = performance.now()
    const order = { do: 'ask', to, order: { do: 'sleep', ms: 3_000 }, timeoutMs: 60_000 } as const
    await expect(ref.ask(order, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'AskTimeout' })
    await ref.ask({ do: 'answer' }) // whose turn comes after the one of the nested ask
    expect(performance.now() - began).toBeLessThan(2_500)
  })

  it('an actor replies to whoever sent a message by telling it', async () => {
    const asker = actorOf(under)
    const { to } = actorOf(under)
    await asker.ref.ask({ do: 'tell', to, order: { do: 'reply', order: { do: 'note', text: 'a reply' } } })
    await expect.poll(() => asker.ref.ask({ do: 'read notes' })).toEqual(['a reply'])
  })
}
