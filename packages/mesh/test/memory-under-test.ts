import { Subjects } from '@scaled-mcp/contracts'
import { MemoryBroker, type Mesh } from '@scaled-mcp/mesh'
import { fresh, type MeshUnderTest } from './conformance/mesh-under-test.ts'

/** A memory broker and its processes. */
export async function memoryUnderTest(): Promise<MeshUnderTest> {
  const broker = new MemoryBroker()
  let meshes: Mesh[] = []
  const disconnectAll = async (): Promise<void> => {
    const ending = meshes
    meshes = []
    await Promise.all(ending.map((mesh) => mesh.stop()))
  }
  return {
    async connect({ prefix = 'mcp', ...init } = {}) {
      const mesh = broker.connect({ ...init, process: fresh(), subjects: new Subjects(prefix) })
      meshes.push(mesh)
      return mesh
    },
    cut: async ({ process }) => broker.disconnect(process),
    heal: async ({ process }) => broker.reconnect(process),
    disconnectAll,
    close: disconnectAll
  }
}
