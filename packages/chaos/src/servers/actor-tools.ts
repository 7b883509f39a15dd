import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { ActorRef } from '@scaled-mcp/actor'
import type { Actors } from '@scaled-mcp/server'
import { z } from 'zod'
import type { LedgerOrder } from './ledger.ts'
import type { TaskOrder } from './task.ts'
import type { WatcherOrder } from './watcher.ts'

/** Longer than any worker takes to be replaced. */
const PATIENCE_MS = 50_000

const actor = { actor: z.string() }
const readOnly = { readOnlyHint: true }
const idempotent = { idempotentHint: true }
const text = (said: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(said) }] })

/** Tools that ask actors which all sessions share; an `actor` is `kind/id`. */
export function registerActorTools(server: McpServer, actors: Actors): void {
  const refTo = <M>(name: string): ActorRef<M> => {
    const [kind = '', id = ''] = name.split('/')
    return actors.getOrActivate<M>(kind, id)
  }
  const ledger = (name: string) => refTo<LedgerOrder>(name)
  const watcher = (name: string) => refTo<WatcherOrder>(name)
  const task = (name: string) => refTo<TaskOrder>(name)

  server.registerTool('enter', { inputSchema: { ...actor, value: z.string() } }, async ({ actor: name, value }) => {
    const entered = await ledger(name).ask({ do: 'enter', value })
    return { content: [{ type: 'text', text: String(entered) }] }
  })
  server.registerTool('read', { inputSchema: actor, annotations: readOnly }, async ({ actor: name }) =>
    text(await again(ledger(name), { do: 'read' }))
  )
  server.registerTool('ends', { inputSchema: actor, annotations: readOnly }, async ({ actor: name }) =>
    text(await again(watcher(name), { do: 'read ends' }))
  )
  const watched = { ...actor, watchers: z.array(z.string()) }
  server.registerTool(
    'retire',
    { inputSchema: watched, annotations: idempotent },
    async ({ actor: name, watchers }) => {
      await again(task(name), { do: 'begin' })
      for (const one of watchers) await again(watcher(one), { do: 'watch', name })
      await again(task(name), { do: 'end' })
      return text(name)
    }
  )
  server.registerTool('close', { inputSchema: actor, annotations: idempotent }, async ({ actor: name }) => {
    await again(refTo<{ readonly do: 'close' }>(name), { do: 'close' })
    return text(name)
  })
}

/** Asks what may be asked twice, until somebody has answered. */
async function again<M>(ref: ActorRef<M>, order: M): Promise<unknown> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    try {
      return await ref.ask(order, { deadline, timeoutMs: PATIENCE_MS })
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== 'ActorMoved') throw error
    }
  }
}
