/**
 * One question on its way to an owner.
 *
 * Q1  A question that may have run is sent again under its first id only, marked as a second attempt: the owner decides
 *     whether it runs (cluster protocol §3.5). One that did not run is simply sent again.
 * Q2  The receiver gets frames, and at the end the last one or one failure. A failure that would say that nothing ran is
 *     `SessionMoved` once something may have.
 * Q3  Waiting is bounded: past `holdMs` the last refusal is the outcome, past `requestMaxMs` everything ends.
 * Q4  An answer that has become an event stream goes on with the next owner, after the last event that was received.
 * Q5  Whose worker has lost its connection since is asked once more, and still listened to: its first answer may be on its
 *     way, and whichever of the two comes first is the answer.
 */
import { type ErrorCode, errorOf, type Headers, hasCode, header, ScaledMcpError, statusOf } from '@scaled-mcp/contracts'
import type { Exchange, Frame, FrameReceiver } from '@scaled-mcp/mesh'
import type { Ownership } from './directory.ts'
import type { HeldAsks } from './held-asks.ts'
import type { Openings } from './openings.ts'
import { Patience } from './patience.ts'
import { Placing } from './placing.ts'
import type { Addressed, RouterComponents } from './router.ts'

export interface RoutedAskComponents extends RouterComponents {
  readonly held: HeldAsks
  readonly openings: Openings
}

export interface RoutedAskInit {
  readonly message: Addressed
  /** Of a question that creates an actor: the same to another address. */
  readonly mint?: () => Addressed
  /** Whether it only reads a stream: asked again it is another reader, not another attempt. */
  readonly isReader?: boolean
  /** The id of an attempt that may have run. */
  readonly first?: string
  readonly receiver: FrameReceiver
  readonly holdMs: number
  readonly requestMaxMs: number
}

const MAX_HOPS = 2
/** Failures that leave open whether the question ran. */
const OPEN_ENDS = ['Cancelled', 'DeadlineExceeded', 'SessionMoved'] as const

export class RoutedAsk implements Exchange, FrameReceiver {
  readonly #components: RoutedAskComponents
  readonly #init: RoutedAskInit
  readonly #patience: Patience
  #message: Addressed
  #exchange: Exchange | undefined
  #worker = ''
  /** The id of the first attempt, once it may have run. */
  #first: string | undefined
  /** The id of the last event received. */
  #seen: string | undefined
  /** Asks once more while this one still listens (Q5). */
  #again: RoutedAsk | undefined
  #isOpening = false
  /** Undefined as long as the address has an owner, which it nearly always has. */
  #placing: Placing | undefined
  #over = false
  #hops = 0

  constructor(components: RoutedAskComponents, init: RoutedAskInit) {
    this.#components = components
    this.#init = init
    this.#message = init.message
    this.#first = init.first
    const expiresAt = components.clock.monotonic() + init.requestMaxMs
    this.#patience = new Patience(components, { holdMs: init.holdMs, expiresAt, expired: () => this.#expire() })
  }

  /** The id of the attempt under way. */
  get id(): string {
    return this.#again?.id ?? this.#exchange?.id ?? ''
  }

  toOwner(): this {
    const route = this.#components.cache.get(this.#message.key)
    if (route) this.#send(route.worker, undefined)
    else this.#find()
    return this
  }

  toNewOwner(): this {
    this.#open()
    return this
  }

