/** What a client of the benchmark says to open a session, as JSON text. */

export const REVISION = '2025-11-25'

const PARAMS = {
  protocolVersion: REVISION,
  capabilities: {},
  clientInfo: { name: 'bench', version: '0.1.0' }
}

export const INITIALIZED = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })

export function initializeText(id: number): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method: 'initialize', params: PARAMS })
}
