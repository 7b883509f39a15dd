import { type Addressed, addressed } from '@scaled-mcp/cluster'
import { type Address, addressKey, clientQuirks, header, sessionAddress } from '@scaled-mcp/contracts'
import type { GatewayProcess } from '../cluster/gateway-process.ts'
import type { Call } from '../server/call.ts'
import type { Random } from '../world/random.ts'
import type { World } from '../world/world.ts'
import { FollowedCall } from './followed-call.ts'
import type { History } from './history.ts'
import { Invocation } from './invocation.ts'
import { Listener, type ListenerInit } from './listener.ts'
import type { Operation } from './operation.ts'
import { randomCall } from './random-call.ts'

export interface ClientComponents {
  readonly world: World
  readonly random: Random
  readonly history: History
  /** The gateways that clients reach now. */
  readonly gateways: () => readonly GatewayProcess[]
  readonly endedTwice: (operation: Operation) => void
}

export interface ClientInit {
  readonly name: string
  /** How many requests it makes side by side. */
  readonly lanes: number
  /** Mean time that it waits between two requests, in milliseconds. */
  readonly thinkMs: number
  /** How likely a request only reads, from 0 up to 1; of the others, some are puts and most are appends. */
  readonly reads: number
  /** How likely a request is slow, from 0 up to 1. */
  readonly slow: number
  /** How likely a request is the session's end, from 0 up to 1. */
  readonly endings: number
  /** How it follows event streams. Default: it takes what comes on the connection that it asked on. */
  readonly follows?: Follows
}

export interface Follows {
  readonly revision: string
  /** How likely a request tells of its progress, from 0 up to 1. */
  readonly reports: number
  /** How likely it leaves a connection on purpose, to come back later, from 0 up to 1. */
  readonly leaves: number
  /** How often its server tells what belongs to no request, which it listens to then, in milliseconds. Default: never. */
  readonly announceMs?: number
}

type Done = (operation: Operation) => void

const RETRY_MS = 300
const AFTERLIFE_MS = [0, 5_000] as const
const READ: Call = { tool: 'read', value: '', beforeMs: 0, afterMs: 0, isStubborn: false }

/** One MCP client: opens a session, works with it through whichever gateway, opens another one when that has ended. */
export class Client {
  readonly #components: ClientComponents
  readonly #init: ClientInit
  #address: Address | undefined
  #requests = 0
  #isStopped = false
  #isEnding = false

  constructor(components: ClientComponents, init: ClientInit) {
    this.#components = components
    this.#init = init
  }

  /** The key of its session's address; undefined while it has none. */
  get session(): string | undefined {
    return this.#address && !this.#isEnding ? addressKey(this.#address) : undefined
  }

  /** Whether it has ever opened a session. */
  get hasOpened(): boolean {
    return this.#address !== undefined
  }

  start(): void {
    this.#open()
  }

  /** Asks for nothing more. */
  stop(): void {
    this.#isStopped = true
  }

