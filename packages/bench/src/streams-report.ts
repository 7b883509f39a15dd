import { markdownTable } from '@scaled-mcp/testkit'
import { spreadOf, spreadText } from './spread.ts'
import type { BeatSample, StreamsResult } from './streams.ts'

const KIBIBYTE = 1024
const MEBIBYTE = 1024 * 1024

const others: Readonly<Record<BeatSample['other'], string>> = {
  none: 'carries nothing',
  reads: 'carries 15 MiB to a client that reads',
  'never-reads': 'carries 15 MiB to a client that never reads'
}

/** What a session and its open stream hold in each process. */
export function heldTable({ heldBySession, heldByStream }: StreamsResult): string {
  const rows = heldByStream.map(({ role, heap, resident }, i) => {
    const session = heldBySession[i]
    return [role, kibibytes(session?.heap), kibibytes(session?.resident), kibibytes(heap), kibibytes(resident)]
  })
  const head = ['KiB in', 'session: heap', 'session: RSS', 'its open stream: heap', 'its open stream: RSS']
  return markdownTable(head, rows)
}

/** How soon the streams hear of a change of all of them: medians, ranges in brackets. */
export function changesTable({ changes }: StreamsResult): string {
  const figures = ['first', 'p50', 'p99', 'last'] as const
  const cells = figures.map((figure) => spreadText(spreadOf(changes.map((sample) => sample[figure])), 2))
  return markdownTable(['a change reaches, after s', ...figures], [['', ...cells]])
}

/** How long messages to the other streams take while one stream carries much. */
export function beatsTable({ beats }: StreamsResult): string {
  const rows = beats.map(({ other, count, p50Ms, p99Ms, maxMs }) => [
    others[other],
    String(count),
    ...[p50Ms, p99Ms, maxMs].map((ms) => ms.toFixed(1))
  ])
  return markdownTable(['one stream', 'messages to the others', 'p50 ms', 'p99 ms', 'max ms'], rows)
}

/** What became of the stream that nobody read. */
export function unreadLine({ unread: { sent, beforeCut, afterReturn, gatewayHeap } }: StreamsResult): string {
  const held = `the gateway held ${(gatewayHeap / MEBIBYTE).toFixed(2)} MiB for it`
  return `never read: of ${sent} messages ${beforeCut} came before its end, ${afterReturn} when its client came back; ${held}`
}

function kibibytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : (bytes / KIBIBYTE).toFixed(2)
}
