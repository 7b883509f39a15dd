/**
 * What the time of a CPU profile went to.
 *
 * A frame belongs to the library its file is of. Sockets and streams of Node.js belong to whoever uses them: to the
 * nearest caller of a library, or, where the event loop called them, to the library they lead to. What is left of
 * Node.js belongs to its caller.
 */
import type { Profiler } from 'node:inspector'

const IDLE = '(idle)'
const byName = new Map([
  ['(garbage collector)', 'garbage collection'],
  ['(program)', 'native code and kernel']
])

const byFile: readonly (readonly [RegExp, string])[] = [
  [/\/node_modules\/nats\//, 'NATS client'],
  [/\/node_modules\/zod\//, 'zod'],
  [/\/node_modules\/@modelcontextprotocol\//, 'SDK'],
  [/\/node_modules\/(?:fastify|@fastify|find-my-way|avvio|fast-|@hapi|secure-json|light-my)/, 'Fastify'],
  [/\/node_modules\/pino/, 'log'],
  [/^node:(?:_http|internal\/http)/, 'HTTP']
]

const OURS = /\/packages\/([^/]+)\//
const SOCKET = /^node:(?:net|stream|internal\/(?:stream|streams\/)|internal\/stream_base_commons)/

type Node = Profiler.ProfileNode

/** Share of the busy time by cause, the largest first. */
export function causesOf(profile: Profiler.Profile): readonly (readonly [cause: string, share: number])[] {
  const tree = new Tree(profile)
  const times = new Map<string, number>()
  let busy = 0
  for (const [id, time] of timeByNode(profile)) {
    const cause = tree.causeOf(id)
    if (cause === IDLE) continue
    busy += time
    times.set(cause, (times.get(cause) ?? 0) + time)
  }
  return [...times].map(([cause, time]) => [cause, time / busy] as const).sort((a, b) => b[1] - a[1])
}

function timeByNode({ samples = [], timeDeltas = [] }: Profiler.Profile): ReadonlyMap<number, number> {
  const times = new Map<number, number>()
  for (const [i, id] of samples.entries()) times.set(id, (times.get(id) ?? 0) + (timeDeltas[i] ?? 0))
  return times
}

class Tree {
  readonly #nodes = new Map<number, Node>()
  readonly #parents = new Map<number, Node>()

  constructor({ nodes }: Profiler.Profile) {
    for (const node of nodes) this.#nodes.set(node.id, node)
    for (const node of nodes) for (const child of node.children ?? []) this.#parents.set(child, node)
  }

  causeOf(id: number): string {
    const node = this.#nodes.get(id) as Node
    const own = libraryOf(node)
    if (own !== undefined) return own
    const user = this.#userOf(node)
    if (user === undefined) return 'Node.js'
    return this.#isSocket(node) ? socketOf(user) : user
  }

  /** The library that a frame of Node.js works for: the nearest that calls it, else the first it leads to. */
  #userOf(node: Node): string | undefined {
    for (let at = this.#parents.get(node.id); at; at = this.#parents.get(at.id)) {
      const library = libraryOf(at)
      if (library !== undefined) return library
    }
    return this.#leadsTo(node)
  }

  #leadsTo(node: Node): string | undefined {
    for (const id of node.children ?? []) {
      const child = this.#nodes.get(id) as Node
      const library = libraryOf(child) ?? this.#leadsTo(child)
      if (library !== undefined) return library
    }
    return undefined
  }

  /** Native functions have no file: those that a socket calls are the socket's. */
  #isSocket(node: Node): boolean {
    const { url } = node.callFrame
    const parent = this.#parents.get(node.id)
    return url === '' && parent ? SOCKET.test(parent.callFrame.url) : SOCKET.test(url)
  }
}

function libraryOf({ callFrame: { url, functionName } }: Node): string | undefined {
  if (functionName === IDLE) return IDLE
  if (url === '' && byName.has(functionName)) return byName.get(functionName)
  const file = byFile.find(([pattern]) => pattern.test(url))
  if (file) return file[1]
  const [, ours] = OURS.exec(url) ?? []
  return ours === undefined ? undefined : `ours: ${ours}`
}

function socketOf(user: string): string {
  return user === 'NATS client' ? 'NATS socket' : 'HTTP socket'
}
