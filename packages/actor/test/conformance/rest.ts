import { expect, it } from 'vitest'
import type { ActorContext } from '../../src/index.ts'
import { Cast, type Order, settled } from './scripted.ts'
import type { MakeSystem, SystemUnderTest } from './system-under-test.ts'

async function actorAtRest({ system }: SystemUnderTest) {
  const ref = await system.spawn<Order, unknown>('a/1', new Cast().actor('a'))
  const atRest = () => system.isAtRest('a/1')
  return { ref, atRest }
}

/** When an actor may be put away without anybody noticing. */
export function restClaims(makeSystem: MakeSystem): void {
  it('an actor with nothing to do is at rest, and one that does not live is not', async () => {
    const under = makeSystem()
    const { ref, atRest } = await actorAtRest(under)
    expect(atRest()).toBe(true)
    await ref.ask('hello')
    expect(atRest()).toBe(true)
    await under.system.stop()
    expect(atRest()).toBe(false)
  })

  it('an actor that starts is not at rest', async () => {
    const { system } = makeSystem()
    const spawned = system.spawn('a/1', new Cast().actor('a', { start: settled }))
    expect(system.isAtRest('a/1')).toBe(false)
    await spawned
    expect(system.isAtRest('a/1')).toBe(true)
  })

  it('an actor with a running turn, or a message that waits, is not at rest', async () => {
    const { ref, atRest } = await actorAtRest(makeSystem())
    const asked = [ref.ask(settled), ref.ask(atRest), ref.ask('waits')]
    expect(atRest()).toBe(false)
    expect((await Promise.all(asked))[1]).toBe(false)
    expect(atRest()).toBe(true)
  })

  it('an actor with a timer is not at rest until it has rung or was cancelled', async () => {
    const under = makeSystem()
    const { ref, atRest } = await actorAtRest(under)
    await ref.ask((context: ActorContext) => void context.after(100, 'rung'))
    expect(atRest()).toBe(false)
    under.clock.advance(100)
    expect(atRest()).toBe(true)
    await ref.ask((context: ActorContext) => context.after(100, 'never').cancel())
    expect(atRest()).toBe(true)
  })

  it('an actor with a child is not at rest', async () => {
    const under = makeSystem()
    const { ref, atRest } = await actorAtRest(under)
    await ref.ask(async (context) => void (await context.spawn('c/1', new Cast().actor('c'))))
    expect(atRest()).toBe(false)
    expect(under.system.isAtRest('a/1/c/1')).toBe(true)
    await under.system.stopActor('a/1/c/1')
    expect(atRest()).toBe(true)
  })

  it('an actor that watches another is not at rest until it has been told, or unwatches', async () => {
    const under = makeSystem()
    const { ref, atRest } = await actorAtRest(under)
    await under.system.spawn('b/1', new Cast().actor('b'))
    await ref.ask((context) => context.watch('b/1'))
    expect(atRest()).toBe(false)
    await ref.ask((context) => context.unwatch('b/1'))
    expect(atRest()).toBe(true)
    await ref.ask((context) => context.watch('b/1'))
    await under.system.stopActor('b/1')
    await settled()
    expect(atRest()).toBe(true)
  })
}
