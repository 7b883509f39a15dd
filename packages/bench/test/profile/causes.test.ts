import type { Profiler } from 'node:inspector'
import { expect, test } from 'vitest'
import { causesOf } from '../../src/profile/causes.ts'

type Frame = readonly [functionName: string, url: string]

const ROOT: Frame = ['(root)', '']
const IDLE: Frame = ['(idle)', '']
const NATS: Frame = ['publish', 'file:///r/node_modules/nats/lib/nats-base-client/protocol.js']
const SOCKET: Frame = ['writeGeneric', 'node:internal/stream_base_commons']
const WRITE: Frame = ['writeBuffer', '']
const HTTP: Frame = ['parserOnIncoming', 'node:_http_server']
const GATEWAY: Frame = ['post', 'file:///r/packages/gateway/dist/session-lane.js']
const TIMERS: Frame = ['processImmediate', 'node:internal/timers']

/** A profile of calls that begin with the event loop; each spends a millisecond in its last frame. */
function profileOf(...stacks: readonly (readonly Frame[])[]): Profiler.Profile {
  const nodes: Profiler.ProfileNode[] = []
  const samples = stacks.map((stack) => {
    const path = [ROOT, ...stack].map(([functionName, url]) => {
      const callFrame = { functionName, url, scriptId: '0', lineNumber: 0, columnNumber: 0 }
      const node: Profiler.ProfileNode = { id: nodes.length + 1, callFrame, children: [] }
      nodes.push(node)
      return node
    })
    for (const [i, node] of path.entries()) path[i - 1]?.children?.push(node.id)
    return path.at(-1)?.id as number
  })
  return { nodes, startTime: 0, endTime: 0, samples, timeDeltas: samples.map(() => 1_000) }
}

const shares = (...stacks: readonly (readonly Frame[])[]) => Object.fromEntries(causesOf(profileOf(...stacks)))

test('a write to a socket belongs to the library that writes, so that HTTP and NATS are told apart', () => {
  expect(shares([NATS, SOCKET, WRITE], [HTTP, SOCKET, WRITE])).toEqual({ 'NATS socket': 0.5, 'HTTP socket': 0.5 })
})

test('what the event loop does for a library belongs to that library', () => {
  expect(shares([TIMERS, NATS], [TIMERS])).toEqual({ 'NATS client': 0.5, 'Node.js': 0.5 })
})

test('our own code is told apart by package', () => {
  expect(shares([HTTP, GATEWAY])).toEqual({ 'ours: gateway': 1 })
})

test('idle time is nobody’s, so that shares are of the time that was worked', () => {
  expect(shares([IDLE], [IDLE], [GATEWAY])).toEqual({ 'ours: gateway': 1 })
})
