import { bytesApp } from './bytes-app.ts'
import { FIXED_BYTES } from './fixed-answer.ts'
import { sayReady } from './say-ready.ts'

const app = bytesApp()
app.post('/mcp', (_request, reply) => void reply.header('content-type', 'application/json').send(FIXED_BYTES))

sayReady(`${await app.listen({ host: '127.0.0.1', port: 0 })}/mcp`)
