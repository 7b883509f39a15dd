/**
 * The transport that an SDK server, v1 or v2, is connected to inside a session: reads what the client said, names and
 * routes what the server says.
 *
 * T1  Each request of the client gets at most one answer, and none after its cancellation.
 * T2  What a handler sends without saying for which request goes to the request it handles; when that one is no longer
 *     in flight, or the message is about the server as a whole, to the standalone stream.
 * T3  An answer to a question asked under another epoch never reaches the server, nor a second answer to one.
 * T4  What an answer changes in the session's record is durable before the answer leaves.
 * T5  Of a replay the client sees nothing but questions that the server asks it anew.
 * T6  An answer that is not JSON, and a request that the SDK cannot read, become an error answer: no request waits in vain.
 * T7  The server hears once that its client is initialized: of a restored session the host has said it.
 */
import {
  type JsonRpcId,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  negotiate,
  recognise,
  ScaledMcpError
} from '@scaled-mcp/contracts'
import { errorAnswer, jsonText } from './json-text.ts'
import { lastingChange } from './lasting-change.ts'
import type { Logger } from './logger.ts'
import type { Outgoing, Outlet } from './outlet.ts'
import { runAs, runningRequest } from './running-request.ts'
import type { SdkTransport } from './sdk-server.ts'
import { answerForServer, namedForClient, progressForServer } from './server-request-id.ts'
import type { SessionRecordPort } from './session-record.ts'
import { SparseMap } from './sparse-map.ts'

export interface SessionTransportComponents {
  readonly outlet: Outlet
  readonly record: SessionRecordPort
  readonly logger: Logger
}

export interface SessionTransportInit {
  readonly id: string
  readonly epoch: number
}

const INITIALIZED = 'notifications/initialized'
const DONE = Promise.resolve()

export class SessionTransport implements SdkTransport {
  readonly sessionId: string
  readonly inFlight = new SparseMap<JsonRpcId, JsonRpcRequest>()
  onmessage?: (message: JsonRpcMessage, extra: object) => void
  onclose?: () => void
  onerror?: (error: Error) => void
  readonly #components: SessionTransportComponents
  readonly #epoch: number
  readonly #replays = new SparseMap<JsonRpcId, (answer: JsonRpcResponse) => void>()
  /** The server's own requests by the SDK's id: the client's request each belongs to. */
  readonly #questions = new SparseMap<JsonRpcId, JsonRpcId | undefined>()
  #opened = false
  #isInitialized = false
  #reports = 0

  constructor(components: SessionTransportComponents, init: SessionTransportInit) {
    this.#components = components
    this.#epoch = init.epoch
    this.sessionId = init.id
  }

  async start(): Promise<void> {}

