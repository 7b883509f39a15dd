import { expect, it } from 'vitest'
import { Actor, type ActorContext, type ActorSystem, type Supervision } from '../../src/index.ts'
import { Cast, type Order, settled } from './scripted.ts'
import type { MakeSystem } from './system-under-test.ts'

const failure = new Error('thrown by the actor')
const restart: Supervision = { onFailure: 'restart', restarts: { limit: 1, minBackoffMs: 0 } }

/** Spawns an actor that watches `watched` from its start. */
function watcher(system: ActorSystem, cast: Cast, name: string, watched: string) {
  const start = (context: ActorContext) => context.watch(watched)
  return system.spawn<Order, unknown>(name, cast.maker(name, { start }), { supervision: restart })
}

/** Who is told of whose end. */
export function deathWatchClaims(makeSystem: MakeSystem): void {
  it('each of several watchers is told exactly once, with the reason', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const watched = await system.spawn('a/1', cast.actor('a'), { supervision: { onFailure: 'stop' } })
    for (const name of ['w/1', 'w/2']) {
      const ref = await watcher(system, cast, name, 'a/1')
      await ref.ask((context) => context.watch('a/1'))
    }
    watched.tell(failure)
    await settled()
    await system.stopActor('a/1')
    await settled()
    const reason = { kind: 'failed', error: failure }
    expect(cast.told).toEqual(['w/1', 'w/2'].map((watcher) => ({ watcher, name: 'a/1', reason })))
  })

  it('an actor that was told to stop ends with the reason stopped, also when its parent was', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const start = async (context: ActorContext) => void (await context.spawn('c/1', cast.actor('c')))
    await system.spawn('p/1', cast.actor('p', { start }))
    await watcher(system, cast, 'w/1', 'p/1/c/1')
    await system.stopActor('p/1')
    await settled()
    expect(cast.told).toEqual([{ watcher: 'w/1', name: 'p/1/c/1', reason: { kind: 'stopped' } }])
  })

  it('who watches what does not live is told so at once', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    await watcher(system, cast, 'w/1', 'a/1')
    await settled()
    expect(cast.told).toEqual([{ watcher: 'w/1', name: 'a/1', reason: { kind: 'notFound' } }])
  })

  it('a restart is no end, and an end after it is told all the same', async () => {
    const { system, clock } = makeSystem()
    const cast = new Cast()
    const watched = await system.spawn<Order, unknown>('a/1', cast.maker('a'), { supervision: restart })
    await watcher(system, cast, 'w/1', 'a/1')
    watched.tell(failure)
    await settled()
    clock.advance(0)
    expect(await watched.ask('hello')).toBe('hello 2')
    expect(cast.told).toEqual([])
    await system.stopActor('a/1')
    await settled()
    expect(cast.told).toHaveLength(1)
  })

  it('an actor that spent its restarts ends with RestartsExhausted as the reason', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const supervision: Supervision = { onFailure: 'restart', restarts: { limit: 0 } }
    const watched = await system.spawn<Order, unknown>('a/1', cast.maker('a'), { supervision })
    await watcher(system, cast, 'w/1', 'a/1')
    watched.tell(failure)
    await settled()
    expect(cast.told).toMatchObject([
      { reason: { kind: 'failed', error: { code: 'RestartsExhausted', cause: failure } } }
    ])
  })

  it('a watcher that unwatches is told nothing, even when the news waits in its mailbox', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    await system.spawn('a/1', cast.actor('a'))
    const ref = await watcher(system, cast, 'w/1', 'a/1')
    await ref.ask(async (context) => {
      await system.stopActor('a/1')
      await settled()
      context.unwatch('a/1')
    })
    await settled()
    expect(cast.told).toEqual([])
  })

  it('a full mailbox loses no news, which goes before what waits', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    await system.spawn('a/1', cast.actor('a'))
    const start = (context: ActorContext) => context.watch('a/1')
    const terminated = () => void cast.seen.push('w:told')
    const ref = await system.spawn('w/1', cast.actor('w', { start, terminated }), { mailbox: 1 })
    const asked = ref.ask(() => system.stopActor('a/1').then(settled))
    await ref.ask('waited')
    await asked
    expect(cast.seen).toEqual(['a:start', 'w:start', 'a:stop', 'w:told', 'w:waited'])
  })

  it('a watcher that restarts hears only of what its new instance watches', async () => {
    const { system, clock } = makeSystem()
    const cast = new Cast()
    const start = async (context: ActorContext) => {
      await context.spawn('c/1', cast.actor('c'))
      context.watch('p/1/c/1')
    }
    const parent = await system.spawn<Order, unknown>('p/1', cast.maker('p', { start }), { supervision: restart })
    parent.tell(failure)
    await settled()
    clock.advance(0)
    expect(await parent.ask('hello')).toBe('hello 2')
    expect(cast.told).toEqual([])
    await system.stopActor('p/1/c/1')
    await settled()
    expect(cast.told).toHaveLength(1)
  })

  it('a name that lives again can be watched again, and its second end is told as well', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const ref = await watcher(system, cast, 'w/1', 'a/1')
    for (let life = 0; life < 2; life++) {
      await settled()
      await system.spawn('a/1', cast.actor('a'))
      await ref.ask((context) => context.watch('a/1'))
      await system.stopActor('a/1')
      await settled()
    }
    expect(cast.told.map(({ reason }) => reason.kind)).toEqual(['notFound', 'stopped', 'stopped'])
  })

  it('what terminated throws is a failure like any other', async () => {
    const { system, failures } = makeSystem()
    const cast = new Cast()
    const terminated = () => Promise.reject(failure)
    const start = (context: ActorContext) => context.watch('a/1')
    await system.spawn('w/1', cast.actor('w', { start, terminated }), { supervision: { onFailure: 'stop' } })
    await settled()
    expect(failures).toEqual([{ name: 'w/1', error: failure }])
    expect(system.size).toBe(0)
  })

  it('who could not be told cannot watch, so that no end goes unheard', async () => {
    class Deaf extends Actor<string> {
      override receive(name: string, context: ActorContext) {
        context.watch(name)
      }
    }
    const { system } = makeSystem()
    const ref = await system.spawn('w/1', new Deaf())
    await expect(ref.ask('a/1')).rejects.toThrow(TypeError)
  })
}
