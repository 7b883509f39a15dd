import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { meshClaims } from './conformance/claims.ts'
import type { MeshUnderTest } from './conformance/mesh-under-test.ts'
import { memoryUnderTest } from './memory-under-test.ts'

let mesh: MeshUnderTest

beforeAll(async () => {
  mesh = await memoryUnderTest()
})
afterEach(() => mesh.disconnectAll())
afterAll(() => mesh.close())

describe('memory mesh', () => meshClaims(() => mesh))
