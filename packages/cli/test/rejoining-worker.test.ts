import { certifyDeath } from '@scaled-mcp/cluster'
import { memberCodec, mintProcessId, ScaledMcpError, Subjects } from '@scaled-mcp/contracts'
import { createLogger, loadConfig } from '@scaled-mcp/host'
import { MemoryBroker, type Mesh, systemClock } from '@scaled-mcp/mesh'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Connected } from '../src/connect-mesh.ts'
import { RejoiningWorker } from '../src/rejoining-worker.ts'

const config = loadConfig({ environment: {} })
const definition = {
  create: () => {
    throw new Error('nobody opens a session here')
  }
}

/** A worker on a cluster of its own, whom others can declare dead. */
async function joined() {
  const broker = new MemoryBroker()
  const subjects = new Subjects()
  const meshes: Mesh[] = []
  const { records } = broker.connect({ process: 'observer', subjects })
  const log = vi.fn()
  const logger = createLogger({ level: 'warn' }, { write: (line) => log(JSON.parse(line).msg) })
  const connect = vi.fn(async (): Promise<Connected> => {
    const mesh = broker.connect({ process: mintProcessId('worker', 'here'), subjects })
    meshes.push(mesh)
    return { mesh, subjects, leaseMs: 600 }
  })
  const joining = vi.fn(async (_id: string) => undefined)
  const worker = await RejoiningWorker.start({ connect, config, logger, joining }, definition)
  onTestFinished(() => worker.stop())
  const recordOf = async (id: string) => {
    const entry = await records.members.get(id)
    return entry && memberCodec.decode(entry.value)
  }
  const declareDead = (id: string) =>
    certifyDeath({ members: records.members, clock: systemClock, failed: log }, { id, by: 'observer' })
  return { worker, meshes, connect, joining, log, recordOf, declareDead }
}

describe('a worker that was declared dead', () => {
  it('joins again under a new id, and the old one stays dead (J1)', async () => {
    const { worker, recordOf, declareDead, log } = await joined()
    const was = worker.id as string
    await declareDead(was)
    await expect.poll(() => worker.id ?? was).not.toBe(was)
    expect(worker.isReady).toBe(true)
    expect(await recordOf(worker.id as string)).toMatchObject({ state: 'up' })
    expect(await recordOf(was)).toMatchObject({ state: 'dead', by: 'observer' })
    expect(log).toHaveBeenCalledWith('joined again as a new worker')
  })

  it('has let go of everything before it joins, and tells each id first, so that its death can be written (J2)', async () => {
    const { worker, meshes, joining, recordOf, declareDead } = await joined()
    const was = worker.id as string
    const seen: unknown[] = []
    joining.mockImplementation(async (id) => {
      seen.push(id, await recordOf(id), meshes[0]?.wire.connected)
      return undefined
    })
    await declareDead(was)
    await expect.poll(() => worker.id ?? was).not.toBe(was)
    expect(joining.mock.calls).toEqual([[was], [worker.id]])
    expect(seen).toEqual([worker.id, undefined, false])
  })

  it('tries until it succeeds, is not ready meanwhile, and says why (J3)', async () => {
    const { worker, connect, declareDead, log } = await joined()
    connect.mockRejectedValueOnce(new ScaledMcpError('MeshUnreachable'))
    connect.mockRejectedValueOnce(new ScaledMcpError('MeshUnreachable'))
    const was = worker.id as string
    await declareDead(was)
    await expect.poll(() => connect.mock.calls.length).toBe(2)
    expect([worker.id, worker.isReady]).toEqual([undefined, false])
    await expect.poll(() => worker.isReady).toBe(true)
    expect(log.mock.calls.filter(([message]) => message === 'not joined again yet')).toHaveLength(2)
  })

  it('takes nothing as the new worker either when it was drained by order (J4)', async () => {
    const { worker, meshes, recordOf, declareDead } = await joined()
    const was = worker.id as string
    await meshes[0]?.wire.ask(new Subjects().control('worker', was, 'drain'), { body: new Uint8Array() })
    await declareDead(was)
    await expect.poll(async () => worker.id && (await recordOf(worker.id))?.state).toBe('draining')
    expect([worker.id === was, worker.isReady]).toEqual([false, false])
  })

  it('gives up joining when its process ends, so that stopping is prompt (J3)', async () => {
    const { worker, connect, declareDead } = await joined()
    connect.mockRejectedValue(new ScaledMcpError('MeshUnreachable'))
    await declareDead(worker.id as string)
    await expect.poll(() => connect.mock.calls.length).toBeGreaterThan(3)
    await worker.drain()
    await worker.stop()
    expect(worker.id).toBeUndefined()
  })
})
