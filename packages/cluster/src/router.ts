import type { Clock } from '@scaled-mcp/actor'
import { type Address, addressKey, ScaledMcpError, type Subjects } from '@scaled-mcp/contracts'
import type { Exchange, FrameReceiver, Message, Wire } from '@scaled-mcp/mesh'
import type { Directory } from './directory.ts'
import { HeldAsks } from './held-asks.ts'
import type { MemberView } from './member-view.ts'
import { Openings } from './openings.ts'
import type { RouteCache } from './route-cache.ts'
import { RoutedAsk, type RoutedAskComponents } from './routed-ask.ts'

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
  /** How many requests of one session are held at a time. Default 64. */
  readonly maxHeld?: number | undefined
  /** How long an answer may take, in milliseconds. Default one hour. */
  readonly requestMaxMs?: number | undefined
}

/** A message for an actor, whoever owns it. */
export interface Addressed extends Message {
  readonly address: Address
  /** `addressKey(address)`, worked out once. */
  readonly key: string
  /** Default `ask`. */
  readonly form?: 'ask' | 'tell' | undefined
  /** Whether a worker may begin the actor where there is none. */
  readonly activates?: boolean | undefined
}

/** An {@link Addressed} message. */
export function addressed(address: Address, message: Message): Addressed {
  return { address, key: addressKey(address), body: message.body, headers: message.headers }
}

/** Answers of a process that has just died or returned may still be on their way (cluster protocol §3.2). */
const LAST_WORDS_MS = 100

/**
 * Sends a message to the one worker that owns an address, finding, opening and re-finding it as cluster protocol
 * §3.4 says. The receiver sees the answer's frames, or one failure: `SessionNotFound`, `SessionMoved`, `NoWorker`,
 * `OwnerUnreachable`, `SessionBusy`, or a code that the worker or the wire gave.
 */
export class Router {
  readonly #components: RoutedAskComponents
  readonly #init: { readonly holdMs: number; readonly requestMaxMs: number }
  readonly #listening: readonly (() => void)[]

  constructor(components: RouterComponents, init: RouterInit = {}) {
    const { holdMs = 30_000, maxHeld = 64, requestMaxMs = 3_600_000 } = init
    const held = new HeldAsks(components, { maxPerAddress: maxHeld })
    this.#components = { ...components, held, openings: new Openings(components.clock) }
    this.#init = { holdMs, requestMaxMs }
    const { members, cache } = components
    this.#listening = [
      members.onDeath((id) => this.#died(id)),
      members.onReturn((id) => this.#returned(id)),
      cache.onChange((key) => this.#components.held.wakeAddress(key))
    ]
  }

  stop(): void {
    for (const stopListening of this.#listening) stopListening()
  }

  /**
   * Asks the owner of an address that exists; opens it first when its owner has released it or is dead.
   * @param timeoutMs how long the answer may take; default `requestMaxMs`.
   */
  ask(message: Addressed, receiver: FrameReceiver, timeoutMs = this.#init.requestMaxMs): Exchange {
    const { holdMs } = this.#init
    const requestMaxMs = timeoutMs
    return new RoutedAsk(this.#components, { message, receiver, holdMs, requestMaxMs }).toOwner()
  }

  /**
   * Reads a stream of an address that exists, for as long as it lasts and whoever owns it: `message` says which stream.
   * The owner is followed from event to event; the receiver hears of it only when nobody can be found for `holdMs`.
   */
  read(message: Addressed, receiver: FrameReceiver): Exchange {
    const { holdMs } = this.#init
    const init = { message, receiver, holdMs, requestMaxMs: Number.POSITIVE_INFINITY, isReader: true }
    return new RoutedAsk(this.#components, init).toOwner()
  }

  /**
   * Asks a worker of our choice to create an actor and handle the message.
   * @param mint the message to a new address. Called again when it is not known what became of the first: nobody knows
   *   that address, so another one is as good, and nothing has to be found out.
   */
  create(mint: () => Addressed, receiver: FrameReceiver): Exchange {
    return new RoutedAsk(this.#components, { ...this.#init, message: mint(), mint, receiver }).toNewOwner()
  }

  /** Asks a worker of our choice to own the address, as the message's `Mcp-Verb` says. */
  spawn(message: Addressed, receiver: FrameReceiver, timeoutMs: number): Exchange {
    const init = { message, receiver, holdMs: this.#init.holdMs, requestMaxMs: timeoutMs }
    return new RoutedAsk(this.#components, init).toNewOwner()
  }

  #died(id: string): void {
    const { cache, held, wire, subjects } = this.#components
    cache.forgetWorker(id)
    this.#afterLastWords(() => wire.abandon(subjects.worker(id), new ScaledMcpError('ResponderGone', id)))
    held.wakeAll()
  }

  /** The question or its answer may have been lost with the connection: whoever still waits asks once more. */
  #returned(id: string): void {
    const { wire, subjects } = this.#components
    this.#afterLastWords(() => wire.doubt(subjects.worker(id), new ScaledMcpError('ConnectionLost', id)))
  }

  /**
   * A process that was busy sees the time pass before it reads what has come meanwhile: the way to the broker and back is
   * behind all of that. Without a connection everything under way has ended already.
   */
  #afterLastWords(then: () => void): void {
    const { clock, wire } = this.#components
    clock.after(LAST_WORDS_MS, () => void wire.flush().then(then, then))
  }
}
