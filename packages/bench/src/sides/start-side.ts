import { binary, startCluster } from './own-cluster.ts'
import { type Probe, programOf, type Side, SideStart } from './side.ts'

interface SideKind {
  /** What its row is called. */
  readonly about: string
  readonly isFixed?: true
  readonly start: (side: SideStart) => Promise<string>
}

/** Every side, in the order of the report; the first is what the others are compared with. */
export const sides = {
  'sdk-v1': { about: 'SDK v1 on plain node http', start: baseline('sdk-v1-http') },
  'sdk-v1-shared': { about: 'the same, validator shared', start: baseline('sdk-v1-http', '--shared-validator') },
  'sdk-v1-express': { about: 'SDK v1 on express', start: baseline('sdk-v1-express') },
  'sdk-v2': { about: 'SDK v2 createMcpHandler', start: baseline('sdk-v2') },
  'fixed-fastify': { about: 'bare Fastify, fixed answer', isFixed: true, start: baseline('fixed-fastify') },
  'fixed-nats': { about: 'Fastify, NATS, worker, fixed answer', isFixed: true, start: fixedNats },
  memory: { about: 'scaled-mcp dev (one process, no NATS)', start: memory },
  cluster: { about: 'scaled-mcp gateway and worker on NATS', start: cluster }
} as const satisfies Readonly<Record<string, SideKind>>

export type SideName = keyof typeof sides

/** The side that the others are compared with. */
export const BASELINE: SideName = 'sdk-v1'

export const sideNames = Object.keys(sides) as readonly SideName[]

export function isSideName(name: string): name is SideName {
  return name in sides
}

const echoModule = programOf('servers/echo-module')

/** Starts every process of a side. Rejects with `LaunchFailed` or `NatsServerMissing`; nothing is left then. */
export async function startSide(name: SideName, probe?: Probe): Promise<Side> {
  const kind: SideKind = sides[name]
  const side = new SideStart({ name, isFixed: kind.isFixed ?? false, probe })
  try {
    return side.serving(await kind.start(side))
  } catch (error) {
    await side.stop()
    throw error
  }
}

function baseline(program: string, ...args: readonly string[]): SideKind['start'] {
  return (side) => side.node({ role: 'server', args: [programOf(`servers/${program}`), ...args] })
}

async function fixedNats(side: SideStart): Promise<string> {
  const env = { NATS_URL: await side.nats() }
  await side.node({ role: 'worker', args: [programOf('servers/fixed-worker')], env })
  return side.node({ role: 'gateway', args: [programOf('servers/fixed-gateway')], env })
}

function memory(side: SideStart): Promise<string> {
  return side.node({ role: 'server', args: [binary, 'dev', echoModule, '--port', '0'] })
}

async function cluster(side: SideStart): Promise<string> {
  const [url] = await startCluster(side, { module: echoModule, gateways: 1, workers: 1 })
  return url
}
