import { expect, it } from 'vitest'
import type { ActorContext } from '../../src/index.ts'
import { Cast, settled } from './scripted.ts'
import type { MakeSystem } from './system-under-test.ts'

const code = (code: string) => expect.objectContaining({ code })

/** What holds between an actor and its children. */
export function childrenClaims(makeSystem: MakeSystem): void {
  it('a child is found by the name of its parent and its own', async () => {
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

  it('two parents have children of one name, which are not the same', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    for (const parent of ['p/1', 'p/2']) {
      const start = async (context: ActorContext) => void (await context.spawn('c/1', cast.actor(`c of ${parent}`)))
      await system.spawn(parent, cast.actor(parent, { start }))
    }
    await system.actorOf('p/2/c/1').ask('hello')
    expect(cast.seen.at(-1)).toBe('c of p/2:hello')
    expect(system.size).toBe(4)
  })

  it('an actor can end nobody but itself and its own children, whatever name it gives', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const spawnChild = async (context: ActorContext) => void (await context.spawn('c/1', cast.actor('c')))
    const parent = await system.spawn('p/1', cast.actor('p', { start: spawnChild }))
    await system.spawn('p/1/impostor/1', cast.actor('impostor'))
    await system.spawn('other/1', cast.actor('other'))
    for (const name of ['other/1', 'p/1', 'p/1/c/1', 'impostor/1', 'nobody/1', '']) {
      await parent.ask((context: ActorContext) => context.stop(name))
    }
    await settled()
    expect(system.size).toBe(4)
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
