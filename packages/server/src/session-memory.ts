/**
 * What of a client's messages has to be remembered, so that another worker can rebuild the session.
 *
 * M1  Changes are made one after the other, each on what the one before has stored: of two subscriptions at once both
 *     are kept.
 */
import type { JsonRpcRequest, JsonRpcResponse, JsonRpcResult } from '@scaled-mcp/contracts'
import type { SessionFields, SessionRecordPort } from './session-record.ts'

type Params = { readonly [key: string]: unknown }
type Change = Partial<SessionFields> | undefined
type Rule = (fields: SessionFields, params: Params, answer: JsonRpcResult) => Change

/** By method of the request: what its successful answer changes. */
const rules = new Map<string, Rule>([
  [
    'initialize',
    (_, params, { result }) => ({ initialize: { ...params }, revision: String(result['protocolVersion']) })
  ],
  ['logging/setLevel', (_, { level }) => ({ logLevel: String(level) })],
  ['resources/subscribe', ({ subscriptions }, { uri }) => added(subscriptions, String(uri))],
  ['resources/unsubscribe', ({ subscriptions }, { uri }) => removed(subscriptions, String(uri))]
])

export class SessionMemory {
  readonly #record: SessionRecordPort
  /** Undefined when nothing is being changed. */
  #last: Promise<unknown> | undefined

  constructor(record: SessionRecordPort) {
    this.#record = record
  }

  /** Resolves once everything that this answer changes is stored; undefined when it changes nothing. */
  answered(request: JsonRpcRequest, answer: JsonRpcResponse): Promise<void> | undefined {
    const rule = rules.get(request.method)
    if (!rule || !('result' in answer)) return undefined
    return this.#change((fields) => rule(fields, request.params ?? {}, answer))
  }

  #change(made: (fields: SessionFields) => Change): Promise<void> {
    const stored = this.#last ? this.#last.then(() => this.#store(made)) : this.#store(made)
    const over = () => {
      if (this.#last === last) this.#last = undefined
    }
    const last = stored.then(over, over) // M1: the caller has the rejection; the next change has to be made
    this.#last = last
    return stored
  }

  async #store(made: (fields: SessionFields) => Change): Promise<void> {
    const change = made(this.#record.read())
    if (change) await this.#record.write(change)
  }
}

function added(subscriptions: readonly string[], uri: string): Change {
  return subscriptions.includes(uri) ? undefined : { subscriptions: [...subscriptions, uri] }
}

function removed(subscriptions: readonly string[], uri: string): Change {
  return subscriptions.includes(uri) ? { subscriptions: subscriptions.filter((other) => other !== uri) } : undefined
}
