/** The port for discovery: which processes of this deployment are there, and how loaded they are. */
import type { Role } from '@scaled-mcp/contracts'

export interface ServiceDescription {
  /** The process id. */
  readonly id: string
  readonly role: Role
  /** Version of Scaled MCP that the process runs. */
  readonly build: string
  readonly host: string
  readonly pid: number
}

export interface ServiceStats extends ServiceDescription {
  /** Actors hosted (worker) or requests in flight (gateway). */
  readonly load: number
}

export interface Announcement {
  stop(): Promise<void>
}

export interface Services {
  /** Answers discovery for this process until stopped. `load` is read when somebody asks. */
  announce(description: ServiceDescription, load: () => number): Promise<Announcement>
  /** Every process that answers within `timeoutMs` milliseconds. */
  discover(timeoutMs: number): Promise<readonly ServiceStats[]>
}
