import { startNatsServer, type TestNatsServer } from '@scaled-mcp/testkit'
import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { meshClaims } from './conformance/claims.ts'
import type { MeshUnderTest } from './conformance/mesh-under-test.ts'
import { natsUnderTest } from './nats-under-test.ts'

let server: TestNatsServer
let mesh: MeshUnderTest

beforeAll(async () => {
  server = await startNatsServer()
  mesh = await natsUnderTest(server)
})
afterEach(() => mesh.disconnectAll())
afterAll(async () => {
  await mesh.close()
  await server.stop()
})

describe('NATS mesh', () => meshClaims(() => mesh))
