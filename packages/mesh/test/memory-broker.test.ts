import { Subjects } from '@scaled-mcp/contracts'
import { MemoryBroker, type Network } from '@scaled-mcp/mesh'
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
  while (queue.length > 0) queue.shift()?.()
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
  expect(outcome).toMatchObject({ outcome: 'won', revision: 1 })
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

/** A network that brings everything on, but for what `without` overrides. */
function network(without: Partial<Network>): Network {
  const soon = (_process: string, arrive: () => void): void => void setImmediate(arrive)
  return { up: soon, down: soon, store: (_process, apply) => apply(), ...without }
}

test('of a write whose answer the network loses its writer finds out that it was stored', async () => {
  let answers = 0
  const down: Network['down'] = (_process, arrive) => void (answers++ > 0 && setImmediate(arrive))
  const { records } = new MemoryBroker({ network: network({ down }) }).connect({ process: 'w', subjects })
  const put = await records.state.put('t.k.i', bytes('a'), 0)
  expect(put).toMatchObject({ outcome: 'won', revision: 1 })
})

test('a request that reaches the store twice is stored once', async () => {
  const stored: string[] = []
  const store: Network['store'] = (_process, apply) => {
    apply()
    apply()
  }
  const onStored = ({ subject }: { readonly subject: string }): void => void stored.push(subject)
  const broker = new MemoryBroker({ network: network({ store }), onStored })
  const { records } = broker.connect({ process: 'w', subjects })
  expect(await records.state.put('t.k.i', bytes('a'), 0)).toMatchObject({ outcome: 'won', revision: 1 })
  expect(stored.filter((subject) => subject.endsWith('t.k.i'))).toHaveLength(1)
})

test('a store that knows an append by its id tells a rival that it was stored before: the rival has lost all the same', async () => {
  const broker = new MemoryBroker({ duplicateWindowMs: 15_000 })
  const one = broker.connect({ process: 'a', subjects }).records.state
  const other = broker.connect({ process: 'b', subjects }).records.state
  await one.put('t.k.i', bytes('first'), 0)
  const outcomes = [await one.put('t.k.i', bytes('mine'), 1), await other.put('t.k.i', bytes('theirs'), 1)]
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['won', 'lost'])
  expect(text((await one.get('t.k.i'))?.value ?? bytes(''))).toBe('mine')
})

test('what is on its way to a process when its connection is lost does not arrive on the next', async () => {
  const onTheWay: (() => void)[] = []
  const down: Network['down'] = (process, arrive) => void (process === 'w' ? onTheWay.push(arrive) : arrive())
  const broker = new MemoryBroker({ network: network({ down }) })
  const worker = broker.connect({ process: 'w', subjects })
  const gateway = broker.connect({ process: 'g', subjects })
  const got: string[] = []
  worker.wire.serve('tell', ({ body }) => got.push(text(body)))
  gateway.wire.tell('tell', { body: bytes('a') })
  await until(() => onTheWay.length > 0)
  broker.disconnect('w')
  broker.reconnect('w')
  for (const arrive of onTheWay) arrive()
  expect(got).toEqual([])
})

test('nobody waits for a process that is forgotten: asks of it are answered as if it had never been', async () => {
  const broker = new MemoryBroker()
  const worker = broker.connect({ process: 'w', subjects })
  const gateway = broker.connect({ process: 'g', subjects })
  worker.wire.serve('q', ({ reply }) => reply?.end({ body: bytes('a') }))
  broker.forget('w')
  await expect(gateway.wire.ask('q', { body: bytes('') })).rejects.toMatchObject({ code: 'NoResponders' })
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
