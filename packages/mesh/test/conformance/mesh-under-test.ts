import type { Mesh, OnError } from '@scaled-mcp/mesh'

interface ConnectInit {
  readonly onError?: OnError
  /** Prefix of the deployment; that of the suite when absent. */
  readonly prefix?: string
}

/** What a suite needs of the mesh it tests: processes that join it, and a way to cut one of them off. */
export interface MeshUnderTest {
  /** Connects one more process. */
  connect(init?: ConnectInit): Promise<Mesh>
  /** Cuts a process off; resolves when it knows. */
  cut(mesh: Mesh): Promise<void>
  /** Brings it back; resolves when it knows. */
  heal(mesh: Mesh): Promise<void>
  /** Ends every process that is still connected. */
  disconnectAll(): Promise<void>
  close(): Promise<void>
}

/** How a suite gets at the mesh under test once it is there. */
export type Get = () => MeshUnderTest

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
export const text = (body: Uint8Array): string => new TextDecoder().decode(body)

let names = 0
/** A name that no other claim uses. */
export const fresh = (): string => `n${++names}`
