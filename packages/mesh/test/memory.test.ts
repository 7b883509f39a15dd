import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import type { MeshUnderTest } from './conformance/mesh-under-test.ts'
import { wireClaims } from './conformance/wire.ts'
import { memoryUnderTest } from './memory-under-test.ts'

let mesh: MeshUnderTest
const get = (): MeshUnderTest => mesh

beforeAll(async () => {
  mesh = await memoryUnderTest()
})
afterEach(() => mesh.disconnectAll())
afterAll(() => mesh.close())

describe('memory mesh: wire', () => wireClaims(get))
