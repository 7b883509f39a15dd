import { beforeEach, expect, test } from 'vitest'
import { RecordWatch, SEQUENCE } from '../src/record-watch.ts'
import type { StoredMessage, Stream } from '../src/stream.ts'
import { bytes, text } from './conformance/mesh-under-test.ts'
import { HandClock } from './hand-clock.ts'
import { HandTransport } from './hand-transport.ts'

/** A reading that the watch asked for, in the test's hands. */
interface Reading {
  readonly tell: (name: string, value: string, sequence: number) => void
  readonly end: () => void
  readonly fail: (error: Error) => void
}

let transport: HandTransport
let clock: HandClock
let readings: Reading[]
let heard: string[]
let errors: Error[]
let watch: RecordWatch

beforeEach(async () => {
  transport = new HandTransport()
  clock = new HandClock()
  readings = []
  heard = []
  errors = []
  watch = new RecordWatch(
    { transport, clock, listener, stream: { newest } as unknown as Stream, onError: (error) => errors.push(error) },
    { changes: 'mcp.dir.', records: '$KV.MCP_DIR.', pattern: '>', initial: true }
  )
  await watch.listening()
})

const listener = {
  changed: ({ key, value }: { readonly key: string; readonly value: Uint8Array }) =>
    heard.push(`${key}=${text(value)}`),
  removed: (key: string) => heard.push(`${key} removed`),
  gap: () => heard.push('gap'),
  synced: () => heard.push('synced')
}

const newest: Stream['newest'] = (_pattern, receive) =>
  new Promise((resolve, reject) => {
    const tell = (name: string, value: string, sequence: number): void =>
      receive({ subject: `$KV.MCP_DIR.${name}`, sequence, body: bytes(value) } satisfies StoredMessage)
    readings.push({ tell, end: resolve, fail: reject })
  })

const change = (name: string, value: string, sequence: number) =>
  transport.answer({ headers: { [SEQUENCE]: String(sequence) }, body: bytes(value) }, `mcp.dir.${name}`)

/** Lets settled promises be heard. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

test('a reading that brings an older revision than a change already told tells nothing of that record', async () => {
  change('a', 'new', 8)
  readings[0]?.tell('a', 'old', 5)
  readings[0]?.tell('b', 'only', 6)
  readings[0]?.end()
  await turn()
  expect(heard).toEqual(['a=new', 'b=only', 'synced'])
})

test('a change that comes after the reading already told it is told once', () => {
  readings[0]?.tell('a', 'new', 8)
  change('a', 'new', 8)
  change('a', 'old', 7)
  expect(heard).toEqual(['a=new'])
})

test('a reading that a gap overtook tells nothing more, and never says that this was all', async () => {
  readings[0]?.tell('a', '1', 1)
  transport.lose([])
  readings[0]?.tell('b', '1', 2)
  readings[0]?.end()
  await turn()
  expect(heard).toEqual(['a=1', 'gap'])
  transport.restore()
  readings[1]?.tell('a', '1', 1)
  readings[1]?.end()
  await turn()
  expect(heard).toEqual(['a=1', 'gap', 'a=1', 'synced'])
})

test('a store that came back from a backup, with older revisions, is told after the gap', async () => {
  readings[0]?.tell('a', 'newest', 90)
  transport.lose([])
  transport.restore()
  readings[1]?.tell('a', 'restored', 40)
  expect(heard.at(-1)).toBe('a=restored')
})

test('a reading that fails is repeated until it succeeds', async () => {
  const unavailable = Object.assign(new Error('not now'), { code: 'StoreUnavailable' })
  readings[0]?.tell('a', '1', 1)
  readings[0]?.fail(unavailable)
  await turn()
  clock.pass(1_000)
  readings[1]?.tell('a', '1', 1)
  readings[1]?.tell('b', '1', 2)
  readings[1]?.end()
  await turn()
  expect(heard).toEqual(['a=1', 'b=1', 'synced'])
  expect(errors).toEqual([])
})

test('a reading that fails for a reason nobody expects is reported, and repeated all the same', async () => {
  readings[0]?.fail(new Error('what'))
  await turn()
  clock.pass(1_000)
  expect(errors).toMatchObject([{ message: 'what' }])
  expect(readings).toHaveLength(2)
})

test('a stopped watch reads no more and tells no more', async () => {
  readings[0]?.fail(Object.assign(new Error('not now'), { code: 'StoreUnavailable' }))
  await turn()
  watch.stop()
  clock.pass(1_000)
  expect(readings).toHaveLength(1)
  expect(clock.timers.size).toBe(0)
})
