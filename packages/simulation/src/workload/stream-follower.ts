import { addressed } from '@scaled-mcp/cluster'
import { type Address, header } from '@scaled-mcp/contracts'
import type { GatewayProcess } from '../cluster/gateway-process.ts'
import type { GatewayReading } from '../cluster/gateway-reading.ts'
import type { Random } from '../world/random.ts'
import type { World } from '../world/world.ts'
import { codeOf, failed } from './answer.ts'
import { type ConnectionListener, EventConnection, type ReadEvent } from './event-connection.ts'
import type { History } from './history.ts'
import { OpenOperation } from './open-operation.ts'
import type { Operation } from './operation.ts'
import type { StreamSight } from './stream-sight.ts'

export interface FollowingComponents {
  readonly world: World
  readonly random: Random
  readonly history: History
  /** The gateways that clients reach now. */
  readonly gateways: () => readonly GatewayProcess[]
  readonly endedTwice: (operation: Operation) => void
}

export interface StreamFollowerComponents extends FollowingComponents {
  /** Told of each event on any of its connections. */
  readonly event: (event: ReadEvent) => void
  /** Told once that there is nothing to come back for, with the code that says so. */
  readonly gone: (code: string) => void
}

export interface StreamFollowerInit {
  readonly address: Address
  readonly sight: StreamSight
  /** How likely it leaves a connection on purpose, from 0 up to 1. */
  readonly leaves: number
}

/** As both official clients have it. */
const RETRY_MS = 500
const STAY_MS = 2_000
const AWAY_MS = [0, 4_000] as const
/** How long a gateway takes to find out that a client has gone, when it does not see it at once. */
const UNNOTICED_MS = [0, 3_000] as const
const FINAL: readonly string[] = ['SessionNotFound', 'StreamFinished', 'EventUnknown', 'EventsGone']
const NOTHING = new Uint8Array()

/** Comes back for one stream, through whichever gateway, with the last event that its client has seen. */
export class StreamFollower implements ConnectionListener {
  readonly #components: StreamFollowerComponents
  readonly #init: StreamFollowerInit
  #operation: OpenOperation | undefined
  #connection: EventConnection | undefined
  #reading: GatewayReading | undefined
  #isStopped = false

  constructor(components: StreamFollowerComponents, init: StreamFollowerInit) {
    this.#components = components
    this.#init = init
  }

  /** Reads on, soon. */
  comeBack(): void {
    this.#later(RETRY_MS)
  }

  /** Reads on, after having been away for a while. */
  comeBackLater(): void {
    this.#later(this.#components.random.between(...AWAY_MS))
  }

  /** Leaves its connection at some time, by calling `leave`, or stays. */
  planLeaving(leave: () => void): void {
    const { world, random } = this.#components
    if (random.chance(this.#init.leaves)) world.after(random.exponential(STAY_MS), leave)
  }

  /** Does not come back any more. */
  stop(): void {
    this.#isStopped = true
  }

  opened(): void {
    const connection = this.#connection
    this.#operation?.end('ok', {})
    this.planLeaving(() => {
      if (connection === this.#connection && !this.#isStopped) this.#leave()
    })
  }

  event(event: ReadEvent): void {
    this.#components.event(event)
  }

  refused(error: Error): void {
    const { outcome, ...end } = failed(error)
    this.#operation?.end(outcome, end)
    this.#connection = undefined
    const code = codeOf(error)
    if (!FINAL.includes(code)) this.comeBack()
    else if (!this.#isStopped) this.#components.gone(code)
  }

  closed(): void {
    this.#connection = undefined
    this.comeBack()
  }

  broken(): void {
    if (!this.#operation?.isOver) this.#operation?.end('unknown', { code: 'gateway died' })
    this.closed()
  }

  #later(ms: number): void {
    this.#components.world.after(ms, () => this.#read())
  }

  #read(): void {
    const { random, gateways } = this.#components
    if (this.#isStopped) return
    const gateway = random.pick(gateways())
    if (gateway) this.#readThrough(gateway)
    else this.comeBack()
  }

  #readThrough(gateway: GatewayProcess): void {
    const { sight, address } = this.#init
    const { lastId, session } = sight
    const [kind, headers] =
      lastId === undefined
        ? (['listen', { [header.verb]: 'listen' }] as const)
        : (['resume', { [header.verb]: 'resume', [header.event]: lastId }] as const)
    const done = (): void => undefined
    this.#operation = new OpenOperation({ ...this.#components, gateway, done }, { session, kind, value: lastId ?? '' })
    this.#connection = new EventConnection({ gateway, listener: this }, { method: 'GET' })
    this.#reading = gateway.read(addressed(address, { body: NOTHING, headers }), this.#connection)
  }

  /** Mostly its gateway sees it go; else not before a while. */
  #leave(): void {
    const { world, random } = this.#components
    const reading = this.#reading
    this.#connection?.leave()
    this.#connection = undefined
    if (random.chance(0.7)) reading?.cancel()
    else world.after(random.between(...UNNOTICED_MS), () => reading?.cancel())
    this.comeBackLater()
  }
}
