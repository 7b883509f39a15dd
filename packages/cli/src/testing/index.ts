/**
 * For tests of server modules: a cluster in this process that can fail, and actors that record what they are sent.
 *
 * ```ts
 * import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
 * import { Actor, type ActorContext } from 'scaled-mcp'
 * import { Probe, TestCluster } from 'scaled-mcp/testing'
 *
 * class Greeter extends Actor<string> {
 *   override receive(name: string, context: ActorContext<string>): void {
 *     context.tell(context.getOrActivate<string>('guest', name), `hello ${name}`)
 *   }
 * }
 *
 * const guest = new Probe<string>()
 * const cluster = await TestCluster.start({
 *   create: () => new McpServer({ name: 'greeter', version: '1.0.0' }),
 *   actors: { greeter: Greeter, guest: guest.kind }
 * })
 * cluster.actors().getOrActivate<string>('greeter', '1').tell('ann')
 * console.log((await guest.next()).message) // hello ann
 * await cluster.stop()
 * ```
 */
export { ProbeTimeout } from './inbox.ts'
export { type Heard, Probe, type ProbeReceive, type ProbeWait, type Received } from './probe.ts'
export { TestCluster } from './test-cluster.ts'
export type { TestClusterOptions, TestKill } from './test-cluster-options.ts'
