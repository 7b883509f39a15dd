import { expect, it } from 'vitest'
import type { ActorEvent, ActorSystem, Supervision } from '../../src/index.ts'
import { Cast, type Order, settled } from './scripted.ts'
import type { MakeSystem } from './system-under-test.ts'

const failure = new Error('thrown by the actor')

function eventsOf(system: ActorSystem): ActorEvent[] {
  const events: ActorEvent[] = []
  system.subscribe((event) => events.push(event))
  return events
}

/** What whoever subscribes to a system hears of. */
export function eventStreamClaims(makeSystem: MakeSystem): void {
  it('a tell to an actor that has stopped is a dead letter, and its sender is told as well', async () => {
    const { system } = makeSystem()
    const ref = await system.spawn('a/1', new Cast().actor('a'))
    await system.stopActor('a/1')
    const events = eventsOf(system)
    expect(() => ref.tell('late')).toThrow(expect.objectContaining({ code: 'ActorStopped' }))
    expect(events).toEqual([{ kind: 'deadLetter', name: 'a/1', message: 'late', reason: 'ActorStopped' }])
  })

  it('a tell to a full mailbox is a dead letter', async () => {
    const { system } = makeSystem()
    const ref = await system.spawn('a/1', new Cast().actor('a'), { mailbox: 0 })
    const events = eventsOf(system)
    ref.tell(settled)
    expect(() => ref.tell('too much')).toThrow(expect.objectContaining({ code: 'MailboxFull' }))
    expect(events).toEqual([{ kind: 'deadLetter', name: 'a/1', message: 'too much', reason: 'MailboxFull' }])
  })

  it('a tell that waits while its actor stops is a dead letter, and an ask is not: its asker is told', async () => {
    const { system } = makeSystem()
    const ref = await system.spawn('a/1', new Cast().actor('a'))
    const events = eventsOf(system)
    ref.tell(settled)
    ref.tell('told')
    const refused = expect(ref.ask('asked')).rejects.toThrow(expect.objectContaining({ code: 'ActorStopped' }))
    await system.stop()
    await refused
    expect(events.filter(({ kind }) => kind === 'deadLetter')).toMatchObject([
      { message: 'told', reason: 'ActorStopped' }
    ])
  })

  it('every restart is told with its cause and its pause, and the end with its reason', async () => {
    const { system, clock } = makeSystem()
    const events = eventsOf(system)
    const supervision: Supervision = { onFailure: 'restart', restarts: { limit: 1, minBackoffMs: 200 } }
    const ref = await system.spawn<Order, unknown>('a/1', new Cast().maker('a'), { supervision })
    for (let crash = 0; crash < 2; crash++) {
      await expect(ref.ask(failure)).rejects.toBe(failure)
      await settled()
      clock.advance(100)
      await settled()
    }
    const error = expect.objectContaining({ code: 'RestartsExhausted' })
    expect(events).toEqual([
      { kind: 'restarting', name: 'a/1', error: failure, pauseMs: 100 },
      { kind: 'terminated', name: 'a/1', reason: { kind: 'failed', error } }
    ])
  })

  it('a listener that throws is reported, and neither actors nor other listeners notice', async () => {
    const { system, failures } = makeSystem()
    system.subscribe(() => {
      throw failure
    })
    const events = eventsOf(system)
    await system.spawn('a/1', new Cast().actor('a'))
    await system.stop()
    expect(failures).toEqual([{ name: 'a/1', error: failure }])
    expect(events).toHaveLength(1)
  })

  it('whoever has ended the subscription hears no more', async () => {
    const { system } = makeSystem()
    const events: ActorEvent[] = []
    const end = system.subscribe((event) => events.push(event))
    end()
    await system.spawn('a/1', new Cast().actor('a'))
    await system.stop()
    expect(events).toEqual([])
  })
}
