/**
 * The server module of the chaos runs: a session's state is a list, and what was appended to it once too often, or not at
 * all, can be seen in it. Alone in its folder, which containers mount.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { defineServer, sharedValidator } from '@scaled-mcp/server'
import { z } from 'zod'

type List = readonly string[]

const value = { value: z.string() }
const progress = { count: z.number(), everyMs: z.number() }
const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] })
const capabilities = { resources: { subscribe: true } }

export default defineServer({
  state: { version: 1, initial: (): List => [] },
  create({ session: { state } }) {
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
    return server
  }
})
