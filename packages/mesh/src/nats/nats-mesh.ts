import { ScaledMcpError, type Subjects } from '@scaled-mcp/contracts'
import { type ConnectionOptions, connect, type NatsConnection } from 'nats'
import { asError } from '../as-error.ts'
import { systemClock } from '../clock.ts'
import { incarnationOf } from '../incarnation.ts'
import type { Durability } from '../layout.ts'
import type { Mesh } from '../mesh.ts'
import { MeshStore } from '../mesh-store.ts'
import { MicroServices } from '../micro-services.ts'
import { MuxWire } from '../mux-wire.ts'
import { probeStore } from '../store-probe.ts'
import type { OnError } from '../transport.ts'
import { authOptions, type NatsCredentials, parseServers } from './credentials.ts'
import { JetStream } from './jet-stream.ts'
import { NatsStream } from './nats-stream.ts'
import { NatsTransport } from './nats-transport.ts'
import { type Provisioned, provision } from './provision.ts'

const CONNECT_MS = 5_000
const RECONNECT_MS = { shortest: 25, longest: 100 } as const

export interface NatsMeshOptions {
  /** `nats://host:port`, one or several (also comma-separated); may carry `user:password@` or `token@`. */
  readonly servers: string | readonly string[]
  /** The process id: the connection's name, and part of the reply subject. */
  readonly process: string
  readonly subjects: Subjects
  /** What the store is made with; `provisioned`: another connection of this process has made and probed it. */
  readonly durability: Durability | 'provisioned'
  /** Stronger than what `servers` carries. */
  readonly credentials?: NatsCredentials | undefined
  /** Told of errors that no caller is there to take: a handler that threw, a refusal by NATS. */
  readonly onError?: OnError | undefined
}

/**
 * Connects one process to the mesh over NATS, provisions the store and proves that its compare-and-set holds, unless
 * that has been done.
 * @throws MeshUnreachable when no server can be reached or none lets us in. @throws ConfigInvalid.
 * @throws StoreUnavailable when JetStream cannot be used. @throws StoreUnsafe when two writers can win.
 */
export async function connectNatsMesh(options: NatsMeshOptions): Promise<Mesh> {
  const connection = await dial(options)
  const mesh = new NatsMesh(connection, options)
  try {
    await mesh.start()
    return mesh
  } catch (error) {
    await mesh.stop()
    throw error
  }
}

async function dial({ servers: addresses, credentials: given, process }: NatsMeshOptions): Promise<NatsConnection> {
  const { servers, credentials } = parseServers(addresses)
  const options: ConnectionOptions = {
    ...authOptions({ ...credentials, ...given }),
    servers,
    name: process,
    timeout: CONNECT_MS,
    noAsyncTraces: true,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectDelayHandler: () => RECONNECT_MS.shortest + Math.random() * (RECONNECT_MS.longest - RECONNECT_MS.shortest),
    pingInterval: 1_000,
    maxPingOut: 2
  }
  try {
    return await connect(options)
  } catch (error) {
    throw unreachable(servers, error)
  }
}

function unreachable(servers: readonly string[], cause: unknown): ScaledMcpError {
  return new ScaledMcpError('MeshUnreachable', `${servers.join(', ')}: ${asError(cause).message}`, { cause })
}

/** A mesh over one NATS connection. */
class NatsMesh implements Mesh {
  readonly process: string
  readonly wire: MuxWire
  readonly services: MicroServices
  readonly #options: NatsMeshOptions
  readonly #connection: NatsConnection
  readonly #transport: NatsTransport
  readonly #jetStream: JetStream
  readonly #store: MeshStore
  #facts: Mesh['facts'] = {}
  #stopped: Promise<void> | undefined

  constructor(connection: NatsConnection, options: NatsMeshOptions) {
    const { process, subjects, onError = () => undefined } = options
    const inbox = subjects.reply(process)
    const clock = systemClock
    this.process = process
    this.#options = options
    this.#connection = connection
    const transport = new NatsTransport({
      connection,
      onError,
      onRefused: (subject, cause) => this.#refuse(subject, cause)
    })
    this.#transport = transport
    this.wire = new MuxWire({ transport, clock, onError }, inbox)
    const jetStream = new JetStream(this.wire)
    this.#jetStream = jetStream
    const stream = (name: string): NatsStream => new NatsStream({ jetStream, transport, clock }, { name, inbox })
    this.#store = new MeshStore({ transport, clock, onError, stream }, subjects.prefix)
    this.services = new MicroServices({ wire: this.wire, transport, clock }, { subjects, inbox })
  }

  get records(): Mesh['records'] {
    return this.#store.records
  }

  get events(): Mesh['events'] {
    return this.#store.events
  }

  get facts(): Mesh['facts'] {
    return this.#facts
  }

  async start(): Promise<void> {
    const { subjects, durability } = this.#options
    if (durability === 'provisioned') return
    const init = { prefix: subjects.prefix, durability }
    const provisioned = await provision({ jetStream: this.#jetStream, clock: systemClock }, init)
    await probeStore(this.records.meta)
    this.#facts = this.#read(provisioned, await incarnationOf(this.records.meta))
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    await this.#transport.close()
    this.wire.stop()
  }

  #read({ storage, replicas, duplicateWindowMs, differences }: Provisioned, incarnation: string): Mesh['facts'] {
    const { info } = this.#connection
    return {
      mesh: 'nats',
      server: info?.version ?? 'unknown',
      cluster: info?.cluster ?? 'none',
      maxPayload: this.#transport.maxPayload,
      storage,
      replicas,
      duplicateWindowMs,
      incarnation,
      ...(differences.length > 0 && { differences: differences.join('; ') })
    }
  }

  /** A publish that NATS refuses is answered by an error that names no question, so all on that subject end. */
  #refuse(subject: string, cause: Error): void {
    this.wire.abandon(
      subject,
      new ScaledMcpError('ConfigInvalid', `NATS does not let this account publish to ${subject}`, { cause })
    )
  }
}
