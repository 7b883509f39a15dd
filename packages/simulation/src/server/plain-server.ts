/**
 * What the worker hosts here instead of an SDK server, which would arm timers of the machine: a list that clients append
 * to, in the session's state. Everything else around it is the product's.
 */
import type { Clock } from '@scaled-mcp/actor'
import {
  errorRules,
  type JsonRpcId,
  type JsonRpcMessage,
  type JsonRpcRequest,
  type JsonRpcResponse,
  ScaledMcpError
} from '@scaled-mcp/contracts'
import {
  type DeliveryClass,
  type ReceiveExtra,
  RecordedState,
  type SessionServerComponents,
  type SessionServerInit
} from '@scaled-mcp/server'
import type { ServedSession } from '@scaled-mcp/session-worker'
import { Announcer } from './announcer.ts'
import type { Call } from './call.ts'
import { type Progress, progressOf } from './progress.ts'

export interface PlainServerComponents extends SessionServerComponents {
  readonly clock: Clock
  /** Told of each handler that starts. */
  readonly started: (id: string, epoch: number) => void
  /** What it says of every request. Default: the truth. */
  readonly deliveryClass: DeliveryClass | undefined
  /** A name for a run of a handler, or of a server, that nothing else has. */
  readonly nameRun: () => string
}

/** A request whose handler runs. */
interface Running {
  readonly request: JsonRpcRequest
  readonly extra: ReceiveExtra
  readonly signal: AbortSignal
}

const listState = { version: 1, initial: (): readonly string[] => [] }

export class PlainServer implements ServedSession {
  readonly #components: PlainServerComponents
  readonly #init: SessionServerInit
  readonly #running = new Map<JsonRpcId, AbortController>()
  #list: RecordedState<readonly string[]> | undefined
  #announcer: Announcer | undefined

  constructor(components: PlainServerComponents, init: SessionServerInit) {
    this.#components = components
    this.#init = init
  }

  /** Clients of the simulation use a session without saying so. */
  get isInitialized(): boolean {
    return true
  }

  async start(): Promise<void> {
    this.#list = new RecordedState(this.#components.record, listState)
  }

  /** Nothing tells these sessions anything. */
  async hear(): Promise<void> {}

  async restore(): Promise<void> {
    await this.start()
    this.#announce()
  }

  receive(message: JsonRpcMessage, extra: ReceiveExtra): void {
    if (!('method' in message)) return
    if ('id' in message) this.#request(message, extra)
    else if (message.method === 'notifications/cancelled') this.#cancel(message.params?.['requestId'] as JsonRpcId)
  }

  async deliveryClass({ method, params }: JsonRpcRequest): Promise<DeliveryClass> {
    if (this.#components.deliveryClass) return this.#components.deliveryClass
    if (method !== 'tools/call') return 'volatile'
    return params?.['name'] === 'put' ? 'idempotent' : 'once'
  }

  async passivate(): Promise<void> {
    await this.close()
  }

  async close(): Promise<void> {
    this.#announcer?.stop()
    for (const running of this.#running.values()) running.abort()
  }

  #request(request: JsonRpcRequest, extra: ReceiveExtra): void {
    if (this.#running.has(request.id)) throw new ScaledMcpError('DuplicateRequestId')
    const running = new AbortController()
    this.#running.set(request.id, running)
    this.#components.started(this.#init.id, this.#init.epoch)
    this.#handle({ request, extra, signal: running.signal }).then(
      (result) => this.#answer(running, { jsonrpc: '2.0', id: request.id, result }),
      (error) => this.#answer(running, failure(request.id, error))
    )
  }

  /** A cancelled request is over for the client, whatever its handler does: as SessionTransport has it. */
  #cancel(id: JsonRpcId): void {
    this.#running.get(id)?.abort()
    this.#running.delete(id)
  }

  /** A request that was cancelled has no answer. */
  #answer({ signal }: AbortController, answer: JsonRpcResponse): void {
    const id = answer.id as JsonRpcId
    if (signal.aborted) return
    this.#running.delete(id)
    void this.#components.outlet.send({ text: JSON.stringify(answer), message: answer, relatedRequestId: id })
  }

  async #handle(running: Running): Promise<{ readonly [key: string]: unknown }> {
    const { request, signal } = running
    if (request.method === 'initialize') {
      await this.#components.record.write({ initialize: { ...request.params } })
      this.#announce()
      return { protocolVersion: this.#components.record.read().revision }
    }
    const call = (request.params?.['arguments'] ?? {}) as Call
    await this.#report(call, running)
    await this.#wait(call.beforeMs, call, signal)
    const result = await this.#do(call)
    await this.#wait(call.afterMs, call, signal)
    return result
  }

  async #report(call: Call, running: Running): Promise<void> {
    const { steps = 0, burst = 0, stepMs = 0, closesAfter = 0 } = call.report ?? {}
    const run = this.#components.nameRun()
    for (let step = 1; step <= steps; step++) {
      await this.#wait(stepMs, call, running.signal)
      const numbers = Array.from({ length: burst }, (_, index) => (step - 1) * burst + index + 1)
      await Promise.all(numbers.map((number) => this.#tell(running, { run, number })))
      if (step === closesAfter) closeStreams(running.extra)
    }
  }

  async #tell({ request, signal }: Running, progress: Progress): Promise<void> {
    if (signal.aborted) return
    const message = progressOf(request, progress)
    await this.#components.outlet.send({ text: JSON.stringify(message), message, relatedRequestId: request.id })
  }

  /** A client that listens has said so with its `initialize`. */
  #announce(): void {
    const everyMs = this.#components.record.read().initialize['announceMs'] as number | undefined
    if (everyMs === undefined) return
    const { clock, outlet, nameRun } = this.#components
    this.#announcer = new Announcer({ clock, outlet }, { run: nameRun(), everyMs })
    this.#announcer.start()
  }

  async #do({ tool, value }: Call): Promise<{ readonly [key: string]: unknown }> {
    const state = this.#list as RecordedState<readonly string[]>
    if (tool === 'read') return { list: state.get() }
    const list = await state.update((list) => (tool === 'put' && list.includes(value) ? list : [...list, value]))
    return { place: list.indexOf(value) + 1 }
  }

  /** Throws when it was cancelled meanwhile, unless the handler does not care. */
  async #wait(ms: number, { isStubborn }: Call, signal: AbortSignal): Promise<void> {
    if (ms > 0) await new Promise<void>((resolve) => this.#components.clock.after(ms, resolve))
    if (!isStubborn) signal.throwIfAborted()
  }
}

function closeStreams({ closeSSEStream, closeStandaloneSSEStream }: ReceiveExtra): void {
  closeSSEStream?.()
  closeStandaloneSSEStream?.()
}

function failure(id: JsonRpcId, error: unknown): JsonRpcResponse {
  const code = error instanceof ScaledMcpError ? error.code : 'Internal'
  const { jsonRpc } = errorRules.Internal
  return { jsonrpc: '2.0', id, error: { code: jsonRpc, message: code, data: { reason: code } } }
}
