import { expect, it } from 'vitest'
import type { ActorContext } from '../../src/index.ts'
import { Cast, settled } from './scripted.ts'
import type { MakeSystem } from './system-under-test.ts'

const code = (code: string) => expect.objectContaining({ code })

/** What holds between an actor and its children. */
export function childrenClaims(makeSystem: MakeSystem): void {
  it('a child is found by its name like any other actor', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const parent = await system.spawn('p/1', cast.actor('p'))
    await parent.ask(async (context: ActorContext) => void (await context.spawn('c/1', cast.actor('c'))))
    expect(await system.actorOf('p/1/c/1').ask('hello')).toBe('hello 1')
  })

  it('children end before their parent stops, so that it may still use what they share', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const spawnChild = async (context: ActorContext) => {
      await context.spawn(
        'c/1',
        cast.actor('c', { start: async (child) => void (await child.spawn('g/1', cast.actor('g'))) })
      )
    }
    await system.spawn('p/1', cast.actor('p', { start: spawnChild }))
    await system.stopActor('p/1')
    expect(cast.seen).toEqual(['p:start', 'c:start', 'g:start', 'g:stop', 'c:stop', 'p:stop'])
    expect(system.size).toBe(0)
  })

  it('the children of an actor whose start throws end with it, so that none is left without a parent', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const start = async (context: ActorContext) => {
      await context.spawn('c/1', cast.actor('c'))
      throw new Error('cannot start')
    }
    await expect(system.spawn('p/1', cast.actor('p', { start }))).rejects.toThrow('cannot start')
    expect(cast.seen).toEqual(['p:start', 'c:start', 'c:stop'])
    expect(system.size).toBe(0)
  })

  it('a turn that runs while its actor is told to stop can still use the children', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const parent = await system.spawn('p/1', cast.actor('p'))
    const asked = parent.ask(async (context: ActorContext) => {
      const child = await context.spawn('c/1', cast.actor('c'))
      context.stop()
      return context.ask(child, 'hello')
    })
    expect(await asked).toBe('hello 1')
    await settled()
    expect(system.size).toBe(0)
  })

  it('an actor that was told to stop gets no new children, which nobody would end', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const parent = await system.spawn('p/1', cast.actor('p'))
    const asked = parent.ask((context: ActorContext) => {
      context.stop()
      return context.spawn('c/1', cast.actor('c'))
    })
    await expect(asked).rejects.toThrow(code('ActorStopped'))
  })

  it('a parent ends one child and the others live', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const start = async (context: ActorContext) => {
      for (const name of ['c/1', 'c/2']) await context.spawn(name, cast.actor(name))
    }
    const parent = await system.spawn('p/1', cast.actor('p', { start }))
    await parent.ask((context: ActorContext) => context.stop('c/1'))
    await settled()
    expect(() => system.actorOf('p/1/c/1')).toThrow(code('ActorNotFound'))
    expect(await system.actorOf('p/1/c/2').ask('hello')).toBe('hello 1')
  })

  it('an actor whose stop throws ends all the same, and onFailure is told', async () => {
    const { system, failures } = makeSystem()
    const cast = new Cast()
    const stop = () => {
      throw new Error('cannot stop')
    }
    const start = async (context: ActorContext) => void (await context.spawn('c/1', cast.actor('c', { stop })))
    await system.spawn('p/1', cast.actor('p', { start }))
    await system.stop()
    expect(failures).toEqual([{ name: 'p/1/c/1', error: new Error('cannot stop') }])
    expect(cast.seen).toEqual(['p:start', 'c:start', 'c:stop', 'p:stop'])
    expect(system.size).toBe(0)
  })
}
