/**
 * The server module of the chaos runs: a session's state is a list, and what was appended to it once too often, or not at
 * all, can be seen in it; and there are actors that all sessions share. Alone in its folder, with what it imports, which
 * containers mount.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { defineServer, sharedValidator } from '@scaled-mcp/server'
import { z } from 'zod'
import { registerActorTools } from './actor-tools.ts'
import { ledger } from './ledger.ts'
import { Task } from './task.ts'
import { watcher } from './watcher.ts'

type List = readonly string[]

const value = { value: z.string() }
const progress = { count: z.number(), everyMs: z.number() }
const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] })
const capabilities = { resources: { subscribe: true } }

export default defineServer({
  state: { version: 1, initial: (): List => [] },
  actors: { ledger, task: Task, watcher },
  create({ session: { state }, actors }) {
    const jsonSchemaValidator = sharedValidator(AjvJsonSchemaValidator)
    const server = new McpServer({ name: 'list', version: '1.0.0' }, { capabilities, jsonSchemaValidator })
    server.registerTool('append', { inputSchema: value }, async ({ value: added }) => {
      await state.update((list) => [...list, added])
      await server.server.sendResourceUpdated({ uri: `list:///${added}` })
      return text(added)
    })
    server.registerTool(
      'put',
      { inputSchema: value, annotations: { idempotentHint: true } },
      async ({ value: put }) => {
        await state.update((list) => (list.includes(put) ? list : [...list, put]))
        return text(put)
      }
    )
    server.registerTool('list', { annotations: { readOnlyHint: true } }, () => text(JSON.stringify(state.get())))
    server.registerTool(
      'follow',
      { inputSchema: progress, annotations: { readOnlyHint: true } },
      async ({ count, everyMs }, { _meta, sendNotification }) => {
        const progressToken = _meta?.progressToken ?? 'none'
        for (let done = 1; done <= count; done++) {
          await delay(everyMs)
          await sendNotification({ method: 'notifications/progress', params: { progressToken, progress: done } })
        }
        return text(`followed ${count}`)
      }
    )
    registerActorTools(server, actors)
    return server
  }
})
