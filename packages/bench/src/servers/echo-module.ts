/** The server module of our own sides. */
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { defineServer, sharedValidator } from '@scaled-mcp/server'
import { echoV1 } from './echo-v1.ts'

export default defineServer({
  create: () => echoV1({ jsonSchemaValidator: sharedValidator(AjvJsonSchemaValidator) })
})
