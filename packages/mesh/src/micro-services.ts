/**
 * Discovery as NATS micro services (their ADR-32), on our own wire: `nats micro ls | info | stats` show the deployment,
 * each process under its own id, and the memory mesh speaks the same.
 */
import type { Role, Subjects } from '@scaled-mcp/contracts'
import { type Clock, pause } from './clock.ts'
import type { Announcement, ServiceDescription, ServiceStats, Services } from './services.ts'
import type { Packet, Transport } from './transport.ts'
import type { Delivery, Serving, Wire } from './wire.ts'

const ROLES: readonly Role[] = ['worker', 'gateway']
const VERBS = ['PING', 'INFO', 'STATS'] as const
const SEMVER = /^\d+\.\d+\.\d+/
/** Members that a STATS answer must have; requests are counted where metrics are. */
const NOT_COUNTED = { num_requests: 0, num_errors: 0, last_error: '', processing_time: 0, average_processing_time: 0 }
const NO_BODY = new Uint8Array(0)

export interface MicroServicesComponents {
  readonly wire: Wire
  readonly transport: Transport
  readonly clock: Clock
}

export interface MicroServicesInit {
  readonly subjects: Subjects
  /** Subject below which this process may receive. */
  readonly inbox: string
}

interface Announced {
  readonly description: ServiceDescription
  readonly load: () => number
  readonly startedAt: string
}

/** The part of a STATS answer that names one of our processes. */
interface StatsAnswer {
  readonly metadata?: Readonly<Record<string, string>>
  readonly endpoints?: readonly { readonly data?: { readonly load?: number } }[]
}

export class MicroServices implements Services {
  readonly #components: MicroServicesComponents
  readonly #init: MicroServicesInit
  #discoveries = 0

  constructor(components: MicroServicesComponents, init: MicroServicesInit) {
    this.#components = components
    this.#init = init
  }

  async announce(description: ServiceDescription, load: () => number): Promise<Announcement> {
    const { wire } = this.#components
    const announced = { description, load, startedAt: new Date(this.#components.clock.wall()).toISOString() }
    const { role, id } = description
    const served = VERBS.flatMap((verb) => {
      const answer = (delivery: Delivery): void => answerJson(delivery, this.#answer(verb, announced))
      const subject = `$SRV.${verb}`
      return [subject, `${subject}.${nameOf(role)}`, `${subject}.${nameOf(role)}.${id}`].map((s) =>
        wire.serve(s, answer)
      )
    })
    served.push(wire.serve(this.#ping(description), (delivery) => answerJson(delivery, { id, load: load() })))
    await wire.flush()
    return { stop: () => drainAll(served) }
  }

  async discover(timeoutMs: number): Promise<readonly ServiceStats[]> {
    const { transport, clock } = this.#components
    const found = new Map<string, ServiceStats>()
    const inbox = `${this.#init.inbox}.discover.${++this.#discoveries}`
    const subscription = transport.subscribe(inbox, (packet) => {
      const stats = this.#read(packet)
      if (stats) found.set(stats.id, stats)
    })
    try {
      for (const role of ROLES)
        transport.publish({ subject: `$SRV.STATS.${nameOf(role)}`, reply: inbox, body: NO_BODY })
      await pause(clock, timeoutMs)
    } finally {
      subscription.stop()
    }
    return [...found.values()]
  }

  #answer(verb: (typeof VERBS)[number], announced: Announced): object {
    const identity = this.#identity(announced.description)
    const endpoint = { name: 'ping', subject: this.#ping(announced.description) }
    if (verb === 'PING') return { type: 'io.nats.micro.v1.ping_response', ...identity }
    if (verb === 'INFO') {
      const description = `Scaled MCP ${announced.description.role}`
      return { type: 'io.nats.micro.v1.info_response', ...identity, description, endpoints: [endpoint] }
    }
    const endpoints = [{ ...endpoint, ...NOT_COUNTED, data: { load: announced.load() } }]
    return { type: 'io.nats.micro.v1.stats_response', ...identity, started: announced.startedAt, endpoints }
  }

  #identity({ id, role, build, host, pid }: ServiceDescription): object {
    const { prefix } = this.#init.subjects
    const version = SEMVER.exec(build)?.[0] ?? '0.0.0'
    return { name: nameOf(role), id, version, metadata: { prefix, id, role, build, host, pid: String(pid) } }
  }

  #ping({ role, id }: ServiceDescription): string {
    return this.#init.subjects.control(role, id, 'ping')
  }

  #read({ status, body }: Packet): ServiceStats | undefined {
    if (status !== undefined) return undefined // nobody has that role
    const { metadata, endpoints } = JSON.parse(Buffer.from(body).toString()) as StatsAnswer
    if (metadata?.['prefix'] !== this.#init.subjects.prefix) return undefined
    const { id = '', role = '', build = '', host = '', pid } = metadata
    return { id, role: role as Role, build, host, pid: Number(pid), load: endpoints?.[0]?.data?.load ?? 0 }
  }
}

function nameOf(role: Role): string {
  return `scaled-mcp-${role}`
}

function answerJson({ reply }: Delivery, answer: object): void {
  reply?.end({ body: Buffer.from(JSON.stringify(answer)) })
}

async function drainAll(served: readonly Serving[]): Promise<void> {
  await Promise.all(served.map((serving) => serving.drain()))
}
