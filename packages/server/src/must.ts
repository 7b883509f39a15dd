import { ScaledMcpError } from '@scaled-mcp/contracts'

/** @throws ScaledMcpError `ServerModuleInvalid` with `detail` unless `holds`. */
export function must(holds: boolean, detail: string): void {
  if (!holds) throw new ScaledMcpError('ServerModuleInvalid', detail)
}