  /** Reads once, also after {@link stop}. */
  probe(done: Done): void {
    if (this.#address) this.#call(this.#address, READ, done)
  }

  #open(): void {
    const gateway = this.#gateway()
    if (!gateway || this.#isStopped) {
      if (!this.#isStopped) this.#later(RETRY_MS, () => this.#open())
      return
    }
    let minted: Address | undefined
    const done = (operation: Operation): void => {
      if (operation.hasId && minted) this.#opened(minted)
      else this.#later(RETRY_MS, () => this.#open())
    }
    const operation = { session: this.#init.name, kind: 'open', value: '' } as const
    const body = this.#request('initialize', this.#greeting())
    const mint = (): Addressed => {
      minted = sessionAddress(this.#components.random.token(43))
      return addressed(minted, { body })
    }
    gateway.create(mint, this.#invocation({ gateway, isVoid: false, done }, operation))
  }

  #greeting(): object {
    const { name, follows: { revision = '2025-11-25', announceMs } = {} } = this.#init
    return { protocolVersion: revision, clientInfo: { name }, ...(announceMs && { announceMs }) }
  }

  #opened(address: Address): void {
    const { follows } = this.#init
    this.#address = address
    this.#isEnding = false
    if (follows?.announceMs) new Listener(this.#components, { address, ...this.#ways(follows) }).start()
    for (let lane = 0; lane < this.#init.lanes; lane++) this.#think(address)
  }

  #think(address: Address): void {
    this.#later(this.#components.random.exponential(this.#init.thinkMs), () => {
      if (this.#isStopped || this.#address !== address || this.#isEnding) return
      this.#next(address)
    })
  }

  #next(address: Address): void {
    const { random } = this.#components
    const done = () => this.#think(address)
    if (random.chance(this.#init.endings)) this.#end(address)
    else if (this.#init.follows) this.#follow(address, this.#init.follows, done)
    else this.#call(address, this.#randomCall(0), done)
  }

  #call(address: Address, call: Call, done: Done): void {
    const gateway = this.#gateway()
    if (!gateway) {
      this.#later(RETRY_MS, () => this.#call(address, call, done))
      return
    }
    const operation = { session: addressKey(address), kind: call.tool, value: call.value }
    const message = addressed(address, { body: this.#body(call) })
    gateway.ask(message, this.#invocation({ gateway, isVoid: false, done }, operation))
  }

  #follow(address: Address, follows: Follows, done: Done): void {
    const gateway = this.#gateway()
    if (!gateway) {
      this.#think(address)
      return
    }
    const call = this.#randomCall(follows.reports)
    const begun = { session: addressKey(address), kind: call.tool, value: call.value }
    const init = { address, body: this.#body(call), ...this.#ways(follows) }
    const followed = new FollowedCall({ ...this.#components, gateway, done }, init, begun)
    followed.start((message, connection) => gateway.ask(message, connection))
  }

  #ways({ leaves, revision }: Follows): Pick<ListenerInit, 'leaves' | 'isPrimed'> {
    return { leaves, isPrimed: revision >= clientQuirks.primedFrom.value }
  }

  #body(call: Call): Uint8Array {
    if (call.tool === 'read') return this.#request('resources/read', { arguments: call })
    return this.#request('tools/call', { name: call.tool, arguments: call })
  }

  #end(address: Address): void {
    const gateway = this.#gateway()
    if (!gateway) return
    this.#isEnding = true
    const done = (operation: Operation): void => {
      if (operation.outcome === 'ok' || operation.code === 'SessionNotFound') this.#ended(address)
      else this.#later(RETRY_MS, () => this.#end(address))
    }
    const operation = { session: addressKey(address), kind: 'end', value: '' } as const
    const message = addressed(address, { body: new Uint8Array(), headers: { [header.verb]: 'end' } })
    gateway.ask(message, this.#invocation({ gateway, isVoid: true, done }, operation))
  }

  /** Opens another session, and asks once more for the one that is over. */
  #ended(address: Address): void {
    this.#open()
    this.#later(this.#components.random.between(...AFTERLIFE_MS), () => {
      if (!this.#isStopped) this.#call(address, READ, () => undefined)
    })
  }

  #invocation(
    components: { readonly gateway: GatewayProcess; readonly isVoid: boolean; readonly done: Done },
    operation: Pick<Operation, 'session' | 'kind' | 'value'>
  ): Invocation {
    const { world, history, endedTwice } = this.#components
    return new Invocation({ world, history, endedTwice, ...components }, operation)
  }

  #randomCall(reports: number): Call {
    const { name, reads, slow } = this.#init
    return randomCall(this.#components.random, { value: `${name}-${this.#requests}`, reads, slow, reports })
  }

  #request(method: string, params: object): Uint8Array {
    return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: ++this.#requests, method, params }))
  }

  #gateway(): GatewayProcess | undefined {
    return this.#components.random.pick(this.#components.gateways())
  }

  #later(ms: number, run: () => void): void {
    this.#components.world.after(ms, run)
  }
}
