import { hostname } from 'node:os'
import { mintProcessId, type Role, ScaledMcpError, Subjects } from '@scaled-mcp/contracts'
import { type Config, createLogger, Lifecycle, type Logger, loadConfig } from '@scaled-mcp/host'
import { MemoryBroker } from '@scaled-mcp/mesh'
import type { Actors, ServerDefinition } from '@scaled-mcp/server'
import { type Connected, connectMesh } from './connect-mesh.ts'
import { RejoiningWorker } from './rejoining-worker.ts'
import { startGateway } from './start-gateway.ts'

/** Settings by group, as in a configuration file; what is left out has its default. */
export type Settings = { readonly [G in keyof Config]?: Partial<Config[G]> }

/** What {@link createScaledMcp} is told. What is left out comes from the environment, else the default. */
export interface ScaledMcpOptions extends Omit<Settings, 'http'> {
  /** The MCP server to host; left out, no worker is started. */
  readonly server?: ServerDefinition | ServerDefinition['create']
  /** Settings of the gateway; `false`: none is started. */
  readonly http?: Partial<Config['http']> | false
  readonly actor?: {
    readonly cluster?: {
      /** `false`, the default: everything in this process, no NATS needed. */
      readonly enabled?: boolean
      /** NATS servers to start from; default the setting `nats.servers`. Refused without `enabled`. */
      readonly seeds?: readonly string[]
    }
  }
  /** Default: JSON lines on standard output. */
  readonly logger?: Logger
}

/** A running gateway, worker or both. */
export interface ScaledMcp {
  /** Where clients connect; undefined without a gateway. */
  readonly url: string | undefined
  /** The id of the worker, another one after it had to join again; undefined without one. */
  readonly worker: string | undefined
  /**
   * The actors of the server's own kinds, on whichever worker they live.
   * @throws ScaledMcpError `ConfigInvalid` without a worker, `Stopping` while the worker joins again.
   */
  readonly actors: Actors
  /** Hosts sessions by another definition from now on; those that are there are rebuilt from their record. */
  reload(definition: ServerDefinition): Promise<void>
  /** Takes nothing new, finishes what runs, hands every session over, then leaves. Idempotent. */
  stop(): Promise<void>
}

/**
 * Starts a gateway, a worker or both in this process.
 * @throws ConfigError with everything that is wrong with the options.
 * @throws ScaledMcpError `ConfigInvalid`, `AddressInUse`, `MeshUnreachable`, `StoreUnsafe`.
 */
export async function createScaledMcp(options: ScaledMcpOptions): Promise<ScaledMcp> {
  const { server, http, actor = {}, logger: given, ...rest } = options
  const { cluster = {} } = actor
  const nats = { ...rest.nats, ...(cluster.seeds && { servers: cluster.seeds }) }
  const config = loadConfig({ options: { ...rest, nats, ...(http && { http }), ...unknownKeys(actor) } })
  checkMeant(options)
  const parts = new Parts(config, given ?? createLogger({ level: config.log.level }))
  const connect = cluster.enabled ? parts.overNats : parts.inMemory
  return parts.start(connect, { server, hasGateway: http !== false })
}

/** @throws ScaledMcpError `ConfigInvalid` when nothing would be started, or less than what the options say. */
function checkMeant({ server, http, actor }: ScaledMcpOptions): void {
  const { enabled, seeds } = actor?.cluster ?? {}
  if (!server && http === false)
    throw new ScaledMcpError('ConfigInvalid', 'neither a server nor http: nothing to start')
  if (seeds && enabled === undefined)
    throw new ScaledMcpError('ConfigInvalid', 'actor.cluster.seeds: say actor.cluster.enabled as well')
}

/** What is left of `actor`, for the configuration to refuse: the ancestor's `address` and `port` with the reason. */
function unknownKeys({ cluster = {}, ...actor }: NonNullable<ScaledMcpOptions['actor']>): object {
  const { enabled, seeds, ...rest } = cluster
  return { actor, 'actor.cluster': rest }
}

/**
 * Alone in its process, a worker has nobody who could take over: it holds its lease through a debugger's breakpoint and a
 * machine's sleep. As long as a timer can wait, about 24 days.
 */
const LEASE_ALONE_MS = 2 ** 31 - 1

interface Wanted {
  readonly server: ScaledMcpOptions['server']
  readonly hasGateway: boolean
}

class Parts implements ScaledMcp {
  readonly #config: Config
  readonly #logger: Logger
  readonly #lifecycle = new Lifecycle()
  readonly #broker = new MemoryBroker()
  #worker: RejoiningWorker | undefined
  #url: string | undefined

  constructor(config: Config, logger: Logger) {
    this.#config = config
    this.#logger = logger
  }

  readonly overNats = (role: Role): Promise<Connected> => connectMesh(this.#config, role, this.#logger)

  readonly inMemory = async (role: Role): Promise<Connected> => {
    const subjects = new Subjects(this.#config.nats.prefix)
    const mesh = this.#broker.connect({ process: mintProcessId(role, hostname()), subjects })
    return { mesh, subjects, leaseMs: LEASE_ALONE_MS }
  }

  get url(): string | undefined {
    return this.#url
  }

  get worker(): string | undefined {
    return this.#worker?.id
  }

  get actors(): Actors {
    if (!this.#worker) throw new ScaledMcpError('ConfigInvalid', 'actors are reached where a server is given')
    return this.#worker.actors
  }

  async start(connect: (role: Role) => Promise<Connected>, { server, hasGateway }: Wanted): Promise<this> {
    try {
      if (server) await this.#startWorker(() => connect('worker'), definitionOf(server))
      if (hasGateway) await this.#startGateway(await connect('gateway'))
      return this
    } catch (error) {
      await this.#lifecycle.stop()
      throw error
    }
  }

  async reload(definition: ServerDefinition): Promise<void> {
    await this.#worker?.reload(definition)
  }

  async stop(): Promise<void> {
    await this.#lifecycle.drain()
    await this.#lifecycle.stop()
  }

  async #startWorker(connect: () => Promise<Connected>, definition: ServerDefinition): Promise<void> {
    const components = { connect, config: this.#config, logger: this.#logger }
    this.#worker = this.#lifecycle.add('worker', await RejoiningWorker.start(components, definition))
  }

  async #startGateway(connected: Connected): Promise<void> {
    this.#lifecycle.add('mesh of the gateway', connected.mesh)
    this.#url = this.#lifecycle.add('gateway', await startGateway(connected, this.#config, this.#logger)).url
  }
}

/** The definition of a server, its `create` being the short form of one. */
export function definitionOf(server: NonNullable<ScaledMcpOptions['server']>): ServerDefinition {
  return typeof server === 'function' ? ({ create: server } as ServerDefinition) : server
}
