import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type MemberRecord, memberCodec, mintProcessId, Subjects } from '@scaled-mcp/contracts'
import { connectNatsMesh, type Mesh } from '@scaled-mcp/mesh'
import { startNatsServer, type TestNatsServer, until } from '@scaled-mcp/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { certifyDeath, LeaseKeeper, type LeaseKeeperComponents, type LeaseKeeperInit } from '../src/index.ts'
import { processClock } from '../src/process-clock.ts'

const prefix = `t${process.pid}-keeper`
const leaseMs = 600
const run = promisify(execFile)
let server: TestNatsServer
let mesh: Mesh
const keepers: LeaseKeeper[] = []

beforeAll(async () => {
  server = await startNatsServer()
  const durability = { replicas: 1, storage: 'file' } as const
  mesh = await connectNatsMesh({
    servers: server.url,
    process: `${prefix}-main`,
    subjects: new Subjects(prefix),
    durability
  })
})
afterEach(async () => {
  await Promise.all(keepers.splice(0).map((keeper) => keeper.leave()))
})
afterAll(async () => {
  await mesh.stop()
  await server.stop()
})

interface Kept {
  readonly id: string
  readonly keeper: LeaseKeeper
  readonly missed: ReturnType<typeof vi.fn>
  record(): Promise<MemberRecord>
}

function keep(init: Partial<LeaseKeeperInit> = {}, components: Partial<LeaseKeeperComponents> = {}): Kept {
  const id = mintProcessId('worker', 'here')
  const missed = vi.fn()
  const told = { id, role: 'worker', host: 'here', pid: process.pid, build: '0', leaseMs } as const
  const connection = { servers: server.url, prefix }
  const keeper = new LeaseKeeper({ load: () => 0, missed, ...components }, { ...told, connection, ...init })
  keepers.push(keeper)
  const record = async () => memberCodec.decode((await mesh.records.members.get(id))?.value as Uint8Array)
  return { id, keeper, missed, record }
}

async function joined(init?: Partial<LeaseKeeperInit>, components?: Partial<LeaseKeeperComponents>): Promise<Kept> {
  const kept = keep(init, components)
  await kept.keeper.join()
  return kept
}

/** Keeps this thread from everything, as a tool that computes does. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

describe('a lease that a thread keeps', () => {
  it('is held through a main thread that is blocked for three leases: a busy loop is no death', async () => {
    const { keeper, record, missed } = await joined()
    const { beat } = await record()
    block(3 * leaseMs)
    expect(keeper.lease.isHeld).toBe(true)
    expect((await record()).beat).toBeGreaterThanOrEqual(beat + 10)
    expect(missed).not.toHaveBeenCalled()
  })

  it('ends when the main thread shows no life for the stall limit, and is renewed when it does again (T2)', async () => {
    const { keeper, record } = await joined({ stallMs: 300 })
    const { startedAt } = await record()
    block(300 + 3 * leaseMs)
    expect(keeper.lease.isHeld).toBe(false)
    await until(() => keeper.lease.isHeld)
    expect(await record()).toMatchObject({ startedAt, state: 'up' })
  })

  it('ends when the main thread cannot work, so that its sessions are not tied to a process nobody reaches (T2)', async () => {
    const able = { isAble: true }
    const { keeper } = await joined({ stallMs: 300 }, { isAble: () => able.isAble })
    able.isAble = false
    await until(() => !keeper.lease.isHeld)
    able.isAble = true
    await until(() => keeper.lease.isHeld)
  })

  it('tells the load with its heartbeats', async () => {
    const { record } = await joined({}, { load: () => 42 })
    await until(async () => (await record()).load === 42)
  })

  it('is lost when another process has written that this one is dead', async () => {
    const { id, keeper, record } = await joined()
    await certifyDeath({ members: mesh.records.members, clock: processClock, failed: vi.fn() }, { id, by: 'observer' })
    await keeper.lost
    expect(keeper.lease.isLost).toBe(true)
    await keeper.leave()
    expect(await record()).toMatchObject({ state: 'dead', by: 'observer' })
  })

  it('outlives a kill -9 of nats-server: suspended meanwhile, then the same member goes on', async (context) => {
    if (server.external) return context.skip('the server of NATS_URL cannot be killed')
    const { keeper, record, missed } = await joined()
    const before = await record()
    await server.kill()
    await until(() => !keeper.lease.isHeld && missed.mock.calls.length > 0)
    await server.restart()
    await until(() => keeper.lease.isHeld && mesh.wire.connected)
    expect(missed.mock.calls.map(([error]) => error.code)).toContain('StoreUnavailable')
    const after = await record()
    expect(after).toMatchObject({ state: 'up', startedAt: before.startedAt })
    expect(after.beat).toBeGreaterThan(before.beat)
  })
})

describe('the thread', () => {
  it('writes draining, and dead at the end, where nothing of it is left', async () => {
    const { id, keeper, record } = await joined()
    await keeper.drain()
    expect(await record()).toMatchObject({ state: 'draining' })
    await keeper.leave()
    expect(await record()).toMatchObject({ state: 'dead', by: id })
    const { beat } = await record()
    await expect(keeper.leave()).resolves.toBeUndefined()
    expect((await record()).beat).toBe(beat)
  })

  it('does not keep a process alive that has nothing else to do (T4)', async () => {
    const script = `
      import { LeaseKeeper } from '@scaled-mcp/cluster'
      const alive = setInterval(() => undefined, 1_000)
      const keeper = new LeaseKeeper({ load: () => 0, missed: console.error }, JSON.parse(process.argv[1]))
      await keeper.join()
      clearInterval(alive)
      process.stdout.write(String(keeper.lease.isHeld))`
    const init = { id: mintProcessId('worker', 'here'), role: 'worker', host: 'here', pid: 1, build: '0', leaseMs }
    const told = JSON.stringify({ ...init, connection: { servers: server.url, prefix } })
    const options = { cwd: new URL('..', import.meta.url), timeout: 15_000 }
    const ended = await run(process.execPath, ['--input-type=module', '--eval', script, told], options)
    expect(ended).toEqual({ stdout: 'true', stderr: '' })
  })

  it('that cannot reach NATS fails the join with the reason', async () => {
    const { keeper } = keep({ connection: { servers: 'nats://127.0.0.1:1', prefix } })
    await expect(keeper.join()).rejects.toMatchObject({ code: 'MeshUnreachable' })
    expect(keeper.lease.isHeld).toBe(false)
  })

  it('that ends by itself takes the lease with it, as it can renew nothing any more (T3)', async () => {
    const { keeper, missed } = await joined({ entry: threadThat('port.postMessage({ about: "answer", token })') })
    await keeper.drain()
    await keeper.lost
    expect(keeper.lease.isLost).toBe(true)
    expect(missed).toHaveBeenCalledWith(expect.objectContaining({ message: 'broken' }))
  })

  it('that ends before the process has joined fails the join', async () => {
    const { keeper } = keep({ entry: threadThat('throw new Error("broken")') })
    await expect(keeper.join()).rejects.toMatchObject({ code: 'Internal' })
  })
})

/** A thread that answers a join as told, and breaks at anything else. */
function threadThat(answer: string): URL {
  const script = `
    import { parentPort as port } from 'node:worker_threads'
    port.on('message', ({ verb, token }) => {
      if (verb !== 'join') throw new Error('broken')
      ${answer}
    })`
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`)
}
