/** A session whose client, store and log are in the test's hands. */
import type { JsonRpcId, JsonRpcMessage, JsonRpcRequest, JsonRpcResponse } from '@scaled-mcp/contracts'
import {
  type Logger,
  newSession,
  type Outgoing,
  type Outlet,
  type Principal,
  type ReceiveExtra,
  type ServerDefinition,
  type SessionChange,
  type SessionFields,
  type SessionRecordPort,
  SessionServer
} from '../src/index.ts'

type Params = { readonly [key: string]: unknown }

export const initializeParams = {
  protocolVersion: '2025-06-18',
  capabilities: { elicitation: {}, sampling: {} },
  clientInfo: { name: 'scripted', version: '1.2.3' }
}

/** Keeps what is written, unless a test fails or holds back its writes. */
export class MemoryRecord implements SessionRecordPort {
  readonly writes: Partial<SessionFields>[] = []
  before: (change: Partial<SessionFields>) => void | Promise<void> = () => undefined
  #fields: SessionFields
  #last: Promise<void> = Promise.resolve()

  constructor(fields: SessionFields = newSession(initializeParams)) {
    this.#fields = fields
  }

  read(): SessionFields {
    return this.#fields
  }

  write(change: Partial<SessionFields>): Promise<void> {
    return this.update(() => change)
  }

  update(change: SessionChange): Promise<void> {
    const written = this.#last.then(() => this.#write(change(this.#fields)))
    this.#last = written.catch(() => undefined)
    return written
  }

  async #write(change: Partial<SessionFields> | undefined): Promise<void> {
    if (!change) return
    await this.before(change)
    this.writes.push(change)
    this.#fields = JSON.parse(JSON.stringify({ ...this.#fields, ...change })) as SessionFields
  }
}

class LogLines implements Logger {
  readonly lines: string[] = []

  debug(_: object, message: string): void {
    this.lines.push(`debug ${message}`)
  }

  info(_: object, message: string): void {
    this.lines.push(`info ${message}`)
  }

  warn(_: object, message: string): void {
    this.lines.push(`warn ${message}`)
  }

  error(_: object, message: string): void {
    this.lines.push(`error ${message}`)
  }
}

export interface ScriptedInit {
  readonly record?: MemoryRecord
  readonly epoch?: number
  readonly principal?: Principal
}

export class ScriptedSession implements Outlet {
  readonly sent: Outgoing[] = []
  readonly log = new LogLines()
  readonly record: MemoryRecord
  readonly server: SessionServer
  readonly #waiting = new Set<() => void>()
  #lastId = 0

  constructor(definition: ServerDefinition, init: ScriptedInit = {}) {
    this.record = init.record ?? new MemoryRecord()
    const components = { definition, outlet: this, record: this.record, logger: this.log }
    const { epoch = 7, principal } = init
    this.server = new SessionServer(components, { id: 'session-hash', epoch, principal })
  }

  /** A session whose client has initialized. */
  static async opened(definition: ServerDefinition, init?: ScriptedInit): Promise<ScriptedSession> {
    const session = new ScriptedSession(definition, init)
    await session.server.start()
    await session.ask('initialize', initializeParams)
    session.server.receive({ jsonrpc: '2.0', method: 'notifications/initialized' })
    return session
  }

  send(outgoing: Outgoing): void {
    this.sent.push(outgoing)
    for (const check of this.#waiting) check()
  }

  /** Sends a request; its id. */
  post(method: string, params: Params = {}, extra?: ReceiveExtra): JsonRpcId {
    this.#lastId += 1
    this.server.receive({ jsonrpc: '2.0', id: this.#lastId, method, params }, extra)
    return this.#lastId
  }

  call(tool: string, extra?: ReceiveExtra): JsonRpcId {
    return this.post('tools/call', { name: tool, arguments: {} }, extra)
  }

  /** Sends a request; its answer. */
  async ask(method: string, params: Params = {}): Promise<JsonRpcResponse> {
    return this.answerTo(this.post(method, params))
  }

  async answerTo(id: JsonRpcId): Promise<JsonRpcResponse> {
    const { message } = await this.next((outgoing) => !('method' in outgoing.message) && outgoing.message.id === id)
    return message as JsonRpcResponse
  }

  /** Calls a tool; what it says. */
  async say(tool: string): Promise<string> {
    return textOf(await this.answerTo(this.call(tool)))
  }

  /** The server's next question of this method. */
  async question(method: string): Promise<Outgoing & { readonly message: JsonRpcRequest }> {
    const found = await this.next(({ message }) => 'method' in message && message.method === method && 'id' in message)
    return found as Outgoing & { readonly message: JsonRpcRequest }
  }

  reply(id: JsonRpcId, result: Params): void {
    this.server.receive({ jsonrpc: '2.0', id, result } as JsonRpcMessage)
  }

  /** The first message sent that fits, once there is one. */
  async next(fits: (outgoing: Outgoing) => boolean): Promise<Outgoing> {
    await this.until(() => this.sent.some(fits))
    return this.sent.find(fits) as Outgoing
  }

  /** Resolves once `holds`; checked whenever something was sent, and after each turn of the loop. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve)
        setImmediate(resolve)
      })
      this.#waiting.clear()
    }
  }

  notifications(method: string): Outgoing[] {
    return this.sent.filter(({ message }) => 'method' in message && message.method === method)
  }
}

export function textOf(answer: JsonRpcResponse): string {
  const { content } = (answer as unknown as { result: { content: { text: string }[] } }).result
  return content.map(({ text }) => text).join()
}

/** A promise and its key. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open: () => open() }
}
