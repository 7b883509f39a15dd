/** The tools, written once for both SDKs; what a tool does towards the client goes through its `Call`. */
import { setTimeout as delay } from 'node:timers/promises'
import type { CallToolResult, ElicitRequestFormParams } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { embedded, pngImage, text, wavAudio } from './content.ts'
import { completionOf, defaultsForm, enumsForm, userForm } from './forms.ts'

/** One call of a tool, as either SDK lets it talk to the client. */
export interface Call {
  readonly progressToken: string | number | undefined
  log(data: string): Promise<void>
  progress(progress: number, total: number): Promise<void>
  /** What the client's model says to `prompt`. */
  sample(prompt: string): Promise<string>
  elicit(form: ElicitRequestFormParams): Promise<{ readonly action: string; readonly content?: unknown }>
  /** Ends the response's stream so that the client comes back for the rest. */
  closeStream(): void
  /** Tells the client that a resource changed, if it subscribed to it. */
  updated(uri: string): Promise<void>
}

type Content = CallToolResult['content']

export interface Tool {
  readonly name: string
  readonly description: string
  readonly inputSchema: z.ZodObject
  run(args: { readonly [name: string]: unknown }, call: Call): Content | Promise<Content>
}

interface ToolOf<Input extends z.ZodObject> extends Omit<Tool, 'run'> {
  readonly inputSchema: Input
  run(args: z.infer<Input>, call: Call): Content | Promise<Content>
}

/** Both SDKs validate the arguments against `inputSchema` before they call `run`. */
function tool<Input extends z.ZodObject>(definition: ToolOf<Input>): Tool {
  return definition as unknown as Tool
}

const nothing = z.object({})

const contents: readonly Tool[] = [
  tool({
    name: 'test_simple_text',
    description: 'Answers with text',
    inputSchema: nothing,
    run: () => [text('This is a simple text response for testing.')]
  }),
  tool({
    name: 'test_image_content',
    description: 'Answers with an image',
    inputSchema: nothing,
    run: () => [pngImage]
  }),
  tool({
    name: 'test_audio_content',
    description: 'Answers with audio',
    inputSchema: nothing,
    run: () => [wavAudio]
  }),
  tool({
    name: 'test_embedded_resource',
    description: 'Answers with a resource',
    inputSchema: nothing,
    run: () => [embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')]
  }),
  tool({
    name: 'test_multiple_content_types',
    description: 'Answers with text, an image and a resource',
    inputSchema: nothing,
    run: () => [
      text('Multiple content types test:'),
      pngImage,
      embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}')
    ]
  }),
  tool({
    name: 'test_error_handling',
    description: 'Always fails',
    inputSchema: nothing,
    run: () => {
      throw new Error('This tool intentionally returns an error for testing')
    }
  })
]

const conversations: readonly Tool[] = [
  tool({
    name: 'test_tool_with_logging',
    description: 'Logs three times while it runs',
    inputSchema: nothing,
    async run(_, call) {
      await call.log('Tool execution started')
      await delay(50)
      await call.log('Tool processing data')
      await delay(50)
      await call.log('Tool execution completed')
      return [text('Tool with logging executed successfully')]
    }
  }),
  tool({
    name: 'test_tool_with_progress',
    description: 'Reports its progress while it runs',
    inputSchema: nothing,
    async run(_, call) {
      await call.progress(0, 100)
      await delay(50)
      await call.progress(50, 100)
      await delay(50)
      await call.progress(100, 100)
      return [text(`Finished; progress token: ${String(call.progressToken)}`)]
    }
  }),
  tool({
    name: 'test_sampling',
    description: "Asks the client's model",
    inputSchema: z.object({ prompt: z.string().describe('The prompt to send to the model') }),
    run: async ({ prompt }, call) => [text(`LLM response: ${await call.sample(prompt)}`)]
  }),
  tool({
    name: 'test_elicitation',
    description: 'Asks the user',
    inputSchema: z.object({ message: z.string().describe('The message to show to the user') }),
    async run({ message }, call) {
      const { action, content } = await call.elicit(userForm(message))
      return [text(`User response: action=${action}, content=${JSON.stringify(content ?? {})}`)]
    }
  }),
  tool({
    name: 'test_elicitation_sep1034_defaults',
    description: 'Asks the user with a form whose fields have defaults',
    inputSchema: nothing,
    run: async (_, call) => [text(completionOf(await call.elicit(defaultsForm)))]
  }),
  tool({
    name: 'test_elicitation_sep1330_enums',
    description: 'Asks the user with a form of all kinds of choices',
    inputSchema: nothing,
    run: async (_, call) => [text(completionOf(await call.elicit(enumsForm)))]
  }),
  tool({
    name: 'test_reconnection',
    description: 'Ends its stream, and answers once the client is back',
    inputSchema: nothing,
    async run(_, call) {
      call.closeStream()
      await delay(100)
      return [text('Reconnection test completed successfully')]
    }
  }),
  tool({
    name: 'update_watched_resource',
    description: 'Tells the client that test://watched-resource changed, if it subscribed to it',
    inputSchema: nothing,
    async run(_, call) {
      await call.updated('test://watched-resource')
      return [text('Updated')]
    }
  })
]

/** `meta` keeps the keywords for which zod has no words of its own. */
const vocabulary = tool({
  name: 'json_schema_2020_12_tool',
  description: 'Tool with JSON Schema 2020-12 features',
  inputSchema: z
    .strictObject({
      name: z.string().optional(),
      address: z.object({ street: z.string().optional(), city: z.string().optional() }).optional(),
      contactMethod: z.enum(['phone', 'email']).optional(),
      phone: z.string().optional(),
      email: z.string().optional()
    })
    .meta({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $defs: {
        address: {
          $anchor: 'addressDef',
          type: 'object',
          properties: { street: { type: 'string' }, city: { type: 'string' } }
        }
      },
      allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
      if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { required: ['phone'] },
      else: { required: ['email'] }
    }),
  run: (args) => [text(JSON.stringify(args))]
})

export const tools: readonly Tool[] = [...contents, ...conversations, vocabulary]
