/** SDK v1 on plain node http, given the parsed body: the transport would read it itself at more than half as much again. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { sharedValidator } from '@scaled-mcp/server'
import { listenAndSayReady } from './say-ready.ts'
import { V1Sessions } from './v1-sessions.ts'

const isShared = process.argv.includes('--shared-validator')
const sessions = new V1Sessions(isShared ? { jsonSchemaValidator: sharedValidator(AjvJsonSchemaValidator) } : undefined)

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body: unknown = JSON.parse((await bodyOf(request)).toString())
  await sessions.handle(request, response, body)
}

/** The events cost less than the iterator of `node:stream/consumers`. */
function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('error', reject)
  })
}

await listenAndSayReady(createServer((request, response) => void serve(request, response)))
