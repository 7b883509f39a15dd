import { ScaledMcpError } from '@scaled-mcp/contracts'
import { describe, expect, it } from 'vitest'
import { defineServer, type SessionState, type StateDefinition } from '../src/index.ts'
import { v1 } from './both-sdks.ts'
import { gate, MemoryRecord, ScriptedSession } from './scripted-session.ts'

interface Cart {
  readonly items: readonly unknown[]
  readonly note?: unknown
}

const empty: StateDefinition<Cart> = { version: 2, initial: () => ({ items: [] }) }

async function stateOf(record: MemoryRecord, definition = empty): Promise<SessionState<Cart>> {
  let state: SessionState<Cart> | undefined
  const create = (context: { readonly session: { readonly state: SessionState<Cart> } }) => {
    state = context.session.state
    return v1.create({})
  }
  await new ScriptedSession(defineServer({ state: definition, create }), { record }).server.start()
  return state as SessionState<Cart>
}

describe('the state of a session', () => {
  it('is the initial value until the first update, and nothing is stored before', async () => {
    const record = new MemoryRecord()
    const state = await stateOf(record)
    expect(state.get()).toEqual({ items: [] })
    expect(record.writes).toEqual([])
  })

  it('is stored with its version before an update resolves', async () => {
    const record = new MemoryRecord()
    const state = await stateOf(record)
    const stored = gate()
    record.before = () => stored.passed
    let isUpdated = false
    const updated = state
      .update(({ items }) => ({ items: [...items, 'a'] }))
      .then((value) => {
        isUpdated = true
        return value
      })
    await new Promise(setImmediate)
    expect([isUpdated, state.get()]).toEqual([false, { items: [] }])
    stored.open()
    expect(await updated).toEqual({ items: ['a'] })
    expect(record.read().state).toEqual({ version: 2, value: { items: ['a'] } })
  })

  it('sees every update of many at once, none is lost', async () => {
    const state = await stateOf(new MemoryRecord())
    const add = (n: number) => state.update(({ items }) => ({ items: [...items, n] }))
    await Promise.all([1, 2, 3, 4, 5].map(add))
    expect(state.get().items).toEqual([1, 2, 3, 4, 5])
  })

  it('stays as it was when the store refuses, the author hears why, and the next update works', async () => {
    const record = new MemoryRecord()
    const state = await stateOf(record)
    record.before = () => {
      throw new ScaledMcpError('StaleEpoch')
    }
    const lost = state.update(() => ({ items: ['lost'] }))
    await expect(lost).rejects.toMatchObject({ code: 'StaleEpoch' })
    const broken = state.update(() => {
      throw new RangeError('of the author')
    })
    await expect(broken).rejects.toThrow(RangeError)
    expect(state.get()).toEqual({ items: [] })
    record.before = () => undefined
    expect(await state.update(() => ({ items: ['kept'] }))).toEqual({ items: ['kept'] })
  })

  it('cannot be changed in place, neither what was handed out nor what was handed in', async () => {
    const state = await stateOf(new MemoryRecord())
    const mine = { items: [{ sku: 'a' }] }
    const value = await state.update(() => mine)
    mine.items.push({ sku: 'b' })
    expect(state.get()).toEqual({ items: [{ sku: 'a' }] })
    expect(() => (value.items as unknown[]).push('c')).toThrow(TypeError)
    expect(() => Object.assign(value.items[0] as object, { sku: 'z' })).toThrow(TypeError)
  })

  const cycle: unknown[] = []
  cycle.push({ cycle })
  it.each([
    ['undefined', [undefined], '$.items[0] is undefined'],
    ['a function', [1, { run: () => 1 }], '$.items[1].run is a function'],
    ['a BigInt', [[1n]], '$.items[0][0] is a bigint'],
    ['a symbol', [Symbol('s')], '$.items[0] is a symbol'],
    ['NaN', [Number.NaN], '$.items[0] is NaN'],
    ['a date', [new Date(0)], '$.items[0] is a Date'],
    ['a map', [new Map()], '$.items[0] is a Map'],
    ['a cycle', cycle, '$.items[0].cycle is a reference to what contains it'],
    ['a hole', new Array(1), '$.items[0] is undefined'],
    ['too deep a nesting', [nested(600)], 'is nested deeper than 500 levels']
  ])('refuses %s, names its place, and stays as it was', async (_, items, place) => {
    const record = new MemoryRecord()
    const state = await stateOf(record)
    const refused = state.update(() => ({ items }))
    await expect(refused).rejects.toMatchObject({
      code: 'StateNotSerialisable',
      message: expect.stringContaining(place)
    })
    expect([state.get(), record.writes]).toEqual([{ items: [] }, []])
  })

  it('keeps what a JSON round trip keeps', async () => {
    const state = await stateOf(new MemoryRecord())
    const same = { a: 1 }
    const value = { items: [same, same, null, '', false, 1.5, Object.assign(Object.create(null), { b: [] })] }
    expect(await state.update(() => value)).toEqual(JSON.parse(JSON.stringify(value)))
    const keyed = JSON.parse('{"items":[{"__proto__":{"polluted":true}}]}') as Cart
    expect(JSON.stringify(await state.update(() => keyed))).toBe(JSON.stringify(keyed))
  })
})

describe('a stored state of another version', () => {
  async function stored(version: number): Promise<MemoryRecord> {
    const record = new MemoryRecord()
    await record.write({ state: { version, value: ['a'] } })
    return record
  }

  it('is upcast when the definition says how, and stored under the new version with the next update', async () => {
    const record = await stored(1)
    const upcast = (value: unknown, version: number) => ({ items: value as string[], note: `was ${version}` })
    const state = await stateOf(record, { ...empty, upcast })
    expect(state.get()).toEqual({ items: ['a'], note: 'was 1' })
    await state.update((cart) => cart)
    expect(record.read().state?.version).toBe(2)
  })

  it.each([
    [1, 'stored in version 1, this module’s is 2; add state.upcast'],
    [3, 'stored in version 3, this module’s is 2; deploy the newer module again']
  ])('keeps the session from being restored when it is %i, and says what to do', async (version, detail) => {
    const message = expect.stringContaining(detail.replaceAll('’', "'"))
    await expect(stateOf(await stored(version))).rejects.toMatchObject({ code: 'ServerFailed', message })
  })
})

function nested(depth: number): unknown {
  return depth === 0 ? 'deep' : [nested(depth - 1)]
}
