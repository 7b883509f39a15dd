import { markdownTable } from '@scaled-mcp/testkit'
import { cpuOf, p50Of, p99Of, rateOf } from './load/load-result.ts'
import { type OpenSample, SESSION_SIDES, type SessionsResult } from './sessions.ts'
import { BASELINE, type SideName, sides } from './sides/start-side.ts'
import { spreadOf, spreadOfRatios, spreadText } from './spread.ts'

const KIBIBYTE = 1024

/** How fast each side opens sessions: medians, ranges in brackets. */
export function openingTable({ opened }: SessionsResult): string {
  const head = ['side', 'sessions/s', 'p50 ms', 'p99 ms', 'CPU s/1,000 sessions', `sessions/s ÷ ${BASELINE}`]
  return markdownTable(
    head,
    SESSION_SIDES.map((side) => openingCells(opened, side))
  )
}

/** What an open, idle session holds in each process. */
export function memoryTable({ held, serverHeap }: SessionsResult): string {
  const rows = held.map(({ side, role, heap, resident }) => [
    `${sides[side].about}: ${role}`,
    heap === undefined ? '–' : kibibytes(heap),
    kibibytes(resident)
  ])
  const alone = ['the server object alone', kibibytes(serverHeap), '–']
  return markdownTable(['one session in', 'heap KiB', 'RSS KiB'], [alone, ...rows])
}

function openingCells(opened: readonly OpenSample[], side: SideName): string[] {
  const own = opened.filter((sample) => sample.side === side)
  const base = opened.filter((sample) => sample.side === BASELINE)
  return [
    sides[side].about,
    spreadText(spreadOf(own.map(rateOf)), 0),
    spreadText(spreadOf(own.map(p50Of)), 1),
    spreadText(spreadOf(own.map(p99Of)), 1),
    spreadText(spreadOf(own.map(cpuOf)), 3),
    spreadText(spreadOfRatios(own, base, rateOf), 2)
  ]
}

function kibibytes(bytes: number): string {
  return (bytes / KIBIBYTE).toFixed(2)
}
