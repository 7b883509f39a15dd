import { expect, it } from 'vitest'
import type { ActorContext, Timer } from '../../src/index.ts'
import { Cast, type Order, settled } from './scripted.ts'
import type { MakeSystem } from './system-under-test.ts'

const failure = new Error('thrown by the actor')

/** When an actor hears what it sent itself. */
export function timersClaims(makeSystem: MakeSystem): void {
  it('an actor hears its own message after the time it said, once', async () => {
    const { system, clock } = makeSystem()
    const cast = new Cast()
    const start = (context: ActorContext) => void context.after(100, 'rung')
    await system.spawn('a/1', cast.actor('a', { start }))
    clock.advance(99)
    expect(cast.seen).toEqual(['a:start'])
    clock.advance(1_000)
    expect(cast.seen).toEqual(['a:start', 'a:rung'])
  })

  it('what a timer brings waits for its turn like any message', async () => {
    const { system, clock } = makeSystem()
    const cast = new Cast()
    const ref = await system.spawn<Order, unknown>('a/1', cast.actor('a'))
    const asked = ref.ask(async (context) => {
      context.after(100, 'rung')
      clock.advance(100)
      await settled()
      cast.seen.push('a:turn ends')
    })
    await asked
    await settled()
    expect(cast.seen).toEqual(['a:start', 'a:turn ends', 'a:rung'])
  })

  it('a cancelled timer is not heard, even if it has rung and waits in the mailbox', async () => {
    const { system, clock } = makeSystem()
    const cast = new Cast()
    const ref = await system.spawn<Order, unknown>('a/1', cast.actor('a'))
    await ref.ask(async (context) => {
      const timers: Timer[] = [context.after(100, 'rung'), context.after(200, 'not yet rung')]
      clock.advance(100)
      await settled()
      for (const timer of timers) timer.cancel()
    })
    clock.advance(1_000)
    await settled()
    expect(cast.seen).toEqual(['a:start'])
  })

  it('the timers of an actor die with it, and leave no dead letter', async () => {
    const { system, clock, failures } = makeSystem()
    const cast = new Cast()
    const ref = await system.spawn<Order, unknown>('a/1', cast.actor('a'))
    const kinds: string[] = []
    system.subscribe(({ kind }) => kinds.push(kind))
    await ref.ask(async (context) => {
      context.after(100, 'rung')
      context.after(200, 'not yet rung')
      clock.advance(100)
      context.stop()
      context.after(300, 'set too late')
      await settled()
    })
    clock.advance(1_000)
    await settled()
    expect([cast.seen, failures, kinds]).toEqual([['a:start', 'a:stop'], [], ['terminated']])
  })

  it('the timers of an instance do not reach the one that takes its place', async () => {
    const { system, clock } = makeSystem()
    const cast = new Cast()
    const supervision = { onFailure: 'restart', restarts: { minBackoffMs: 0 } } as const
    const ref = await system.spawn<Order, unknown>('a/1', cast.maker('a'), { supervision })
    ref.tell(async (context) => {
      context.after(100, 'rung')
      context.after(200, 'not yet rung')
      clock.advance(100)
      await settled()
      throw failure
    })
    await settled()
    await settled()
    clock.advance(0)
    await settled()
    clock.advance(1_000)
    expect(await ref.ask('hello')).toBe('hello 2')
    expect(cast.seen).toEqual(['a:start', 'a:stop', 'a:start', 'a:hello'])
  })

  it('a timer that finds the mailbox full leaves a dead letter, and the process lives', async () => {
    const { system, clock, failures } = makeSystem()
    const ref = await system.spawn<Order, unknown>('a/1', new Cast().actor('a'), { mailbox: 1 })
    const letters: unknown[] = []
    system.subscribe((event) => letters.push(event))
    const asked = ref.ask(async (context) => {
      for (const message of ['rung', 'too much']) context.after(100, message)
      clock.advance(100)
      await settled()
    })
    await asked
    expect(letters).toEqual([{ kind: 'deadLetter', name: 'a/1', message: 'too much', reason: 'MailboxFull' }])
    expect(failures).toMatchObject([{ name: 'a/1', error: { code: 'MailboxFull' } }])
  })

  it('what a timer brings has room behind a flood, and is sent by the actor itself', async () => {
    const { system, clock } = makeSystem()
    const cast = new Cast()
    const ref = await system.spawn<Order, unknown>('a/1', cast.actor('a'), { mailbox: 4 })
    const asked = ref.ask(async (context) => {
      context.after(100, ({ sender }: ActorContext) => void cast.seen.push(`rung by ${sender?.name}`))
      await settled()
    })
    for (let flood = 0; flood < 4; flood++) ref.tell(`flood ${flood}`)
    clock.advance(100)
    await asked
    expect(cast.seen).toEqual(['a:start', 'a:flood 0', 'rung by a/1', 'a:flood 1', 'a:flood 2', 'a:flood 3'])
  })
}
