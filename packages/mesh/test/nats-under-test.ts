import { Subjects } from '@scaled-mcp/contracts'
import { connectNatsMesh, type Durability, type Mesh } from '@scaled-mcp/mesh'
import { TcpProxy, type TestNatsServer, until } from '@scaled-mcp/testkit'
import { fresh, type MeshUnderTest } from './conformance/mesh-under-test.ts'

/** Processes of this run only: an external server may remember those of another. */
const run = `t${process.pid}`

/** A real nats-server and its processes, each behind a proxy of its own. */
export async function natsUnderTest(
  { url }: Pick<TestNatsServer, 'url'>,
  replicas: Durability['replicas'] = 1
): Promise<MeshUnderTest> {
  const proxies = new Map<Mesh, TcpProxy>()
  const proxyOf = (mesh: Mesh): TcpProxy => proxies.get(mesh) as TcpProxy
  const disconnectAll = async (): Promise<void> => {
    for (const [mesh, proxy] of proxies) {
      await mesh.stop()
      proxy.close()
    }
    proxies.clear()
  }
  return {
    async connect({ prefix = 'suite', onError } = {}) {
      const proxy = await TcpProxy.to(url)
      const mesh = await connectNatsMesh({
        servers: proxy.url,
        process: `${run}-${fresh()}`,
        subjects: new Subjects(`${run}-${prefix}`),
        durability: { replicas, storage: 'file' },
        onError
      })
      proxies.set(mesh, proxy)
      return mesh
    },
    async cut(mesh) {
      proxyOf(mesh).cut()
      await until(() => !mesh.wire.connected)
    },
    async heal(mesh) {
      proxyOf(mesh).heal()
      await until(() => mesh.wire.connected)
    },
    disconnectAll,
    close: disconnectAll
  }
}
