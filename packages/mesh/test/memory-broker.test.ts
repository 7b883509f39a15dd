import { Subjects } from '@scaled-mcp/contracts'
import { MemoryBroker } from '@scaled-mcp/mesh'
import { until } from '@scaled-mcp/testkit'
import { expect, test } from 'vitest'
import { bytes, text } from './conformance/mesh-under-test.ts'

const subjects = new Subjects()

test('what a sender changes after sending changes nothing for the receiver: messages cross as bytes', async () => {
  const broker = new MemoryBroker()
  const worker = broker.connect({ process: 'w', subjects })
  const gateway = broker.connect({ process: 'g', subjects })
  worker.wire.serve('echo', ({ body, reply }) => reply?.end({ body }))
  const question = Buffer.from('before')
  const asked = gateway.wire.ask('echo', { body: question })
  question.fill('x')
  expect(text((await asked).body)).toBe('before')
})

test('what a reader changes in a record changes nothing in the store', async () => {
  const { records } = new MemoryBroker().connect({ process: 'w', subjects })
  await records.directory.put('t.k.i', Buffer.from('kept'), 0)
  const entry = await records.directory.get('t.k.i')
  entry?.value.fill(0)
  expect(text((await records.directory.get('t.k.i'))?.value ?? bytes(''))).toBe('kept')
})

test('a smaller largest payload is kept to, and larger answers travel in parts', async () => {
  const broker = new MemoryBroker({ maxPayload: 4_096 })
  const worker = broker.connect({ process: 'w', subjects })
  const gateway = broker.connect({ process: 'g', subjects })
  worker.wire.serve('big', ({ reply }) => reply?.end({ body: bytes('x'.repeat(50_000)) }))
  expect((await gateway.wire.ask('big', { body: bytes('') })).body.byteLength).toBe(50_000)
  expect(gateway.wire.maxBodyBytes).toBeLessThan(4_096)
})

test('nothing happens before the schedule says so', async () => {
  const queue: (() => void)[] = []
  const broker = new MemoryBroker({ schedule: (run) => queue.push(run) })
  const worker = broker.connect({ process: 'w', subjects })
  const got: string[] = []
  worker.wire.serve('tell', ({ body }) => got.push(text(body)))
  worker.wire.tell('tell', { body: bytes('a') })
  expect(got).toEqual([])
  queue.shift()?.()
  expect(got).toEqual(['a'])
})

test('an answer of the store finds no connection any more: the write was done, and its writer finds out', async () => {
  const queue: (() => void)[] = []
  const broker = new MemoryBroker({ schedule: (run) => queue.push(run) })
  const { records } = broker.connect({ process: 'w', subjects })
  let known = false
  const writing = records.state.put('t.k.i', bytes('a'), 0).finally(() => {
    known = true
  })
  queue.shift()?.() // the store has it
  const answer = await until(() => queue.shift())
  broker.disconnect('w')
  answer()
  await new Promise((resolve) => setImmediate(resolve))
  expect(known).toBe(false)
  broker.reconnect('w')
  const run = setInterval(() => queue.shift()?.(), 1)
  const outcome = await writing
  expect(outcome).toEqual({ outcome: 'won', revision: 1 })
  expect(await records.state.get('t.k.i')).toMatchObject({ revision: 1 })
  clearInterval(run)
})

test('events older than the log keeps them are gone, and the log begins again at 0', async () => {
  let now = 0
  const clock = { monotonic: () => now, wall: () => now, after: () => ({ cancel: () => undefined }) }
  const { events } = new MemoryBroker({ clock }).connect({ process: 'w', subjects })
  await events.append('t.k.i', { body: bytes('old') }, 0)
  now += 3_600_001
  expect(await events.last('t.k.i')).toBe(0)
  expect(await events.append('t.k.i', { body: bytes('new') }, 0)).toMatchObject({ outcome: 'won' })
})

test('two deployments on one broker share nothing', async () => {
  const broker = new MemoryBroker()
  const one = broker.connect({ process: 'a', subjects: new Subjects('one') })
  const two = broker.connect({ process: 'b', subjects: new Subjects('two') })
  await one.records.directory.put('t.k.i', bytes('one'), 0)
  expect(await two.records.directory.get('t.k.i')).toBeUndefined()
})

test('a process id that is connected already is refused', () => {
  const broker = new MemoryBroker()
  broker.connect({ process: 'w', subjects })
  expect(() => broker.connect({ process: 'w', subjects })).toThrow(RangeError)
})
