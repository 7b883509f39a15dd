import { Subjects } from '@scaled-mcp/contracts'
import type { NatsServer } from '@scaled-mcp/launcher'
import { connectNatsMesh, type Mesh, type NatsMeshOptions } from '@scaled-mcp/mesh'
import { startNatsServer, type TestNatsServer, until } from '@scaled-mcp/testkit'
import { connect } from 'nats'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bytes, fresh, text } from './conformance/mesh-under-test.ts'
import { won } from './conformance/record-store.ts'

const run = `t${process.pid}-mesh`
let server: TestNatsServer
const meshes: Mesh[] = []

beforeAll(async () => {
  server = await startNatsServer()
})
afterEach(async () => {
  await Promise.all(meshes.splice(0).map((mesh) => mesh.stop()))
})
afterAll(() => server.stop())

async function join(options: Partial<NatsMeshOptions> = {}): Promise<Mesh> {
  const mesh = await connectNatsMesh({
    servers: server.url,
    process: `${run}-${fresh()}`,
    subjects: new Subjects(run),
    durability: { replicas: 1, storage: 'file' },
    ...options
  })
  meshes.push(mesh)
  return mesh
}

describe('connecting', () => {
  test('a mesh that cannot be reached is an error that names the servers and never the secrets', async () => {
    const joining = join({ servers: ['nats://me:secret@127.0.0.1:1', 'nats://127.0.0.1:2'] })
    const error: Error = await joining.then(
      () => new Error('connected'),
      (failure) => failure
    )
    expect(error).toMatchObject({ code: 'MeshUnreachable' })
    expect(error.message).toContain('127.0.0.1:1, 127.0.0.1:2')
    expect(error.message).not.toContain('secret')
  })

  test('twenty processes that start at once provision one store between them', async () => {
    const subjects = new Subjects(`${run}-${fresh()}`)
    const joined = await Promise.all(Array.from({ length: 20 }, () => join({ subjects })))
    expect(new Set(joined.map(({ facts }) => facts['incarnation'])).size).toBe(1)
  })

  test('the facts tell the durability in force', async () => {
    const { facts } = await join({ durability: { replicas: 1, storage: 'memory' }, subjects: new Subjects(fresh()) })
    expect(facts).toMatchObject({ mesh: 'nats', storage: 'memory', replicas: 1, duplicateWindowMs: 15_000 })
    expect(facts).not.toHaveProperty('differences')
  })

  test('a store that exists with other settings is left as it is, and the facts say so', async () => {
    const subjects = new Subjects(`${run}-${fresh()}`)
    await join({ subjects, durability: { replicas: 1, storage: 'memory' } })
    const { facts } = await join({ subjects, durability: { replicas: 1, storage: 'file' } })
    expect(facts).toMatchObject({
      storage: 'memory',
      differences: expect.stringContaining('storage is memory, not file')
    })
  })

  test('a prefix that differs from that of another deployment in case only is refused: they would share buckets', async () => {
    const name = `${run}-${fresh()}`
    await join({ subjects: new Subjects(name) })
    const joining = join({ subjects: new Subjects(name.toUpperCase()) })
    await expect(joining).rejects.toMatchObject({ code: 'ConfigInvalid' })
  })

  test('records are what every other NATS client calls a key-value bucket', async () => {
    const { records } = await join()
    won(await records.directory.put('t.k.other', bytes('hello'), 0))
    const connection = await connect({ servers: server.url })
    const view = await connection.jetstream().views.kv(`${run.toUpperCase()}_DIR`)
    expect((await view.get('t.k.other'))?.string()).toBe('hello')
    const entry = await records.directory.get('t.k.other')
    won(await records.directory.tombstone('t.k.other', entry?.revision ?? 0))
    expect((await view.get('t.k.other'))?.operation).toBe('DEL')
    await view.create('t.k.other', 'theirs')
    expect(text((await records.directory.get('t.k.other'))?.value ?? bytes(''))).toBe('theirs')
    await connection.close()
  })
})

describe('kill -9 of the server', () => {
  /** Kills the server and starts it again on the same port and store. */
  let own: NatsServer
  beforeEach((context) => {
    if (server.external) return context.skip('the server of NATS_URL cannot be killed')
    own = server
  })

  async function killAndRestart(...affected: readonly Mesh[]): Promise<void> {
    await own.kill()
    await until(() => affected.every(({ wire }) => !wire.connected))
    await own.restart()
    await until(() => affected.every(({ wire }) => wire.connected))
  }

  test('what was acknowledged is still there, and goes on from the same revision', async () => {
    const mesh = await join()
    const { directory } = mesh.records
    const keys = Array.from({ length: 200 }, (_, i) => `t.kill.${i}`)
    const revisions = await Promise.all(keys.map(async (key) => won(await directory.put(key, bytes(key), 0))))
    await killAndRestart(mesh)
    const entries = await Promise.all(keys.map((key) => directory.get(key)))
    expect(entries.map((entry) => entry?.revision)).toEqual(revisions)
    expect(won(await directory.put('t.kill.0', bytes('on'), revisions[0] ?? 0))).toBeGreaterThan(Math.max(...revisions))
  })

  test('asks under way end, served subjects are served again, nothing has to be set up anew', async () => {
    const [worker, gateway] = [await join(), await join()]
    const subject = `${run}.${fresh()}`
    worker.wire.serve(subject, ({ body, reply }) => text(body) === 'slow' || reply?.end({ body }))
    await worker.wire.flush()
    const slow = gateway.wire.ask(subject, { body: bytes('slow') })
    const lost = expect(slow).rejects.toMatchObject({ code: 'ConnectionLost' })
    await gateway.wire.flush()
    await killAndRestart(worker, gateway)
    await lost
    await Promise.all([worker.wire.flush(), gateway.wire.flush()])
    expect(text((await gateway.wire.ask(subject, { body: bytes('quick') })).body)).toBe('quick')
  })

  test('a watch hears of the gap, then of every record, then of changes again', async () => {
    const [writer, reader] = [await join(), await join()]
    const key = `t.watch.${fresh()}`
    const revision = won(await writer.records.members.put(key, bytes('1'), 0))
    const heard: string[] = []
    await reader.records.members.watch(
      key,
      {
        changed: ({ value }) => heard.push(text(value)),
        removed: () => heard.push('removed'),
        gap: () => heard.push('gap'),
        synced: () => heard.push('synced')
      },
      { initial: true }
    )
    await until(() => heard.includes('synced'))
    await killAndRestart(writer, reader)
    await until(() => heard.length === 5)
    expect(heard).toEqual(['1', 'synced', 'gap', '1', 'synced'])
    won(await writer.records.members.put(key, bytes('2'), revision))
    await until(() => heard.at(-1) === '2')
  })

  test('an event log goes on where it was', async () => {
    const mesh = await join()
    const key = `t.log.${fresh()}`
    const first = won(await mesh.events.append(key, { body: bytes('a') }, 0))
    await killAndRestart(mesh)
    won(await mesh.events.append(key, { body: bytes('b') }, first))
    const replayed: string[] = []
    await mesh.events.replay(key, 0, ({ body }) => replayed.push(text(body)))
    expect(replayed).toEqual(['a', 'b'])
  })
})
