import { ComposeProject, until, volumes, whyNoContainers } from '@scaled-mcp/testkit'
import type { NatsConnection } from 'nats'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ContainerLogs } from './container-logs.ts'
import { CountingClient, whileCounting } from './counting-client.ts'
import { members, natsClient } from './local-cluster.ts'
import { Traffic } from './traffic.ts'

const missing = await whyNoContainers()
if (missing !== undefined) process.stderr.write(`SKIPPED: docker-compose.yml was not run: ${missing}\n`)

describe.skipIf(missing !== undefined)('docker-compose.yml', { timeout: 180_000 }, () => {
  const project = new ComposeProject(`scaled-mcp-test-${process.pid}`, 'packages/tests/test/compose-in-test.yml')
  const clients: CountingClient[] = []
  const logs = new ContainerLogs()
  let before: readonly string[]
  let connection: NatsConnection
  let traffic: Traffic
  let url: string

  beforeAll(async () => {
    before = await volumes()
    await project.build()
    await project.up(2, 4)
    url = `http://${await project.address('balancer', 3000)}/mcp`
    connection = await natsClient(`nats://${await project.address('nats', 4222)}`)
    traffic = new Traffic(connection)
    await size('gateway', 2)
    await size('worker', 4)
    await until(async () => (await fetch(new URL('/readyz', url))).ok, { timeoutMs: 30_000 })
  }, 600_000)

  beforeEach(async () => {
    logs.follow(await project.containers())
  })

  afterAll(async () => {
    logs.stop()
    await connection?.close()
    await project.down('--volumes')
  }, 120_000)

  /** The ids of a role's processes, as soon as there are this many. */
  const size = (role: string, count: number): Promise<readonly string[]> =>
    until(
      async () => {
        const ids = (await members(connection)).filter((member) => member.role === role).map(({ id }) => id)
        return ids.length === count && ids.sort()
      },
      { timeoutMs: 60_000, describe: `${count} ${role}s answer` }
    )

  /** Opens sessions until each of these has answered. Placement is by chance, hence so many. */
  const openUntilServed = async (ids: readonly string[]): Promise<void> => {
    const seen = () => ids.every((id) => traffic.workers.has(id) || traffic.gateways.has(id))
    for (let opened = 0; opened < 100 && !seen(); opened++) {
      const client = await CountingClient.open(url)
      await client.increment()
      clients.push(client)
    }
    expect([...traffic.workers, ...traffic.gateways]).toEqual(expect.arrayContaining([...ids]))
  }

  const underLoad = (change: () => Promise<unknown>): Promise<unknown> =>
    whileCounting(clients, change).catch((cause) => {
      throw new Error(`${cause}; what the containers said:\n${logs.unusual}`, { cause })
    })

  it('clients that know only the balancer reach every gateway and every worker', async () => {
    const all = [...(await size('gateway', 2)), ...(await size('worker', 4))]
    await openUntilServed(all)
    expect([...traffic.gateways, ...traffic.workers].sort()).toEqual(all.sort())
  })

  it('four workers become two while clients call: no call fails, no session and no count is lost', async () => {
    await underLoad(() => project.up(2, 2))
    const left = await size('worker', 2)
    traffic.clear()
    await Promise.all(clients.map((client) => client.increment()))
    // Which of the two took a session is chance, so one of them may have none.
    expect(traffic.workers.size).toBeGreaterThan(0)
    expect(left).toEqual(expect.arrayContaining([...traffic.workers]))
  })

  it('two workers become four while clients call: the new ones serve new sessions', async () => {
    const known = await size('worker', 2)
    await underLoad(() => project.up(2, 4))
    traffic.clear()
    await openUntilServed((await size('worker', 4)).filter((id) => !known.includes(id)))
  })

  it('two gateways become three and then one while clients call: the balancer follows, and no call fails', async () => {
    await underLoad(async () => {
      await project.up(3, 4)
      const three = await size('gateway', 3)
      await until(() => three.every((id) => traffic.gateways.has(id)), { timeoutMs: 30_000 })
      await project.up(1, 4)
    })
    const [left] = await size('gateway', 1)
    traffic.clear()
    await Promise.all(clients.map((client) => client.increment()))
    expect([...traffic.gateways]).toEqual([left])
  })

  it('no container can write its own files, gain a right or be reached from another machine', async () => {
    const containers = await project.containers()
    expect(containers).toHaveLength(7)
    for (const { Config, HostConfig, NetworkSettings } of containers) {
      expect(HostConfig).toMatchObject({ Init: true, ReadonlyRootfs: true, CapDrop: ['ALL'] })
      expect(HostConfig.SecurityOpt).toEqual(['no-new-privileges:true'])
      const published = Object.values(NetworkSettings.Ports).flatMap((bindings) => bindings ?? [])
      expect(published.filter(({ HostIp }) => HostIp !== '127.0.0.1')).toEqual([])
      expect(Config.User).toMatch(Config.Labels['com.docker.compose.service'] === 'nats' ? /^$/ : /^\d+:\d+$/)
    }
  })

  it('told to stop, every gateway and worker is done before its grace is over and ends with 0', async () => {
    await Promise.all(clients.map((client) => client.close()))
    await connection.close()
    await project.stop()
    const states = (await project.containers('gateway', 'worker')).map(({ State }) => State)
    expect(states.map(({ Status, ExitCode }) => [Status, ExitCode])).toEqual(Array(5).fill(['exited', 0]))
  })

  it('down leaves no container, and no volume but the one that is declared', async () => {
    const added = async () => (await volumes()).filter((name) => !before.includes(name))
    await project.down()
    expect(await project.containers()).toEqual([])
    expect(await added()).toEqual([`${project.name}_nats-data`])
    await project.down('--volumes')
    expect(await added()).toEqual([])
  })
})
