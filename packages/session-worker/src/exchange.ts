import type { Headers, JsonRpcId } from '@scaled-mcp/contracts'
import type { Reply } from '@scaled-mcp/mesh'

/** What the client asked at once, and the way back for the answers. */
export interface Exchange {
  /** Of the first attempt. */
  readonly messageId: string
  /** The requests that have no answer yet. */
  readonly ids: readonly JsonRpcId[]
  /** Sends what is no answer. Rejects when it cannot be stored. */
  message(body: Uint8Array): Promise<void>
  /** Sends the answer to request `id`; `headers` go with an answer that is alone. */
  answer(id: JsonRpcId, text: string, headers: Headers | undefined): void
  /** Request `id` did not run. */
  fail(id: JsonRpcId, error: unknown): void
  /** Request `id` is cancelled: it has no answer. */
  cancel(id: JsonRpcId): void
  /** Another attempt, which has seen everything up to event `after`, takes the place of the one before. */
  join(reply: Reply, after: number): void
  /** The client has come back for what followed event `after`. */
  resume(reply: Reply, after: number): void
  /** Ends the client's connection, which is to come back for the rest. */
  close(): void
  /** It is over here, and for the next owner to decide. */
  leave(): void
}
