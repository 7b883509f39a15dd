import { createServer } from 'node:http'
import express from 'express'
import { listenAndSayReady } from './say-ready.ts'
import { V1Sessions } from './v1-sessions.ts'

const sessions = new V1Sessions()
const app = express()
app.use(express.json())
app.post('/mcp', (request, response) => sessions.handle(request, response, request.body))

await listenAndSayReady(createServer(app))