  async close(): Promise<void> {
    this.inFlight.takeAll()
    this.#questions.takeAll()
    const closed = new ScaledMcpError('SessionMoved', 'the session ended here')
    // Or whoever asked would wait for ever.
    for (const [id, settle] of this.#replays.takeAll()) settle(errorAnswer(id, closed))
    this.onclose?.()
  }

  /** Hands a message of the client to the server; `extra` in the shape its SDK reads. */
  receive(message: JsonRpcMessage, extra: object): void {
    const kind = recognise(message)
    if (kind === 'request') this.#request(message as JsonRpcRequest, extra)
    else if (kind === 'notification') this.#notification(message as JsonRpcNotification, extra)
    else if (kind === 'response') this.#response(message as JsonRpcResponse, extra)
    else throw new ScaledMcpError('InvalidMessage')
  }

  /** Asks the server on the host's own behalf; the answer goes to the caller only. */
  ask(request: JsonRpcRequest): Promise<JsonRpcResponse> {
    return new Promise((resolve) => {
      this.#replays.set(request.id, resolve)
      this.#deliver(request, {})
    })
  }

  /** Whether the server knows that its client is ready. */
  get isInitialized(): boolean {
    return this.#isInitialized
  }

  /** Tells the server so on the client's behalf. */
  initialized(): void {
    this.#notification({ jsonrpc: '2.0', method: INITIALIZED }, {})
  }

  /** What the SDK reports as gone wrong. While it reads a message, that it does not take it. */
  reported(error: Error): void {
    this.#reports += 1
    this.#components.logger.warn({ error, session: this.sessionId }, 'the MCP server reported an error')
  }

  send(message: JsonRpcMessage, options?: { readonly relatedRequestId?: JsonRpcId | undefined }): Promise<void> {
    return 'method' in message ? this.#say(message, options?.relatedRequestId) : this.#answer(message)
  }

  async #say(message: JsonRpcRequest | JsonRpcNotification, said: JsonRpcId | undefined): Promise<void> {
    const related = this.#relatedTo(message, said)
    if (related !== undefined && this.#replays.has(related) && !('id' in message)) {
      this.#drop(message, 'said during a replay') // T5
      return
    }
    const named = namedForClient(message, this.#epoch)
    const text = jsonText(named)
    if ('id' in message) this.#questions.set(message.id, related)
    await this.#components.outlet.send({
      text,
      message: named,
      relatedRequestId: related !== undefined && this.inFlight.has(related) ? related : undefined // T2
    })
  }

  #request(request: JsonRpcRequest, extra: object): void {
    if (this.inFlight.has(request.id)) throw new ScaledMcpError('DuplicateRequestId', String(request.id))
    if (request.method === 'initialize' && this.#opened) throw new ScaledMcpError('AlreadyInitialized')
    this.inFlight.set(request.id, request)
    this.#deliver(request, extra)
  }

  #deliver(request: JsonRpcRequest, extra: object): void {
    if (request.method === 'initialize') this.#opened = true
    const reports = this.#reports
    runAs(request, () => this.onmessage?.(this.#servable(request), extra))
    if (this.#reports !== reports) this.#refused(request)
  }

  /** Answers a request that the SDK reported instead of handling; one it answered itself is no longer known here. */
  #refused(request: JsonRpcRequest): void {
    const error = new ScaledMcpError('InvalidMessage', 'the MCP server cannot read it')
    this.#settle(this.#answer(errorAnswer(request.id, error))) // T6
  }

  #notification(notification: JsonRpcNotification, extra: object): void {
    const known = this.#known(notification)
    if (known) runAs(undefined, () => this.onmessage?.(known, extra))
    else this.#drop(notification, 'about a request that is not in flight, or said before')
  }

  /** What the server should hear of a notification; undefined for one about a request that is over. */
  #known(notification: JsonRpcNotification): JsonRpcNotification | undefined {
    if (notification.method === 'notifications/progress') return progressForServer(notification, this.#epoch) // T3
    if (notification.method === INITIALIZED) return this.#isInitialized ? undefined : this.#ready(notification) // T7
    if (notification.method !== 'notifications/cancelled') return notification
    return this.#cancel(notification.params?.['requestId'] as JsonRpcId) ? notification : undefined
  }

  #ready(notification: JsonRpcNotification): JsonRpcNotification {
    this.#isInitialized = true
    return notification
  }

  /** Whether the server should hear of it: `initialize` cannot be cancelled (MCP 2025-11-25, Cancellation). */
  #cancel(id: JsonRpcId): boolean {
    if (this.inFlight.get(id)?.method === 'initialize') return false
    return this.inFlight.delete(id) // T1
  }

  #response(response: JsonRpcResponse, extra: object): void {
    const answer = answerForServer(response, this.#epoch)
    if (answer && this.#isAwaited(answer.id)) runAs(undefined, () => this.onmessage?.(answer, extra))
    else this.#drop(response, 'answers a question that is not open') // T3
  }

  /** Whether the server waits for this answer; it does so once. */
  #isAwaited(id: JsonRpcId | null): boolean {
    return id !== null && this.#questions.delete(id)
  }

  /** The request that a message of the server belongs to, which may be over. */
  #relatedTo(message: JsonRpcRequest | JsonRpcNotification, said: JsonRpcId | undefined): JsonRpcId | undefined {
    if (message.method === 'notifications/cancelled') return this.#cancelled(message.params?.['requestId'] as JsonRpcId)
    return said ?? this.#runningId(message.method)
  }

  /** Forgets a question of the server; its cancellation goes where it went, though a timer sends it. */
  #cancelled(question: JsonRpcId): JsonRpcId | undefined {
    const related = this.#questions.get(question)
    this.#questions.delete(question)
    return related
  }

  /** The request whose handler runs; one of another session counts as none. */
  #runningId(method: string): JsonRpcId | undefined {
    const running = runningRequest(method)
    if (!running) return undefined
    return this.inFlight.get(running.id) === running || this.#replays.has(running.id) ? running.id : undefined
  }

  #answer(answer: JsonRpcResponse): Promise<void> {
    const id = answer.id as JsonRpcId
    const replayed = this.#replays.get(id)
    const request = this.inFlight.get(id)
    this.#replays.delete(id)
    this.inFlight.delete(id)
    if (request && !replayed) return this.#leave(request, answer)
    if (replayed) replayed(answer)
    else this.#drop(answer, 'its request was cancelled or answered') // T1
    return DONE
  }

  /** Most answers change nothing in the record and leave within the call: under async hooks every promise costs. */
  #leave(request: JsonRpcRequest, answer: JsonRpcResponse): Promise<void> {
    const outgoing = this.#outgoing(request, answer)
    const change = outgoing.message === answer ? lastingChange(request, answer) : undefined
    if (change) {
      const stored = this.#components.record.update(change).then(() => outgoing)
      const failed = (error: unknown) => this.#failed(request, error)
      return stored.catch(failed).then((sendable) => this.#components.outlet.send(sendable)) // T4
    }
    const sent = this.#components.outlet.send(outgoing)
    return sent instanceof Promise ? sent : DONE
  }

  #outgoing(request: JsonRpcRequest, answer: JsonRpcResponse): Outgoing {
    try {
      return { text: jsonText(answer), message: answer, relatedRequestId: request.id }
    } catch (error) {
      return this.#failed(request, error)
    }
  }

  // T6
  #failed({ id, method }: JsonRpcRequest, error: unknown): Outgoing {
    this.#components.logger.error({ error, session: this.sessionId, method }, 'an answer could not be sent')
    const message = errorAnswer(id, error)
    return { text: JSON.stringify(message), message, relatedRequestId: id }
  }

  /** `initialize` asks for a revision that is served here, so that the server never agrees on another. */
  #servable(request: JsonRpcRequest): JsonRpcRequest {
    if (request.method !== 'initialize') return request
    const { transport } = this.#components.record.read()
    const protocolVersion = negotiate(request.params?.['protocolVersion'], transport)
    return { ...request, params: { ...request.params, protocolVersion } }
  }

  #drop(message: JsonRpcMessage, why: string): void {
    const what = 'method' in message ? { method: message.method } : { id: message.id }
    this.#components.logger.debug({ ...what, session: this.sessionId }, `dropped a message: ${why}`)
  }

  #settle(work: Promise<void> | undefined): void {
    work?.catch((error: unknown) => {
      this.#components.logger.error({ error, session: this.sessionId }, 'the session could not be kept up to date')
    })
  }
}
