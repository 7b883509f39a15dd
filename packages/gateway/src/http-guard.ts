import type { IncomingHttpHeaders } from 'node:http'
import {
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  validateHostHeader,
  validateOriginHeader
} from '@modelcontextprotocol/server'
import { ScaledMcpError } from '@scaled-mcp/contracts'

export interface HttpGuardInit {
  /** Host names that requests may name, without port. Empty: the loopback names, when `isLoopback`; else none. */
  readonly allowedHosts: readonly string[]
  /** Host names of the origins that browsers may call from. Empty: the loopback ones, when `isLoopback`; else none. */
  readonly allowedOrigins: readonly string[]
  /** Whether the server listens on a loopback address only. */
  readonly isLoopback: boolean
}

/** Accepted header values are remembered up to this many, since parsing them as a URL is most of the check's cost. */
const REMEMBERED = 64

/**
 * Refuses requests that a browser was tricked into sending: DNS rebinding and foreign pages.
 * Source: MCP 2025-11-25, Transports, "Security Warning" (Origin: MUST); Host as the official SDK servers check it.
 */
export class HttpGuard {
  readonly #hosts: string[]
  readonly #origins: string[]
  readonly #accepted = new Set<string>()

  constructor(init: HttpGuardInit) {
    this.#hosts = allowed(init.allowedHosts, init.isLoopback ? localhostAllowedHostnames() : [])
    this.#origins = allowed(init.allowedOrigins, init.isLoopback ? localhostAllowedOrigins() : [])
  }

  /** @throws ScaledMcpError `HostNotAllowed` or `OriginNotAllowed`. */
  check({ host, origin }: IncomingHttpHeaders): void {
    if (host === undefined || !this.#accepted.has(host)) this.#checkHost(host)
    if (origin !== undefined) this.checkOrigin(origin)
  }

  /** @throws ScaledMcpError `OriginNotAllowed`. */
  checkOrigin(origin: string): void {
    const result = validateOriginHeader(origin, this.#origins)
    if (!result.ok) throw new ScaledMcpError('OriginNotAllowed', `${result.message}; see http.allowedOrigins`)
  }

  #checkHost(host: string | undefined): void {
    const result = validateHostHeader(host, this.#hosts)
    if (!result.ok) throw new ScaledMcpError('HostNotAllowed', `${result.message}; see http.allowedHosts`)
    if (host !== undefined && this.#accepted.size < REMEMBERED) this.#accepted.add(host)
  }
}

function allowed(configured: readonly string[], fallback: string[]): string[] {
  return configured.length > 0 ? [...configured] : fallback
}
