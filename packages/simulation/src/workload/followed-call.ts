import { type Addressed, addressed } from '@scaled-mcp/cluster'
import type { Address, JsonRpcResponse } from '@scaled-mcp/contracts'
import type { GatewayProcess } from '../cluster/gateway-process.ts'
import { type Answered, answered, failed } from './answer.ts'
import { type ConnectionListener, EventConnection, type ReadEvent } from './event-connection.ts'
import { type Begun, OpenOperation } from './open-operation.ts'
import type { Operation } from './operation.ts'
import { type FollowingComponents, StreamFollower } from './stream-follower.ts'
import { StreamSight } from './stream-sight.ts'

export interface FollowedCallComponents extends FollowingComponents {
  readonly gateway: GatewayProcess
  /** Told once, with the operation as it stands in the history. */
  readonly done: (operation: Operation) => void
}

export interface FollowedCallInit {
  readonly address: Address
  readonly body: Uint8Array
  readonly isPrimed: boolean
  /** How likely it leaves a connection on purpose, from 0 up to 1. */
  readonly leaves: number
}

/** One request of a client that comes back for its stream until it has the answer. */
export class FollowedCall implements ConnectionListener {
  readonly #components: FollowedCallComponents
  readonly #init: FollowedCallInit
  readonly #sight: StreamSight
  readonly #operation: OpenOperation
  readonly #follower: StreamFollower
  readonly #connection: EventConnection
  #hasComeBack = false

  constructor(components: FollowedCallComponents, init: FollowedCallInit, begun: Begun) {
    const { gateway, history } = components
    const { address, leaves, isPrimed } = init
    this.#components = components
    this.#init = init
    this.#operation = new OpenOperation(components, begun)
    this.#sight = new StreamSight({ session: begun.session, isPrimed, isStandalone: false })
    history.follow(this.#sight)
    const event = (event: ReadEvent) => this.event(event)
    const gone = (code: string) => this.#end({ outcome: 'unknown', code })
    this.#follower = new StreamFollower({ ...components, event, gone }, { address, sight: this.#sight, leaves })
    this.#connection = new EventConnection({ gateway, listener: this }, { method: 'POST' })
  }

  /** @param ask sends the request. */
  start(ask: (message: Addressed, connection: EventConnection) => void): void {
    const { address, body } = this.#init
    this.#follower.planLeaving(() => this.#leave())
    ask(addressed(address, { body }), this.#connection)
  }

  opened(): void {}

  event({ id, body }: ReadEvent): void {
    const { world } = this.#components
    if (id !== undefined) {
      world.note(`event ${id}`)
      this.#sight.saw({ id, body, at: world.now })
    }
    if (body.length === 0) return
    const message = JSON.parse(Buffer.from(body).toString()) as JsonRpcResponse | { readonly method: string }
    if (!('method' in message)) this.#end(answered(message))
  }

  refused(error: Error): void {
    this.#end(failed(error))
  }

  closed(): void {
    this.#comeBack('empty answer')
  }

  broken(): void {
    this.#comeBack('gateway died')
  }

  /** Who has seen no event cannot come back. */
  #comeBack(code: string): void {
    if (this.#operation.isOver) return
    this.#hasComeBack = true
    if (this.#sight.lastId === undefined) this.#end({ outcome: 'unknown', code })
    else this.#follower.comeBack()
  }

  #leave(): void {
    if (this.#operation.isOver || this.#hasComeBack || this.#sight.lastId === undefined) return
    this.#hasComeBack = true
    this.#connection.leave()
    this.#follower.comeBackLater()
  }

  #end({ outcome, ...end }: Answered): void {
    this.#follower.stop()
    this.#operation.end(outcome, { ...end, ...(this.#hasComeBack && { hasComeBack: true }) })
  }
}
