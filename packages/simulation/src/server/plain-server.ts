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
  RecordedState,
  type SessionServerComponents,
  type SessionServerInit
} from '@scaled-mcp/server'
import type { ServedSession } from '@scaled-mcp/session-worker'
import type { Call } from './call.ts'

export interface PlainServerComponents extends SessionServerComponents {
  readonly clock: Clock
  /** Told of each handler that starts. */
  readonly started: (id: string, epoch: number) => void
  /** What it says of every request. Default: the truth. */
  readonly deliveryClass: DeliveryClass | undefined
}

const listState = { version: 1, initial: (): readonly string[] => [] }

export class PlainServer implements ServedSession {
  readonly #components: PlainServerComponents
  readonly #init: SessionServerInit
  readonly #running = new Map<JsonRpcId, AbortController>()
  #list: RecordedState<readonly string[]> | undefined

  constructor(components: PlainServerComponents, init: SessionServerInit) {
    this.#components = components
    this.#init = init
  }

  async start(): Promise<void> {
    this.#list = new RecordedState(this.#components.record, listState)
  }

  restore(): Promise<void> {
    return this.start()
  }

  receive(message: JsonRpcMessage): void {
    if (!('method' in message)) return
    if ('id' in message) this.#request(message)
    else if (message.method === 'notifications/cancelled') {
      this.#running.get(message.params?.['requestId'] as JsonRpcId)?.abort()
    }
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
    for (const running of this.#running.values()) running.abort()
  }

  #request(request: JsonRpcRequest): void {
    if (this.#running.has(request.id)) throw new ScaledMcpError('DuplicateRequestId')
    const running = new AbortController()
    this.#running.set(request.id, running)
    this.#components.started(this.#init.id, this.#init.epoch)
    this.#handle(request, running.signal).then(
      (result) => this.#answer(running, { jsonrpc: '2.0', id: request.id, result }),
      (error) => this.#answer(running, failure(request.id, error))
    )
  }

  /** A request that was cancelled has no answer. */
  #answer({ signal }: AbortController, answer: JsonRpcResponse): void {
    const id = answer.id as JsonRpcId
    this.#running.delete(id)
    if (signal.aborted) return
    void this.#components.outlet.send({ text: JSON.stringify(answer), message: answer, relatedRequestId: id })
  }

  async #handle(request: JsonRpcRequest, signal: AbortSignal): Promise<{ readonly [key: string]: unknown }> {
    if (request.method === 'initialize') {
      await this.#components.record.write({ initialize: { ...request.params } })
      return { protocolVersion: this.#components.record.read().revision }
    }
    const call = (request.params?.['arguments'] ?? {}) as Call
    await this.#wait(call.beforeMs, call, signal)
    const result = await this.#do(call)
    await this.#wait(call.afterMs, call, signal)
    return result
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

function failure(id: JsonRpcId, error: unknown): JsonRpcResponse {
  const code = error instanceof ScaledMcpError ? error.code : 'Internal'
  const { jsonRpc } = errorRules.Internal
  return { jsonrpc: '2.0', id, error: { code: jsonRpc, message: code, data: { reason: code } } }
}
