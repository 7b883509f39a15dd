/**
 * One question on its way to an owner.
 *
 * Q1  A question that may have run is never sent again.
 * Q2  The receiver gets the frames of one attempt, or one failure.
 * Q3  Waiting is bounded: past `holdUntil` the last refusal is the outcome.
 */
import { type ErrorCode, errorOf, type Headers, hasCode, header, ScaledMcpError, statusOf } from '@scaled-mcp/contracts'
import type { Exchange, Frame, FrameReceiver } from '@scaled-mcp/mesh'
import { place } from './placement.ts'
import type { Addressed, RouterComponents } from './router.ts'

export interface RoutedAskInit {
  readonly message: Addressed
  readonly receiver: FrameReceiver
  /** On the monotonic clock, in milliseconds. */
  readonly holdUntil: number
  readonly timeoutMs: number
}

const MAX_HOPS = 2
const FIRST_BACKOFF_MS = 50
const LAST_BACKOFF_MS = 1_000

export class RoutedAsk implements Exchange, FrameReceiver {
  readonly #components: RouterComponents
  readonly #init: RoutedAskInit
  #exchange: Exchange | undefined
  #worker = ''
  #isCreate = false
  #isOpening = false
  #accepted = false
  #over = false
  #hops = 0
  #waits = 0
  /** Workers that refused to take the actor. */
  readonly #refused = new Set<string>()

  constructor(components: RouterComponents, init: RoutedAskInit) {
    this.#components = components
    this.#init = init
  }

  /** The id of the attempt under way. */
  get id(): string {
    return this.#exchange?.id ?? ''
  }

  toOwner(): this {
    const route = this.#components.cache.get(this.#init.message.key)
    if (route) this.#send(route.worker, this.#init.message.headers)
    else this.#find()
    return this
  }

  toNewOwner(): this {
    this.#isCreate = true
    this.#open()
    return this
  }

  cancel(): void {
    if (this.#over) return
    if (this.#exchange) this.#exchange.cancel()
    else this.#fail(new ScaledMcpError('Cancelled'))
  }

  frame(frame: Frame): void {
    if (!this.#accepted && statusOf(frame.headers) !== 'ok') {
      this.#refuse(frame.headers as Headers)
      return
    }
    if (this.#isOpening && !this.#accepted) this.#remember(frame.headers)
    this.#accepted = true
    if (frame.last) this.#over = true
    this.#init.receiver.frame(frame)
  }

  failed(error: Error): void {
    this.#exchange = undefined
    if (!this.#accepted && hasCode(error, 'NoResponders')) this.#absent(error)
    else this.#fail(error) // Q1
  }

  #send(worker: string, headers: Headers | undefined): void {
    const { wire, subjects } = this.#components
    const { message, timeoutMs } = this.#init
    this.#worker = worker
    try {
      const subject = subjects.ask(worker, message.address)
      this.#exchange = wire.askStream(subject, { body: message.body, headers }, this, { timeoutMs })
    } catch (error) {
      if (hasCode(error, 'NotDelivered')) this.#wait(error, () => this.#send(worker, headers))
      else this.#fail(error as Error)
    }
  }

  /** Reads who owns the address, and asks them. */
  #find(): void {
    const { directory, cache } = this.#components
    const { address, key, headers } = this.#init.message
    directory.lookup(address).then(
      (found) => {
        if (this.#over) return
        if (!found || found.record.why === 'ended') this.#fail(new ScaledMcpError('SessionNotFound'))
        else if (found.record.why === 'released') this.#open()
        else {
          cache.set(key, { worker: found.record.owner, epoch: found.epoch })
          this.#isOpening = false
          this.#send(found.record.owner, headers)
        }
      },
      (error) => this.#fail(error)
    )
  }

  /** Asks a worker that has not refused yet to own the address. */
  #open(): void {
    const { members, random } = this.#components
    const worker = place(
      members.up('worker').filter(({ id }) => !this.#refused.has(id)),
      random
    )
    this.#isOpening = true
    if (!worker) {
      this.#refused.clear()
      this.#wait(new ScaledMcpError('NoWorker'), () => this.#open())
      return
    }
    const intent = this.#isCreate ? { [header.verb]: 'create' } : { [header.epoch]: '0' }
    this.#send(worker.id, { ...this.#init.message.headers, ...intent })
  }

  #remember(headers: Headers | undefined): void {
    const epoch = Number(headers?.[header.epoch])
    if (epoch > 0) this.#components.cache.set(this.#init.message.key, { worker: this.#worker, epoch })
  }

  /** Nobody serves the worker's subject: the question did not run. */
  #absent(error: Error): void {
    const { cache, members } = this.#components
    cache.forget(this.#init.message.key)
    if (this.#isOpening) {
      this.#next()
      return
    }
    const isGone = !members.up('worker').some(({ id }) => id === this.#worker)
    if (isGone && this.#waits > 0) {
      const detail = `${this.#worker} is gone and has not released the session`
      this.#fail(new ScaledMcpError('OwnerUnreachable', detail, { cause: error }))
    } else {
      const unreachable = new ScaledMcpError('OwnerUnreachable', this.#worker, { cause: error })
      this.#wait(unreachable, () => this.#find())
    }
  }

  /** The worker answered that it did not run the question, or that it failed. */
  #refuse(headers: Headers): void {
    this.#exchange = undefined
    switch (statusOf(headers)) {
      case 'not-owner':
        this.#redirect(headers[header.owner])
        return
      case 'full':
      case 'draining':
        if (this.#isOpening) this.#next()
        else this.#wait(this.#error('SessionBusy'), () => this.#find())
        return
      case 'busy':
        this.#wait(this.#error('SessionBusy'), () => this.#find())
        return
      case 'ended':
        this.#fail(this.#error('SessionNotFound'))
        return
      case 'expired':
        this.#fail(this.#error('DeadlineExceeded'))
        return
      case 'interrupted':
        this.#fail(this.#error('SessionMoved'))
        return
      default:
        this.#fail(errorOf(headers))
    }
  }

  #redirect(owner: string | undefined): void {
    const { key, headers } = this.#init.message
    this.#components.cache.forget(key)
    this.#isOpening = false
    if (++this.#hops > MAX_HOPS) this.#wait(this.#error('OwnerUnreachable'), () => this.#find())
    else if (owner === undefined) this.#find()
    else this.#send(owner, headers)
  }

  /** The chosen worker does not take the actor: another one may. */
  #next(): void {
    this.#refused.add(this.#worker)
    this.#open()
  }

  /** Tries again after a growing, jittered pause, until the request has been held long enough. */
  #wait(refusal: Error, again: () => void): void {
    const { clock, random } = this.#components
    const pause = Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.#waits++) * (0.5 + random() / 2)
    this.#exchange = undefined
    if (clock.monotonic() + pause > this.#init.holdUntil) {
      this.#fail(refusal) // Q3
      return
    }
    clock.after(pause, () => {
      if (!this.#over) again()
    })
  }

  #fail(error: Error): void {
    if (this.#over) return
    this.#over = true // Q2
    this.#exchange = undefined
    this.#init.receiver.failed(error)
  }

  #error(code: ErrorCode): ScaledMcpError {
    return new ScaledMcpError(code, `worker ${this.#worker}`)
  }
}
