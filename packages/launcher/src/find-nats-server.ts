import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The path of the first `nats-server` on PATH that may be executed, or undefined. */
export function findNatsServer(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, 'nats-server')).find(mayExecute)
}

function mayExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
