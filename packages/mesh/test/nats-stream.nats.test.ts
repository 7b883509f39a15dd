import { Subjects } from '@scaled-mcp/contracts'
import { startNatsServer, type TestNatsServer } from '@scaled-mcp/testkit'
import { connect } from 'nats'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { bucketStream, buckets, recordPrefix } from '../src/layout.ts'
import { MuxWire } from '../src/mux-wire.ts'
import { JetStream } from '../src/nats/jet-stream.ts'
import { NatsStream } from '../src/nats/nats-stream.ts'
import { NatsTransport } from '../src/nats/nats-transport.ts'
import { provision } from '../src/nats/provision.ts'
import { retrying } from '../src/retrying.ts'
import { casPutClaims } from './conformance/cas-put.ts'
import { bytes, text } from './conformance/mesh-under-test.ts'

const prefix = `t${process.pid}-stream`
const subjects = recordPrefix(prefix, buckets.state)
const clock = systemClock
const fail = (error: Error): never => {
  throw error
}

let server: TestNatsServer
let transport: NatsTransport
let stream: NatsStream
let disturbed: NatsStream
let disturb: () => Promise<unknown>

/** Lets others write between the making of a reading's consumer and its first batch. */
class DisturbedJetStream extends JetStream {
  override async call<T>(verb: string, request: object): Promise<T> {
    const answer = await super.call<T>(verb, request)
    if (verb.startsWith('CONSUMER.CREATE')) await disturb()
    return answer
  }
}

beforeAll(async () => {
  server = await startNatsServer()
  const connection = await connect({ servers: server.url, noAsyncTraces: true })
  transport = new NatsTransport({ connection, onError: fail, onRefused: (_, error) => fail(error) })
  const inbox = new Subjects(prefix).reply('one')
  const wire = new MuxWire({ transport, clock, onError: fail }, inbox)
  const jetStream = new JetStream(wire)
  await provision({ jetStream, clock }, { prefix, durability: { replicas: 1, storage: 'file' } })
  const init = { name: bucketStream(prefix, buckets.state), inbox }
  stream = new NatsStream({ jetStream, transport, clock }, init)
  disturbed = new NatsStream({ jetStream: new DisturbedJetStream(wire), transport, clock }, init)
})
afterAll(async () => {
  await transport.close()
  await server.stop()
})

async function put(key: string, expect: number): Promise<number> {
  const append = { subject: subjects + key, body: bytes(key), expect, id: `id-${key}-${expect}` }
  return ((await stream.append(append)) as { readonly sequence: number }).sequence
}

describe('compare-and-set on JetStream', () => casPutClaims(() => ({ stream, subjects })))

describe('a JetStream stream', () => {
  test('an append repeated under its id is not stored again, whether the server calls it duplicate or conflict', async () => {
    const append = { subject: `${subjects}twice`, body: bytes('once'), expect: 0, id: 'id-twice' }
    const first = await stream.append(append)
    const second = await stream.append(append)
    expect(first).toMatchObject({ outcome: 'stored', duplicate: false })
    expect([{ ...first, duplicate: true }, { outcome: 'conflict' }]).toContainEqual(second)
    expect(await stream.last(append.subject)).toMatchObject({ sequence: (first as { sequence: number }).sequence })
  })

  test('what only told the server how to store a message does not come back with it', async () => {
    const own = { 'Mcp-Nonce': 'n' }
    await stream.append({ subject: `${subjects}own`, headers: own, body: bytes('é'), expect: 0, id: 'id-own' })
    const message = await stream.last(`${subjects}own`)
    expect(message?.headers).toEqual(own)
    expect(text(message?.body ?? bytes(''))).toBe('é')
  })

  test('a reading ends, with every record, though the server goes on counting one that was replaced meanwhile', async () => {
    await put('beats.first', 0)
    const last = await put('beats.last', 0)
    disturb = () => put('beats.last', last)
    const seen: string[] = []
    await disturbed.newest(`${subjects}beats.>`, ({ subject }) => seen.push(subject), { headersOnly: true })
    expect(seen).toEqual([`${subjects}beats.first`, `${subjects}beats.last`])
  })

  test('a reading that misses one which was removed meanwhile ends, or is ended for another to be made', async () => {
    await put('ends.first', 0)
    await put('ends.last', 0)
    disturb = () => stream.purge(`${subjects}ends.last`)
    const seen = new Set<string>()
    const read = () => disturbed.newest(`${subjects}ends.>`, ({ subject }) => seen.add(subject), { headersOnly: true })
    await retrying(clock, read)
    expect([...seen]).toEqual([`${subjects}ends.first`])
  })

  test('a reading leaves no consumer behind', async () => {
    await stream.append({ subject: `${subjects}read`, body: bytes('a'), expect: 0, id: 'id-read' })
    const seen: string[] = []
    await stream.newest(`${subjects}>`, ({ subject }) => seen.push(subject), { headersOnly: true })
    expect(seen).toContain(`${subjects}read`)
    const connection = await connect({ servers: server.url })
    const manager = await connection.jetstreamManager()
    const left = await manager.consumers.list(bucketStream(prefix, buckets.state)).next()
    await connection.close()
    expect(left).toEqual([])
  })
})
