import { bytesApp } from './bytes-app.ts'
import { connectFixedMesh, FIXED_SUBJECT } from './fixed-mesh.ts'
import { sayReady } from './say-ready.ts'

const app = bytesApp()
const { wire } = await connectFixedMesh('gateway')
app.post('/mcp', (request, reply) => {
  const answer = {
    frame: ({ body }: { readonly body: Uint8Array }) =>
      void reply.header('content-type', 'application/json').send(body),
    failed: (error: Error) => void reply.send(error)
  }
  wire.askStream(FIXED_SUBJECT, { body: request.body as Buffer }, answer)
})

sayReady(`${await app.listen({ host: '127.0.0.1', port: 0 })}/mcp`)
