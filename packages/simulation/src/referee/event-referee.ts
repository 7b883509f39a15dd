/**
 * Watches the event logs as the store keeps them, and remembers them whole, whatever is removed later.
 */
import { type Headers, header, STANDALONE } from '@scaled-mcp/contracts'
import { type Progress, progressIn } from '../server/progress.ts'
import type { Stored } from './store-referee.ts'
import type { Rule } from './violation.ts'

/** An event as its owner meant it: parts put together, marks of owners left out. */
export interface LoggedEvent {
  readonly stream: string
  readonly kind: string
  readonly body: Uint8Array
  /** Of its last part. */
  readonly sequence: number
  /** When it was stored, in milliseconds of true time. */
  readonly at: number
}

export interface EventRefereeComponents {
  readonly violated: (rule: Rule, detail: string) => void
  readonly now: () => number
}

/** What is remembered of one session's log. */
interface Log {
  readonly events: LoggedEvent[]
  /** Streams that answer a request, once they have begun. */
  readonly begun: Set<string>
  /** Streams that have ended. */
  readonly ended: Set<string>
  /** Requests that have an answer. */
  readonly answered: Set<unknown>
  /** By stream and run: the last number that it has told. */
  readonly told: Map<string, number>
  parts: Uint8Array[]
  epoch: number
  isOver: boolean
}

const MESSAGE = 'message'
const SEAL = 'seal'

export class EventReferee {
  readonly #components: EventRefereeComponents
  readonly #logs = new Map<string, Log>()
  #last = 0

  constructor(components: EventRefereeComponents) {
    this.#components = components
  }

  /** The sequence of the last event that was stored, of whichever session. */
  get last(): number {
    return this.#last
  }

  /** Everything that was ever stored on the streams of a session. */
  eventsOf(key: string): readonly LoggedEvent[] {
    return this.#logs.get(key)?.events ?? []
  }

  /** The session has ended: its log is removed, and what is still on its way to it is nobody's. */
  ended(key: string): void {
    this.#logOf(key).isOver = true
  }

  stored(key: string, { headers = {}, body, sequence }: Stored): void {
    const log = this.#logOf(key)
    this.#last = sequence
    if (!log.isOver) this.#checkEpoch(key, log, Number(headers[header.epoch]))
    const whole = assemble(log, headers, body)
    const stream = headers[header.streamName] ?? ''
    if (!whole || stream === SEAL) return
    const event = { stream, kind: headers[header.eventKind] ?? MESSAGE, body: whole, sequence }
    log.events.push({ ...event, at: this.#components.now() })
    if (!log.isOver) this.#checkEvent(key, log, event)
  }

  #logOf(key: string): Log {
    const log = this.#logs.get(key) ?? emptyLog()
    this.#logs.set(key, log)
    return log
  }

  #checkEpoch(key: string, log: Log, epoch: number): void {
    if (epoch < log.epoch) this.#components.violated('event-epoch', `${key}: ${epoch} after ${log.epoch}`)
    log.epoch = Math.max(epoch, log.epoch)
  }

  #checkEvent(key: string, log: Log, { stream, kind, body, sequence }: Omit<LoggedEvent, 'at'>): void {
    if (kind === 'open' && stream !== STANDALONE) this.#checkBeginning(key, log, stream)
    if (log.ended.has(stream)) this.#components.violated('two-answers', `${key}: ${kind} ${sequence} after the end`)
    if (kind === 'end') log.ended.add(stream)
    if (kind === 'open' || body.length === 0) return
    const message = JSON.parse(Buffer.from(body).toString()) as { readonly id?: unknown; readonly method?: string }
    const progress = progressIn(message)
    if (progress) this.#checkRun(key, log, { stream, ...progress })
    if (message.method === undefined) this.#checkAnswer(key, log, message.id)
  }

  #checkBeginning(key: string, log: Log, stream: string): void {
    if (log.begun.has(stream)) this.#components.violated('two-answers', `${key}: ${stream} begins twice`)
    log.begun.add(stream)
  }

  #checkRun(key: string, log: Log, { stream, run, number }: Progress & { readonly stream: string }): void {
    const told = log.told.get(`${stream} ${run}`) ?? 0
    if (number !== told + 1) {
      this.#components.violated('run-order', `${run} on ${stream} of ${key}: ${number} after ${told}`)
    }
    log.told.set(`${stream} ${run}`, number)
  }

  #checkAnswer(key: string, log: Log, id: unknown): void {
    if (log.answered.has(id)) this.#components.violated('two-answers', `${key}: request ${id}`)
    log.answered.add(id)
  }
}

function emptyLog(): Log {
  return {
    events: [],
    begun: new Set(),
    ended: new Set(),
    answered: new Set(),
    told: new Map(),
    parts: [],
    epoch: 0,
    isOver: false
  }
}

/** The body that this part completes; parts of an owner that died before the last are dropped. */
function assemble(log: Log, headers: Headers, part: Uint8Array): Uint8Array | undefined {
  const [index = 1, total = 1] = (headers[header.chunk] ?? '1/1').split('/').map(Number)
  if (index === 1) log.parts = []
  if (log.parts.length !== index - 1) return undefined
  log.parts.push(part)
  return index === total ? Buffer.concat(log.parts) : undefined
}
