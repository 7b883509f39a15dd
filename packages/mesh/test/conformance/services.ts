import type { Role } from '@scaled-mcp/contracts'
import type { Mesh } from '@scaled-mcp/mesh'
import { beforeEach, expect, test } from 'vitest'
import { fresh, type Get } from './mesh-under-test.ts'

const DISCOVER_MS = 60

export function servicesClaims(get: Get): void {
  let worker: Mesh
  let gateway: Mesh

  beforeEach(async () => {
    const prefix = fresh()
    worker = await get().connect({ prefix })
    gateway = await get().connect({ prefix })
  })

  const describe = ({ process }: Mesh, role: Role) => ({ id: process, role, build: '1.2.3-rc.1', host: 'h', pid: 42 })

  test('every process that announced itself is discovered, with its load at that moment', async () => {
    let load = 3
    await worker.services.announce(describe(worker, 'worker'), () => load)
    await gateway.services.announce(describe(gateway, 'gateway'), () => 0)
    load = 5
    const found = await gateway.services.discover(DISCOVER_MS)
    expect([...found].sort((a, b) => b.load - a.load)).toEqual([
      { ...describe(worker, 'worker'), load: 5 },
      { ...describe(gateway, 'gateway'), load: 0 }
    ])
  })

  test('a process that withdrew is not discovered any more', async () => {
    const announcement = await worker.services.announce(describe(worker, 'worker'), () => 0)
    await announcement.stop()
    expect(await gateway.services.discover(DISCOVER_MS)).toEqual([])
  })

  test('processes of another deployment are not discovered', async () => {
    const stranger = await get().connect({ prefix: fresh() })
    await stranger.services.announce(describe(stranger, 'worker'), () => 0)
    expect(await gateway.services.discover(DISCOVER_MS)).toEqual([])
  })

  test('a process answers the ping on its control subject and under its own id', async () => {
    await worker.services.announce(describe(worker, 'worker'), () => 9)
    const ask = async (subject: string) => {
      const { body } = await gateway.wire.ask(subject, { body: new Uint8Array() })
      return JSON.parse(Buffer.from(body).toString())
    }
    expect(await ask(`$SRV.PING.scaled-mcp-worker.${worker.process}`)).toMatchObject({
      type: 'io.nats.micro.v1.ping_response',
      name: 'scaled-mcp-worker',
      id: worker.process,
      version: '1.2.3'
    })
    const info = await ask(`$SRV.INFO.scaled-mcp-worker.${worker.process}`)
    expect(await ask(info.endpoints[0].subject)).toEqual({ id: worker.process, load: 9 })
  })
}
