/**
 * What the tests of several packages share.
 *
 * ```ts
 * import { connectV1, startNatsServer, until } from '@scaled-mcp/testkit'
 *
 * const nats = await startNatsServer()
 * const { client, sessionId } = await connectV1(['http://127.0.0.1:3000/mcp', 'http://127.0.0.1:3001/mcp'])
 * await client.callTool({ name: 'add', arguments: { by: 1 } })
 * if (!nats.external) await nats.kill()
 * await until(() => client.listTools().then(() => true), { timeoutMs: 5000, describe: `${sessionId} answers again` })
 * ```
 */
export { ClusterRecords, type DirectoryEntry } from './cluster-records.ts'
export { ComposeProject } from './compose-project.ts'
export { type ConnectedV1, connectV1 } from './connect-v1.ts'
export { type ConnectedV2, connectV2 } from './connect-v2.ts'
export { docker, type SeenContainer, volumes, whyNoContainers } from './container-engine.ts'
export { freePort } from './free-port.ts'
export { GatewayProcess } from './gateway-process.ts'
export { heapAfterCollection } from './heap-after-collection.ts'
export { markdownTable } from './markdown-table.ts'
export { NatsCluster } from './nats-cluster.ts'
export { type ExternalNatsServer, startNatsServer, type TestNatsServer } from './nats-server.ts'
export { ProcessCluster, type ProcessClusterOptions } from './process-cluster.ts'
export { quantile } from './quantile.ts'
export { RawConnection, type RawRequest } from './raw-connection.ts'
export { eventsOf, NotOpened, RawSession, type SeenEvent, type SeenMessage } from './raw-session.ts'
export { root } from './root.ts'
export { rotatingFetch } from './rotating-fetch.ts'
export { type Direction, TcpProxy } from './tcp-proxy.ts'
export { type UntilOptions, until } from './until.ts'
export { WorkerProcesses } from './worker-processes.ts'
