import type { Config } from '@scaled-mcp/host'
import { connectMesh } from './connect-mesh.ts'
import { runService } from './service.ts'
import { startGateway } from './start-gateway.ts'

/** Runs a gateway until it is told to end. */
export function runGateway(config: Config): void {
  runService('gateway', config, async (lifecycle, logger) => {
    const connected = await connectMesh(config, 'gateway', logger)
    lifecycle.add('mesh', connected.mesh)
    const gateway = lifecycle.add('gateway', await startGateway(connected, config, logger))
    return { part: gateway, facts: { process: connected.mesh.process, url: gateway.url } }
  })
}