  cancel(): void {
    if (this.#over) return
    if (this.#exchange) this.#exchange.cancel()
    if (this.#again) this.#again.cancel()
    else this.#fail(new ScaledMcpError('Cancelled'))
  }

  frame(frame: Frame): void {
    this.#placing?.answered()
    if (this.#again) {
      this.#late(frame)
      return
    }
    if (!isAnswer(frame.headers)) {
      this.#refuse(frame.headers as Headers)
      return
    }
    if (this.#isOpening && frame.sequence === 0) this.#remember(frame.headers)
    this.#seen = frame.headers?.[header.event] ?? this.#seen
    if (frame.last) this.#end()
    this.#init.receiver.frame(frame)
  }

  failed(error: Error): void {
    this.#placing?.answered()
    if (this.#again) return // Q5: the other goes on
    if (hasCode(error, 'NoResponders')) this.#absent(error)
    else if (hasCode(error, 'ConnectionLost', 'ResponderGone', 'StreamBroken')) this.#lost(error)
    else this.#fail(error)
  }

  /** Of a stream everything is stored, and a reader is as good as another: neither has anything to lose. */
  doubted(): boolean {
    const { mint, isReader, receiver, holdMs, message } = this.#init
    if (this.#over || this.#again || mint || isReader || this.#seen !== undefined) return false
    const first = this.#first ?? this.#exchange?.id ?? ''
    const init = {
      message,
      first,
      receiver: this.#whicheverFirst(receiver),
      holdMs,
      requestMaxMs: this.#patience.leftMs
    }
    this.#components.cache.forget(message.key)
    this.#again = new RoutedAsk(this.#components, init)
    this.#again.toOwner()
    return true
  }

  #send(worker: string, intent: Headers | undefined): void {
    const { wire, subjects } = this.#components
    const { address, body } = this.#message
    this.#worker = worker
    try {
      const message = { body, headers: this.#headers(intent) }
      const subject = this.#message.form === 'tell' ? subjects.tell(worker, address) : subjects.ask(worker, address)
      this.#exchange = wire.askStream(subject, message, this, {
        timeoutMs: this.#patience.leftMs
      })
    } catch (error) {
      if (hasCode(error, 'NotDelivered')) this.#wait(error, () => this.#send(worker, intent))
      else this.#fail(error as Error)
    }
  }

  /** Most questions carry none of ours. */
  #headers(intent: Headers | undefined): Headers | undefined {
    const { headers } = this.#message
    if (this.#first === undefined && this.#seen === undefined) return intent ? { ...headers, ...intent } : headers
    const seen = this.#seen === undefined ? {} : { [header.event]: this.#seen } // Q4
    if (this.#init.isReader) return { ...headers, ...intent, ...seen, [header.verb]: 'resume' }
    return { ...headers, ...intent, ...seen, [header.messageId]: this.#first as string, [header.attempt]: '2' } // Q1
  }

  /** Reads who owns the address, and asks them. */
  #find(): void {
    this.#exchange = undefined // it is over: who cancels now cancels the looking
    this.#patience.watch()
    this.#components.directory.lookup(this.#message.address).then(
      (found) => {
        if (!this.#over) this.#found(found)
      },
      (error) => {
        if (hasCode(error, 'StoreUnavailable')) this.#findLater(error)
        else this.#fail(error)
      }
    )
  }

  #found(found: Ownership | undefined): void {
    if (!found || found.record.why === 'ended') {
      if (this.#message.activates) this.#open()
      else this.#fail(new ScaledMcpError('SessionNotFound'))
      return
    }
    const { owner, why } = found.record
    if (why === 'released' || this.#components.members.seemsDead(owner)) {
      this.#open()
      return
    }
    this.#components.cache.set(this.#message.key, { worker: owner, epoch: found.claim.epoch })
    this.#isOpening = false
    this.#send(owner, undefined)
  }

  /** Asks a worker to own the address. */
  #open(): void {
    this.#placing ??= new Placing(this.#components)
    const worker = this.#placing.choose(this.#message)
    this.#isOpening = true
    if (worker === undefined) this.#nobody()
    else this.#send(worker, this.#opening())
  }

  /** What a worker is to do with an address that nobody owns. */
  #opening(): Headers {
    if (this.#init.mint) return { [header.verb]: 'create' }
    return this.#message.activates ? { [header.verb]: 'activate' } : { [header.epoch]: '0' }
  }

  #nobody(): void {
    this.#wait(new ScaledMcpError('NoWorker'), () => (this.#init.mint ? this.#open() : this.#find()))
  }

  #remember(headers: Headers | undefined): void {
    const epoch = Number(headers?.[header.epoch])
    if (epoch > 0) this.#components.cache.set(this.#message.key, { worker: this.#worker, epoch })
  }

  /** Nobody serves the worker's subject: the question did not run. */
  #absent(error: Error): void {
    this.#components.cache.forget(this.#message.key)
    this.#notNow(new ScaledMcpError('OwnerUnreachable', this.#worker, { cause: error }))
  }

  /** It did not run: whoever was to open the address is passed over, its owner is asked again later. */
  #notNow(refusal: Error): void {
    if (this.#isOpening) this.#next()
    else this.#findLater(refusal)
  }

  /** Whoever was asked cannot answer any more, and may have run it. */
  #lost(error: Error): void {
    if (!this.#init.isReader) this.#first ??= this.#exchange?.id
    this.#patience.renew()
    this.#components.cache.forget(this.#message.key)
    if (this.#init.mint) this.#createAgain(error, this.#init.mint)
    else if (hasCode(error, 'ResponderGone')) this.#find()
    else this.#findLater(error)
  }

  /** Of the first actor nobody knows but its worker. */
  #createAgain(error: Error, mint: () => Addressed): void {
    this.#first = undefined
    this.#message = mint()
    this.#wait(error, () => this.#open())
  }

  /** The worker answered that it did not run the question, or that it failed. */
  #refuse(headers: Headers): void {
    switch (statusOf(headers)) {
      case 'not-owner':
        if (this.#init.mint) this.#next()
        else this.#redirect(headers[header.owner])
        return
      case 'full':
      case 'draining':
        this.#notNow(this.#error('SessionBusy'))
        return
      case 'busy':
        this.#notNow(this.#error('OwnerUnreachable'))
        return
      case 'ended':
        if (this.#message.activates) this.#redirect(undefined)
        else this.#fail(this.#error('SessionNotFound'))
        return
      case 'expired':
        this.#fail(this.#error('DeadlineExceeded'))
        return
      case 'moved':
        this.#lost(this.#error('SessionMoved'))
        return
      case 'interrupted':
        this.#fail(this.#error('SessionMoved'))
        return
      default:
        this.#fail(errorOf(headers))
    }
  }

  #redirect(owner: string | undefined): void {
    this.#components.cache.forget(this.#message.key)
    this.#isOpening = false
    if (++this.#hops > MAX_HOPS) this.#findLater(this.#error('OwnerUnreachable'))
    else if (owner === undefined) this.#find()
    else this.#send(owner, undefined)
  }

  /** The chosen worker does not take the actor: another one may. */
  #next(): void {
    this.#placing?.refusedBy(this.#worker)
    // A worker that does not know whether it has claimed a new address may have done so.
    if (this.#init.mint) this.#message = this.#init.mint()
    this.#open()
  }

  /** Tries again soon, until the request has been held long enough. */
  #wait(refusal: Error, again: () => void): void {
    this.#exchange = undefined
    const waiting = this.#patience.wait(this.#message.key, () => {
      if (!this.#over) again()
    })
    if (waiting === 'over')
      this.#fail(refusal) // Q3
    else if (waiting === 'full') this.#fail(this.#error('SessionBusy'))
  }

