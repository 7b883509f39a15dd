/** The server module of `ask`: actors that ask, that answer, and that update a durable state. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { Actor, type ActorContext } from '@scaled-mcp/actor'
import { defineActor, defineServer } from '@scaled-mcp/server'
import { askFor } from '../ask/ask-load.ts'
import type { AskOrder, AskResult } from '../ask/ask-order.ts'

/** Answers with what it was asked, and says where it lives. */
class Echo extends Actor<unknown> {
  override receive(message: unknown): unknown {
    return message === 'where' ? process.pid : message
  }
}

/** Asks others, as an actor does. */
class Asker extends Actor<AskOrder | 'where', AskResult | number> {
  override receive(order: AskOrder | 'where', context: ActorContext): number | Promise<AskResult> {
    if (order === 'where') return process.pid
    const refs = order.ids.map((id) => context.getOrActivate<unknown>(order.kind, id))
    return askFor(order, (i) => context.ask(refs[i % refs.length] as (typeof refs)[number], { add: 1 }))
  }
}

const counter = defineActor({
  state: { version: 1, initial: () => ({ count: 0 }) },
  create: ({ state }) =>
    new (class Counter extends Actor<unknown> {
      override receive(message: unknown): unknown {
        return message === 'where' ? process.pid : state.update(({ count }) => ({ count: count + 1 }))
      }
    })()
})

export default defineServer({
  create: () => new McpServer({ name: 'ask', version: '1.0.0' }),
  actors: { echo: Echo, asker: Asker, counter }
})
