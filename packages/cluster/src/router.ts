import type { Clock } from '@scaled-mcp/actor'
import { type Address, addressKey, type Subjects } from '@scaled-mcp/contracts'
import type { Exchange, FrameReceiver, Message, Wire } from '@scaled-mcp/mesh'
import type { Directory } from './directory.ts'
import type { MemberView } from './member-view.ts'
import type { RouteCache } from './route-cache.ts'
import { RoutedAsk } from './routed-ask.ts'

export interface RouterComponents {
  readonly wire: Wire
  readonly subjects: Subjects
  readonly directory: Directory
  readonly members: MemberView
  readonly cache: RouteCache
  readonly clock: Clock
  /** A number from 0 up to 1, as `Math.random`. */
  readonly random: () => number
}

export interface RouterInit {
  /** How long a request is held while nobody can take it, in milliseconds. Default 30,000. */
  readonly holdMs?: number | undefined
  /** How long an answer may take, in milliseconds. Default one hour. */
  readonly requestMaxMs?: number | undefined
}

/** A message for an actor, whoever owns it. */
export interface Addressed extends Message {
  readonly address: Address
  /** `addressKey(address)`, worked out once. */
  readonly key: string
}

/** An {@link Addressed} message. */
export function addressed(address: Address, message: Message): Addressed {
  return { address, key: addressKey(address), body: message.body, headers: message.headers }
}

/**
 * Sends a message to the one worker that owns an address, finding, opening and re-finding it as cluster protocol
 * §3.4 says. The receiver sees the answer's frames, or one failure: `SessionNotFound`, `NoWorker`,
 * `OwnerUnreachable`, `SessionBusy`, or a code that the worker or the wire gave.
 */
export class Router {
  readonly #components: RouterComponents
  readonly #holdMs: number
  readonly #requestMaxMs: number

  constructor(components: RouterComponents, init: RouterInit = {}) {
    this.#components = components
    this.#holdMs = init.holdMs ?? 30_000
    this.#requestMaxMs = init.requestMaxMs ?? 3_600_000
  }

  /** Asks the owner of an address that exists; opens it first when its owner has released it. */
  ask(message: Addressed, receiver: FrameReceiver): Exchange {
    return this.#routed(message, receiver).toOwner()
  }

  /** Asks a worker of our choice to create the actor and handle the message. */
  create(message: Addressed, receiver: FrameReceiver): Exchange {
    return this.#routed(message, receiver).toNewOwner()
  }

  #routed(message: Addressed, receiver: FrameReceiver): RoutedAsk {
    const holdUntil = this.#components.clock.monotonic() + this.#holdMs
    return new RoutedAsk(this.#components, { message, receiver, holdUntil, timeoutMs: this.#requestMaxMs })
  }
}
