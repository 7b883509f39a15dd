import { expect, it } from 'vitest'
import type { ActorContext, RestartOptions, Supervision } from '../../src/index.ts'
import { Cast, type Order, settled } from './scripted.ts'
import type { MakeSystem, SystemUnderTest } from './system-under-test.ts'

const code = (code: string) => expect.objectContaining({ code })
const failure = new Error('thrown by the actor')

/** A pause of 1 s before every restart; by chance nothing is added. */
const RESTARTS: RestartOptions = { limit: 2, withinMs: 60_000, minBackoffMs: 2_000, maxBackoffMs: 2_000 }
const restart: Supervision = { onFailure: 'restart', restarts: RESTARTS }

/** A parent under `supervision` whose child escalates everything, and another child. */
async function family({ system }: SystemUnderTest, cast: Cast, supervision?: Supervision) {
  const start = async (context: ActorContext) => {
    await context.spawn('c/1', cast.actor('c'), { supervision: { onFailure: 'escalate' } })
    await context.spawn('c/2', cast.actor('sibling'))
  }
  await system.spawn('p/1', cast.maker('p', { start }), supervision && { supervision })
  return system.actorOf<Order>('p/1/c/1')
}

/** What becomes of an actor that throws. */
export function supervisionClaims(makeSystem: MakeSystem): void {
  it('resume: the actor goes on, and its children with it', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const start = async (context: ActorContext) => void (await context.spawn('c/1', cast.actor('c')))
    const parent = await system.spawn('p/1', cast.actor('p', { start }), { supervision: { onFailure: 'resume' } })
    parent.tell(failure)
    expect(await parent.ask('hello')).toBe('hello 1')
    expect(await system.actorOf('p/1/c/1').ask('hello')).toBe('hello 1')
  })

  it('restart: after the pause a new instance answers under the same ref, and the old one was stopped', async () => {
    const { system, clock } = makeSystem()
    const cast = new Cast()
    const ref = await system.spawn<Order, unknown>('a/1', cast.maker('a'), { supervision: restart })
    await expect(ref.ask(failure)).rejects.toBe(failure)
    await settled()
    clock.advance(1_000)
    expect(await ref.ask('hello')).toBe('hello 2')
    expect(cast.seen).toEqual(['a:start', 'a:stop', 'a:start', 'a:hello'])
  })

  it('restart: messages that waited, and those that came in the pause, reach the new instance in order', async () => {
    const { system, clock } = makeSystem()
    const cast = new Cast()
    const ref = await system.spawn<Order, unknown>('a/1', cast.maker('a'), { supervision: restart })
    ref.tell(async () => Promise.reject(failure))
    const waited = ref.ask('first')
    await settled()
    const came = ref.ask('second')
    await settled()
    clock.advance(1_000)
    expect(await Promise.all([waited, came])).toEqual(['first 2', 'second 2'])
  })

  it('restart: turns that run side by side with the failed one finish in the old instance', async () => {
    const { system, clock } = makeSystem()
    const cast = new Cast()
    const ref = await system.spawn<Order, unknown>('a/1', cast.maker('a'), { interleave: 2, supervision: restart })
    let finish: (answer: string) => void = () => undefined
    const running = ref.ask(() => new Promise((resolve) => (finish = resolve)))
    ref.tell(failure)
    clock.advance(5_000)
    await settled()
    expect(cast.seen).toEqual(['a:start'])
    finish('finished')
    expect(await running).toBe('finished')
    await settled()
    expect(cast.seen).toEqual(['a:start', 'a:stop'])
  })

  it('restart: the children end, and start spawns them again under their names', async () => {
    const { system, clock } = makeSystem()
    const cast = new Cast()
    const start = async (context: ActorContext) => void (await context.spawn('c/1', cast.actor('c')))
    const ref = await system.spawn<Order, unknown>('p/1', cast.maker('p', { start }), { supervision: restart })
    ref.tell(failure)
    await settled()
    expect(() => system.actorOf('p/1/c/1')).toThrow(code('ActorNotFound'))
    clock.advance(1_000)
    await settled()
    expect(await system.actorOf('p/1/c/1').ask('hello')).toBe('hello 2')
  })

  it('restart: an actor that is told to stop in the pause ends at once, and is not made again', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const ref = await system.spawn<Order, unknown>('a/1', cast.maker('a'), { supervision: restart })
    ref.tell(failure)
    await settled()
    const refused = expect(ref.ask('hello')).rejects.toThrow(code('ActorStopped'))
    await system.stop()
    await refused
    expect(cast.seen).toEqual(['a:start', 'a:stop'])
  })

  it('restart: a start that throws counts as the next failure, and onFailure is told', async () => {
    const { system, clock, failures } = makeSystem()
    const cast = new Cast()
    const start = (_context: ActorContext, instance: number) => {
      if (instance === 2) throw new Error('cannot start')
    }
    const ref = await system.spawn<Order, unknown>('a/1', cast.maker('a', { start }), { supervision: restart })
    await expect(ref.ask(failure)).rejects.toBe(failure)
    for (let second = 0; second < 2; second++) {
      await settled()
      clock.advance(1_000)
    }
    expect(await ref.ask('hello')).toBe('hello 3')
    expect(failures).toEqual([{ name: 'a/1', error: new Error('cannot start') }])
  })

  it('restart: a crash loop cannot exceed its budget, and ends with RestartsExhausted at the root', async () => {
    const { system, clock, failures } = makeSystem()
    const cast = new Cast()
    const start = (_context: ActorContext, instance: number) => {
      if (instance > 1) throw failure
    }
    const ref = await system.spawn<Order, unknown>('a/1', cast.maker('a', { start }), { supervision: restart })
    ref.tell(failure)
    for (let second = 0; second < 20; second++) {
      await settled()
      clock.advance(1_000)
    }
    expect(cast.made.get('a')).toBe(1 + 2)
    expect(failures.at(-1)?.error).toMatchObject({
      code: 'Escalated',
      cause: { code: 'RestartsExhausted', cause: failure }
    })
    expect(system.size).toBe(0)
  })

  it('restart: the budget counts within its span only, so that rare failures never use it up', async () => {
    const { system, clock } = makeSystem()
    const cast = new Cast()
    const ref = await system.spawn<Order, unknown>('a/1', cast.maker('a'), { supervision: restart })
    for (let crash = 0; crash < 10; crash++) {
      ref.tell(failure)
      await settled()
      clock.advance(60_000)
      await settled()
    }
    expect(await ref.ask('hello')).toBe('hello 11')
  })

  it('stop: the actor ends with its children, and its siblings live', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const start = async (context: ActorContext) => void (await context.spawn('c/1', cast.actor('c')))
    const ref = await system.spawn('a/1', cast.actor('a', { start }), { supervision: { onFailure: 'stop' } })
    const sibling = await system.spawn('a/2', cast.actor('sibling'))
    await expect(ref.ask(failure)).rejects.toBe(failure)
    await settled()
    expect(cast.seen).toEqual(['a:start', 'c:start', 'sibling:start', 'c:stop', 'a:stop'])
    expect(await sibling.ask('hello')).toBe('hello 1')
  })

  it('what an actor threw decides what becomes of it', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const onFailure = (error: unknown) => (error instanceof RangeError ? 'stop' : 'resume')
    const ref = await system.spawn('a/1', cast.actor('a'), { supervision: { onFailure } })
    ref.tell(failure)
    expect(await ref.ask('hello')).toBe('hello 1')
    ref.tell(new RangeError('too far'))
    await settled()
    expect(system.size).toBe(0)
  })

  it('a decision that throws escalates what the actor threw', async () => {
    const { system, failures } = makeSystem()
    const onFailure = () => {
      throw new Error('undecided')
    }
    const ref = await system.spawn('a/1', new Cast().actor('a'), { supervision: { onFailure } })
    await expect(ref.ask(failure)).rejects.toBe(failure)
    expect(failures.at(-1)?.error).toMatchObject({ code: 'Escalated', cause: failure })
  })

  it('escalate: a parent that resumes goes on without the child, and the sibling lives', async () => {
    const under = makeSystem()
    const cast = new Cast()
    const child = await family(under, cast)
    child.tell(failure)
    await settled()
    expect(() => under.system.actorOf('p/1/c/1')).toThrow(code('ActorNotFound'))
    expect(await under.system.actorOf('p/1/c/2').ask('hello')).toBe('hello 1')
    expect(await under.system.actorOf('p/1').ask('hello')).toBe('hello 1')
  })

  it('escalate: a parent that restarts begins anew with all its children', async () => {
    const under = makeSystem()
    const cast = new Cast()
    const child = await family(under, cast, restart)
    child.tell(failure)
    await settled()
    under.clock.advance(1_000)
    await settled()
    const asked = ['p/1', 'p/1/c/1', 'p/1/c/2'].map((name) => under.system.actorOf(name).ask('hello'))
    expect(await Promise.all(asked)).toEqual(['hello 2', 'hello 2', 'hello 2'])
  })

  it('escalate: what nobody above handles reaches the root, which ends the whole branch and no other', async () => {
    const under = makeSystem()
    const cast = new Cast()
    const other = await under.system.spawn('other/1', cast.actor('other'))
    const child = await family(under, cast, { onFailure: 'escalate' })
    await expect(child.ask(failure)).rejects.toBe(failure)
    await settled()
    expect(under.failures).toEqual([{ name: 'p/1', error: code('Escalated') }])
    expect(under.failures[0]?.error).toMatchObject({ cause: failure })
    expect(under.system.size).toBe(1)
    expect(await other.ask('hello')).toBe('hello 1')
  })

  it('escalate: a child that fails while its parent still starts is decided on once that has started', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const start = async (context: ActorContext) => {
      const child = await context.spawn('c/1', cast.actor('c'), { supervision: { onFailure: 'escalate' } })
      child.tell(failure)
      await settled()
    }
    await system.spawn('p/1', cast.actor('p', { start }), { supervision: { onFailure: 'stop' } })
    await settled()
    expect(system.size).toBe(0)
  })

  it('a failure is decided on once, when an escalated one comes with the failed ask of the parent', async () => {
    const under = makeSystem()
    const cast = new Cast()
    await family(under, cast, restart)
    const parent = under.system.actorOf<Order>('p/1')
    parent.tell((context) => context.ask(under.system.actorOf<Order>('p/1/c/1'), failure))
    await settled()
    under.clock.advance(1_000)
    await settled()
    expect(cast.made.get('p')).toBe(2)
  })
}
