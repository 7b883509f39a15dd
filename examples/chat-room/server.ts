/** Rooms to talk in: each is an actor that all sessions share. A member's client is told when something was said. */
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SubscribeRequestSchema, UnsubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { type Actors, defineServer, type ServerContext, sharedValidator } from '@scaled-mcp/server'
import { z } from 'zod'
import { type RoomNews, type RoomOrder, type RoomState, room as roomKind } from './room.ts'

const room = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('Name of the room: letters, digits, _ and -')
const text = z.string().min(1).max(1_000).describe('What to say')
const template = new ResourceTemplate('chat://rooms/{room}', { list: undefined })

export default defineServer({
  actors: { room: roomKind },
  create(context) {
    const server = new McpServer(
      { name: 'chat-room', version: '0.1.0' },
      {
        capabilities: { logging: {}, resources: { subscribe: true } },
        jsonSchemaValidator: sharedValidator(AjvJsonSchemaValidator)
      }
    )
    const subscribed = addResource(server, context.actors)
    addTools(server, context, subscribed)
    context.session?.onMessage((news) => tellClient(server, news as RoomNews, subscribed))
    return server
  }
})

/** Only who joins makes a room: a name that was mistyped leaves nothing behind. */
function join(actors: Actors, room: string): Promise<RoomState> {
  return actors.getOrActivate<RoomOrder, RoomState>('room', room).ask({ do: 'join' })
}

async function ask(actors: Actors, room: string, order: RoomOrder): Promise<RoomState> {
  return (await actors.actorOf<RoomOrder, RoomState>(`room/${room}`)).ask(order)
}

function addTools(
  server: McpServer,
  { actors, principal, clientInfo }: ServerContext,
  subscribed: ReadonlySet<string>
): void {
  const by = principal?.subject ?? clientInfo?.name ?? 'somebody'
  server.registerTool('join', { description: 'Joins a room', inputSchema: { room } }, async ({ room }) => {
    const { members } = await join(actors, room)
    return said(`members: ${members.length}`)
  })
  server.registerTool('leave', { description: 'Leaves a room', inputSchema: { room } }, async ({ room }) => {
    // The subscription would make the session a member again wherever it is rebuilt.
    if (subscribed.has(room)) throw new Error(`unsubscribe from chat://rooms/${room} to leave it`)
    await ask(actors, room, { do: 'leave' })
    return said('left')
  })
  server.registerTool('say', { description: 'Says something in a room', inputSchema: { room, text } }, async (args) => {
    await ask(actors, args.room, { do: 'say', by, text: args.text })
    return said('said')
  })
  const history = { description: 'What was said in a room', annotations: { readOnlyHint: true }, inputSchema: { room } }
  server.registerTool('history', history, async ({ room }) => {
    const { messages } = await ask(actors, room, { do: 'read' })
    return said(messages.map(({ by, text }) => `${by}: ${text}`).join('\n'))
  })
}

/** Adds the resource; gives the rooms that the client of this session is subscribed to. */
function addResource(server: McpServer, actors: Actors): ReadonlySet<string> {
  const mimeType = 'application/json'
  server.registerResource('room', template, { description: 'What was said in a room', mimeType }, async ({ href }) => {
    const { messages, members } = await ask(actors, roomOf(href), { do: 'read' })
    return { contents: [{ uri: href, mimeType, text: JSON.stringify({ messages, members: members.length }) }] }
  })
  // Where the session is rebuilt, its subscriptions are made once more: so it is a member, and this set is full again.
  const subscribed = new Set<string>()
  server.server.setRequestHandler(SubscribeRequestSchema, async ({ params: { uri } }) => {
    await join(actors, roomOf(uri))
    subscribed.add(roomOf(uri))
    return {}
  })
  server.server.setRequestHandler(UnsubscribeRequestSchema, async ({ params: { uri } }) => {
    await ask(actors, roomOf(uri), { do: 'leave' })
    subscribed.delete(roomOf(uri))
    return {}
  })
  return subscribed
}

/** Updates are for those who subscribed (MCP 2025-11-25, Resources, "Subscriptions"); a log message any client shows. */
async function tellClient({ server }: McpServer, { room }: RoomNews, subscribed: ReadonlySet<string>): Promise<void> {
  if (subscribed.has(room)) await server.sendResourceUpdated({ uri: `chat://rooms/${room}` })
  else await server.sendLoggingMessage({ level: 'info', logger: room, data: 'something was said: see history' })
}

/** The room of a `chat://rooms/{room}`; throws for anything else. */
function roomOf(uri: string): string {
  return room.parse(template.uriTemplate.match(uri)?.['room'])
}

function said(text: string) {
  return { content: [{ type: 'text' as const, text }] }
}
