/** What clients of HTTP+SSE post: accepted, and answered on the one stream of the session. */
import { errorHeaders, type Headers, type JsonRpcId } from '@scaled-mcp/contracts'
import type { Exchange } from './exchange.ts'
import type { OpenExchanges } from './open-exchanges.ts'
import type { PostExchangeComponents } from './post-exchange.ts'
import type { Asked } from './returning-clients.ts'
import type { SessionStreams } from './session-streams.ts'
import { SseExchange } from './sse-exchange.ts'

export interface SsePostsComponents {
  readonly exchanges: OpenExchanges
  readonly streams: SessionStreams
  readonly parts: PostExchangeComponents
  /** Hands the requests over; their answers go to `exchange`. */
  readonly begin: (exchange: Exchange, asked: Asked) => void
  /** The headers of the first answer of a session that is stored. */
  readonly stored: () => Headers | undefined
}

export class SsePosts {
  readonly #components: SsePostsComponents

  constructor(components: SsePostsComponents) {
    this.#components = components
  }

  /** Accepts what has not run, as soon as it is stored; an `initialize` when it is answered. */
  accept(asked: Asked): void {
    const { exchanges, parts, streams, begin } = this.#components
    const { post, body, reply, messageId } = asked
    const ids = post.requests.map(({ id }) => id)
    const exchange = new SseExchange({ ...parts, streams }, { messageId, ids }, reply)
    if (post.requests[0]?.method === 'initialize') {
      begin(exchange, asked)
      return
    }
    exchanges.add(exchange) // nobody else may use the ids meanwhile
    const accepted = exchange.store(body).then(() => this.#accepted(exchange, asked))
    accepted.catch((error) => {
      for (const id of ids) exchanges.forget(id)
      exchange.accept(errorHeaders(error))
    })
  }

  /** What a former owner had accepted and not answered. */
  accepted(messageId: string, ids: readonly JsonRpcId[]): SseExchange {
    const { parts, streams } = this.#components
    return new SseExchange({ ...parts, streams }, { messageId, ids })
  }

  #accepted(exchange: SseExchange, asked: Asked): void {
    const { exchanges, begin, stored } = this.#components
    if (exchanges.get(exchange.ids[0] as JsonRpcId) !== exchange) return // it is over here
    exchange.accept(stored())
    begin(exchange, asked)
  }
}
