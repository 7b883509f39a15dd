import { expect, it } from 'vitest'
import type { ActorRef, Lane } from '../../src/index.ts'
import { Cast, type Order, settled } from './scripted.ts'
import type { MakeSystem } from './system-under-test.ts'

const MAILBOX = 8

/** An actor whose turn lasts until everything was sent that a test sends. */
async function busyActor({ system }: ReturnType<MakeSystem>) {
  const cast = new Cast()
  const ref: ActorRef<Order, unknown> = await system.spawn('a/1', cast.actor('a'), { mailbox: MAILBOX })
  ref.tell(settled)
  return { ref, handled: () => cast.seen.slice(1).map((text) => text.slice('a:'.length)) }
}

/** Tells until the mailbox refuses; answers how many it took. */
function flood(ref: ActorRef<Order, unknown>, sender?: string): number {
  for (let taken = 0; ; taken++) {
    try {
      ref.tell(`${sender} ${taken}`, { sender })
    } catch (error) {
      expect(error).toMatchObject({ code: 'MailboxFull' })
      return taken
    }
  }
}

/** Who is heard when many speak. */
export function mailboxClaims(makeSystem: MakeSystem): void {
  it('a lone sender has the whole mailbox, and is told when it is full', async () => {
    const { ref } = await busyActor(makeSystem())
    expect(flood(ref)).toBe(MAILBOX)
  })

  it('whoever floods an actor gets MailboxFull, and the question of another is taken and answered in the next round', async () => {
    const { ref, handled } = await busyActor(makeSystem())
    expect(flood(ref, 'flooder')).toBe(MAILBOX)
    const asked = ref.ask('other', { sender: 'other' })
    expect(flood(ref, 'flooder')).toBe(0)
    expect(await asked).toBe('other 1')
    expect(handled().slice(0, 2)).toEqual(['flooder 0', 'other'])
    await settled()
    expect(handled()).toHaveLength(MAILBOX + 1)
  })

  it('each that floods leaves half of the room to those that come, and all together have twice the mailbox', async () => {
    const { ref } = await busyActor(makeSystem())
    const taken = ['a', 'b', 'c', 'd', 'e'].map((sender) => flood(ref, sender))
    expect(taken).toEqual([8, 4, 2, 1, 1])
    expect(flood(ref, 'f')).toBe(0)
  })

  it('who was refused is taken again once its messages were handled', async () => {
    const { ref } = await busyActor(makeSystem())
    flood(ref, 'flooder')
    await settled()
    ref.tell(settled)
    expect(flood(ref, 'flooder')).toBe(MAILBOX)
  })

  it('senders take turns, and the order of each is kept', async () => {
    const { ref, handled } = await busyActor(makeSystem())
    for (const text of ['a 1', 'a 2', 'a 3', 'b 1', 'b 2', 'c 1']) ref.tell(text, { sender: text.slice(0, 1) })
    await settled()
    expect(handled()).toEqual(['a 1', 'b 1', 'c 1', 'a 2', 'b 2', 'a 3'])
  })

  it('replies go before clients, and clients before the background', async () => {
    const { ref, handled } = await busyActor(makeSystem())
    const lanes: readonly (Lane | undefined)[] = ['background', 'client', undefined, 'reply']
    for (const lane of lanes) ref.tell(`${lane}`, { lane })
    await settled()
    expect(handled()).toEqual(['reply', 'client', 'undefined', 'background'])
  })

  it('the background is not starved by clients: one of its messages goes after eight of theirs', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const ref = await system.spawn<Order, unknown>('a/1', cast.actor('a'))
    ref.tell(settled)
    for (let sent = 0; sent < 20; sent++) ref.tell('client')
    for (let sent = 0; sent < 3; sent++) ref.tell('background', { lane: 'background' })
    await settled()
    const places = cast.seen.slice(1).flatMap((text, place) => (text === 'a:background' ? [place] : []))
    expect(places).toEqual([8, 17, 22])
  })

  it('a lane that no compiler has checked is that of clients, and the actor lives', async () => {
    const { ref, handled } = await busyActor(makeSystem())
    ref.tell('odd', { lane: 'urgent' as Lane })
    await settled()
    expect(handled()).toEqual(['odd'])
  })

  it('a mailbox that is never empty for a long time loses nothing and keeps the order', async () => {
    const { system } = makeSystem()
    const seen: number[] = []
    const ref = await system.spawn<Order, unknown>('a/1', new Cast().actor('a'), { mailbox: 300 })
    ref.tell(settled)
    for (let sent = 0; sent < 300; sent++) ref.tell(() => send(sent))
    const send = (number: number) => {
      seen.push(number)
      if (number < 2_000) ref.tell(() => send(number + 300))
    }
    await settled()
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => index))
    expect(seen.length).toBeGreaterThan(2_000)
  })
}
