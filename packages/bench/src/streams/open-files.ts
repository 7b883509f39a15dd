import { readFileSync } from 'node:fs'

/** Of a process, beside its streams: libraries, the mesh, pipes, other clients. */
const OTHERS = 200

/** How many of `count` streams a process may hold: each is a socket, and Node.js raises its own limit as far as it may. */
export function streamsAllowed(count: number): number {
  const [, hard] = /^Max open files +\d+ +(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  return hard === 'unlimited' ? count : Math.min(count, Number(hard) - OTHERS)
}
