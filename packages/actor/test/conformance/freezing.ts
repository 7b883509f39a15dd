import { expect, it } from 'vitest'
import { Actor } from '../../src/index.ts'
import type { MakeSystem } from './system-under-test.ts'

class Keeper extends Actor<unknown, unknown> {
  override receive(message: unknown): unknown {
    return message
  }
}

class Open {
  text = ''
}

async function keeperOf(makeSystem: MakeSystem, freezeMessages?: boolean) {
  const { system } = makeSystem(freezeMessages === undefined ? {} : { freezeMessages })
  return system.spawn<unknown, unknown>('a/1', new Keeper())
}

/** Who changes a message that was sent is told where it happens, and not by the wrong answer of somebody else. */
export function freezingClaims(makeSystem: MakeSystem): void {
  it('a message that was told or asked is frozen to its leaves', async () => {
    const keeper = await keeperOf(makeSystem)
    const told = { tags: ['a'], at: { place: 1 } }
    const asked = [{ text: 'b' }]
    keeper.tell(told)
    await keeper.ask(asked)
    for (const part of [told, told.tags, told.at, asked, asked[0]]) expect(Object.isFrozen(part)).toBe(true)
    expect(() => told.tags.push('c')).toThrow(TypeError)
  })

  it('instances of classes and typed arrays stay as they are', async () => {
    const keeper = await keeperOf(makeSystem)
    const message = { open: new Open(), bytes: new Uint8Array(2), when: new Date(0), names: new Map([['a', {}]]) }
    keeper.tell(message)
    message.open.text = 'changed'
    message.bytes[0] = 1
    expect([message.open.text, message.bytes[0]]).toEqual(['changed', 1])
    for (const part of Object.values(message)) expect(Object.isFrozen(part)).toBe(false)
  })

  it('a message that holds itself, and one as deep as a stack, do not end the process', async () => {
    const keeper = await keeperOf(makeSystem)
    const cycle: { self?: unknown; readonly inner: { outer?: unknown } } = { inner: {} }
    cycle.self = cycle
    cycle.inner.outer = cycle
    keeper.tell(cycle)
    expect(Object.isFrozen(cycle.inner)).toBe(true)
    let deep: unknown = []
    for (let depth = 0; depth < 100_000; depth++) deep = [deep]
    keeper.tell(deep)
    expect(Object.isFrozen(deep)).toBe(true)
  })

  it('nothing below what is frozen already is looked at, so that a message sent on costs nothing', async () => {
    const keeper = await keeperOf(makeSystem)
    const inner = { text: 'a' }
    keeper.tell(Object.freeze({ inner }))
    expect(Object.isFrozen(inner)).toBe(false)
  })

  it('a getter in a message is not run', async () => {
    const keeper = await keeperOf(makeSystem)
    let read = 0
    keeper.tell({
      get text() {
        return ++read
      }
    })
    expect(read).toBe(0)
  })

  it('a system that is told so freezes nothing, as one in production', async () => {
    const message = { text: 'a' }
    for (const keeper of [await keeperOf(makeSystem, false), await inProduction(() => keeperOf(makeSystem))]) {
      keeper.tell(message)
      await keeper.ask(message)
      expect(Object.isFrozen(message)).toBe(false)
    }
  })
}

async function inProduction<T>(make: () => T): Promise<Awaited<T>> {
  const before = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  try {
    return await make()
  } finally {
    process.env['NODE_ENV'] = before
  }
}
