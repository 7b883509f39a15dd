import { type Address, addressKey } from '@scaled-mcp/contracts'
import type { ReadEvent } from './event-connection.ts'
import { type FollowingComponents, StreamFollower } from './stream-follower.ts'
import { StreamSight } from './stream-sight.ts'

export interface ListenerInit {
  readonly address: Address
  readonly isPrimed: boolean
  /** How likely it leaves a connection on purpose, from 0 up to 1. */
  readonly leaves: number
}

/** Reads what belongs to no request, for as long as the session lives. */
export class Listener {
  readonly #components: FollowingComponents
  readonly #sight: StreamSight
  readonly #follower: StreamFollower

  constructor(components: FollowingComponents, { address, leaves, isPrimed }: ListenerInit) {
    this.#components = components
    this.#sight = new StreamSight({ session: addressKey(address), isPrimed, isStandalone: true })
    components.history.follow(this.#sight)
    const event = (event: ReadEvent) => this.#saw(event)
    const gone = () => this.#sight.leave()
    this.#follower = new StreamFollower({ ...components, event, gone }, { address, sight: this.#sight, leaves })
  }

  start(): void {
    this.#follower.comeBack()
  }

  #saw({ id, body }: ReadEvent): void {
    const { world } = this.#components
    world.note(`event ${id}`)
    if (id !== undefined) this.#sight.saw({ id, body, at: world.now })
  }
}