  #findLater(refusal: Error): void {
    this.#wait(refusal, () => this.#find())
  }

  #expire(): void {
    const exchange = this.#exchange
    this.#fail(this.#error('DeadlineExceeded'))
    exchange?.cancel()
  }

  /** The second attempt takes over with its first word; whichever attempt answers ends the other. */
  #whicheverFirst(receiver: FrameReceiver): FrameReceiver {
    const leaving = (tell: () => void) => {
      this.#exchange?.cancel()
      if (!this.#over) this.#end()
      tell()
    }
    return {
      frame: (frame) => leaving(() => receiver.frame(frame)),
      failed: (error) => leaving(() => receiver.failed(error))
    }
  }

  /** Of the first attempt a whole answer counts; the beginning of a stream is stored, and comes with the second. */
  #late(frame: Frame): void {
    if (this.#over) return
    if (!frame.last || frame.sequence > 0 || !isAnswer(frame.headers)) {
      this.#exchange?.cancel()
      return
    }
    this.#again?.drop()
    this.#end()
    this.#init.receiver.frame(frame)
  }

  /** Nobody wants the answer any more; nobody hears of it. */
  drop(): void {
    const exchange = this.#exchange
    this.#end()
    exchange?.cancel()
  }

  #fail(error: Error): void {
    if (this.#over || this.#again) return
    this.#end() // Q2
    const isOpen = this.#first === undefined || hasCode(error, ...OPEN_ENDS)
    this.#init.receiver.failed(isOpen ? error : new ScaledMcpError('SessionMoved', error.message, { cause: error }))
  }

  #end(): void {
    this.#placing?.answered()
    this.#over = true
    this.#exchange = undefined
    this.#patience.end()
  }

  #error(code: ErrorCode): ScaledMcpError {
    return new ScaledMcpError(code, `worker ${this.#worker}`)
  }
}

/** What an actor failed with is its answer; anything else that is not ok is the worker's. */
function isAnswer(headers: Headers | undefined): boolean {
  return statusOf(headers) === 'ok' || headers?.[header.error] === ('ActorFailed' satisfies ErrorCode)
}
