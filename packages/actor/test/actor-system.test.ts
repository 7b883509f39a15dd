import { describe, expect, it } from 'vitest'
import { Actor, type ActorContext, ActorError, ActorSystem, VirtualClock } from '../src/index.ts'

class Recorder extends Actor<string, string> {
  readonly seen: string[] = []
  readonly #turns: (() => void)[] = []
  started = false
  stopped = false

  override start() {
    this.started = true
  }

  override receive(message: string, context: ActorContext): string | Promise<string> {
    this.seen.push(message)
    if (message === 'throw') throw new Error('thrown by the actor')
    if (message === 'deadline') return String(context.deadline)
    if (message !== 'wait') return `${message}!`
    return new Promise((resolve) => this.#turns.push(() => resolve('waited')))
  }

  override stop() {
    this.stopped = true
  }

  finishTurn() {
    this.#turns.shift()?.()
  }
}

function systemUnderTest() {
  const clock = new VirtualClock(1_000)
  const failures: unknown[] = []
  const system = ActorSystem.start({ clock, onFailure: (_name, error) => failures.push(error) })
  return { system, clock, failures }
}

const code = (code: string) => expect.objectContaining({ code })

describe('ActorSystem', () => {
  it('spawns, answers an ask, and finds the actor by its name', async () => {
    const { system } = systemUnderTest()
    await system.spawn('room/1', new Recorder())
    expect(await system.actorOf<string>('room/1').ask('hello')).toBe('hello!')
    expect(() => system.actorOf('room/2')).toThrow(code('ActorNotFound'))
  })

  it('refuses a second actor of a living name, so that an address has one owner', async () => {
    const { system } = systemUnderTest()
    await system.spawn('room/1', new Recorder())
    await expect(system.spawn('room/1', new Recorder())).rejects.toThrow(code('NameTaken'))
  })

  it('handles one message at a time, so that an actor never races with itself', async () => {
    const { system } = systemUnderTest()
    const actor = new Recorder()
    const ref = await system.spawn('room/1', actor)
    const first = ref.ask('wait')
    const second = ref.ask('b')
    expect(actor.seen).toEqual(['wait'])
    actor.finishTurn()
    expect(await first).toBe('waited')
    expect(await second).toBe('b!')
  })

  it('interleaves up to the number given, and the rest waits in order', async () => {
    const { system } = systemUnderTest()
    const actor = new Recorder()
    const ref = await system.spawn('room/1', actor, { interleave: 2 })
    const asks = [ref.ask('wait'), ref.ask('wait'), ref.ask('c')]
    expect(actor.seen).toEqual(['wait', 'wait'])
    actor.finishTurn()
    actor.finishTurn()
    await Promise.all(asks)
    expect(actor.seen).toEqual(['wait', 'wait', 'c'])
  })

  it('a message that an actor sends itself waits for the turn to end', async () => {
    const order: string[] = []
    class Echo extends Actor<string> {
      override receive(message: string, context: ActorContext) {
        if (message === 'outer') context.tell(context.self, 'inner')
        order.push(message)
      }
    }
    const { system } = systemUnderTest()
    const ref = await system.spawn('echo/1', new Echo())
    ref.tell('outer')
    await expect.poll(() => order).toEqual(['outer', 'inner'])
  })

  it('a full mailbox refuses, so that a flood costs the sender and not the process', async () => {
    const { system } = systemUnderTest()
    const ref = await system.spawn('room/1', new Recorder(), { mailbox: 1 })
    ref.tell('wait')
    ref.tell('queued')
    expect(() => ref.tell('too much')).toThrow(code('MailboxFull'))
    await expect(ref.ask('too much')).rejects.toThrow(code('MailboxFull'))
  })

  it('what an actor throws rejects the ask and reaches onFailure for a tell, and the actor goes on', async () => {
    const { system, failures } = systemUnderTest()
    const ref = await system.spawn('room/1', new Recorder())
    await expect(ref.ask('throw')).rejects.toThrow('thrown by the actor')
    ref.tell('throw')
    expect(failures).toHaveLength(1)
    expect(await ref.ask('still here')).toBe('still here!')
  })

  it('an ask ends with AskTimeout when the actor takes longer than the asker waits', async () => {
    const { system, clock } = systemUnderTest()
    const ref = await system.spawn('room/1', new Recorder())
    const asked = ref.ask('wait', { timeoutMs: 50 })
    clock.advance(50)
    await expect(asked).rejects.toThrow(code('AskTimeout'))
  })

  it('an aborted ask ends with Aborted', async () => {
    const { system } = systemUnderTest()
    const ref = await system.spawn('room/1', new Recorder())
    const abort = new AbortController()
    const asked = ref.ask('wait', { signal: abort.signal })
    abort.abort()
    await expect(asked).rejects.toThrow(code('Aborted'))
    await expect(ref.ask('again', { signal: abort.signal })).rejects.toThrow(code('Aborted'))
  })

  it('a nested ask inherits the earliest deadline', async () => {
    const { system } = systemUnderTest()
    const inner = await system.spawn('inner/1', new Recorder())
    class Outer extends Actor<string, string> {
      override receive(_message: string, context: ActorContext) {
        return context.ask<string, string>(inner, 'deadline', { timeoutMs: 60_000 })
      }
    }
    const outer = await system.spawn('outer/1', new Outer())
    expect(await outer.ask('go', { timeoutMs: 500 })).toBe('1500')
  })

  it('stopping lets the running turn finish, refuses what waits, and stops the actor last', async () => {
    const { system } = systemUnderTest()
    const actor = new Recorder()
    const ref = await system.spawn('room/1', actor)
    const running = ref.ask('wait')
    const waiting = ref.ask('never handled')
    const stopped = system.stop()
    await expect(waiting).rejects.toThrow(code('ActorStopped'))
    expect(actor.stopped).toBe(false)
    actor.finishTurn()
    expect(await running).toBe('waited')
    await stopped
    expect(actor.stopped).toBe(true)
    expect(() => ref.tell('late')).toThrow(code('ActorStopped'))
    await expect(system.spawn('room/2', new Recorder())).rejects.toThrow(code('ActorStopped'))
  })

  it('an actor whose start throws never lives, and its name is free again', async () => {
    const { system } = systemUnderTest()
    class Broken extends Actor<string> {
      override start() {
        throw new Error('cannot start')
      }
      override receive() {}
    }
    await expect(system.spawn('room/1', new Broken())).rejects.toThrow('cannot start')
    await expect(system.spawn('room/1', new Recorder())).resolves.toBeDefined()
    expect(new ActorError('NameTaken', 'x').name).toBe('NameTaken')
  })
})
