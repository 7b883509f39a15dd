/**
 * `streams`: what open event streams hold, how soon all of them hear of a change, and whether one that nobody reads holds
 * up the others.
 *
 * All are of one gateway, one worker and one nats-server; this process holds the clients' ends.
 */
import { quantile, until } from '@scaled-mcp/testkit'
import { heldByEach, type Memory, memoryOf } from './session-memory.ts'
import { startCluster } from './sides/own-cluster.ts'
import { programOf, type Side, SideStart } from './sides/side.ts'
import { SignalledLines } from './signalled-lines.ts'
import type { ListeningClient } from './streams/listening-client.ts'
import { ListeningClients } from './streams/listening-clients.ts'

export interface StreamsOptions {
  /** Streams open at once. */
  readonly streams: number
  /** How often all of them are told of a change. */
  readonly rounds: number
  /** How long messages go to them one after the other, in each of the conditions of {@link BeatSample}. */
  readonly seconds: number
}

/** How long a change took to reach the streams, in seconds since it was called for. */
interface ChangeSample {
  readonly first: number
  readonly p50: number
  readonly p99: number
  readonly last: number
}

/** How long messages took from the server to their readers while another stream had much to carry. */
export interface BeatSample {
  /** `none`: no other stream; `reads`: its client reads all of it; `never-reads`: its client reads nothing. */
  readonly other: 'none' | 'reads' | 'never-reads'
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** What became of the stream that nobody read. */
interface UnreadStream {
  /** Messages that it was to carry. */
  readonly sent: number
  /** Those that its client found when it read at last, until its end. */
  readonly beforeCut: number
  /** Those that it got when it came back. */
  readonly afterReturn: number
  /** What the gateway held more of JavaScript heap while nobody read, in bytes. */
  readonly gatewayHeap: number
}

export interface StreamsResult {
  /** What each process holds for one idle session without a stream, in bytes. */
  readonly heldBySession: readonly Memory[]
  /** What each process holds more for one open stream, in bytes. */
  readonly heldByStream: readonly Memory[]
  readonly changes: readonly ChangeSample[]
  readonly beats: readonly BeatSample[]
  readonly unread: UnreadStream
}

/** Share of the streams that is opened before anything is measured, so that nothing that exists once is counted. */
const FIRST = 0.1
const BEATS_PER_SECOND = 100
const FLOOD_BYTES = 64 * 1024
/** Together more than the kernel takes for a socket that nobody reads, and what a gateway may hold for it. */
const FLOOD_COUNT = 240
/** Connections of a gateway that are no streams. */
const OTHERS = 500

/** Runs the benchmark; `onStep` is told what is done. */
export async function runStreams(options: StreamsOptions, onStep: (step: string) => void): Promise<StreamsResult> {
  const lines = new SignalledLines()
  const probe = { module: programOf('heap-probe'), onLine: lines.read }
  const side = new SideStart({ name: 'streams', isFixed: false, probe })
  try {
    const gatewayArgs = ['--http-max-connections', String(options.streams + OTHERS)]
    const module = programOf('servers/streams-module')
    const [url] = await startCluster(side, { module, gateways: 1, workers: 1, gatewayArgs })
    return await new StreamsRun({ side: side.serving(url), lines, onStep }, options).result()
  } finally {
    await side.stop()
  }
}

interface Scene {
  readonly side: Side
  readonly lines: SignalledLines
  readonly onStep: (step: string) => void
}

class StreamsRun {
  readonly #scene: Scene
  readonly #options: StreamsOptions
  readonly #clients: ListeningClients

  constructor(scene: Scene, options: StreamsOptions) {
    this.#scene = scene
    this.#options = options
    this.#clients = new ListeningClients(scene.side.url)
  }

  async result(): Promise<StreamsResult> {
    try {
      const held = await this.#held()
      const changes: ChangeSample[] = []
      for (let round = 0; round < this.#options.rounds; round++) changes.push(await this.#change())
      const beats = [await this.#beat('none'), await this.#beat('reads')]
      const { unread, beat } = await this.#neglect()
      return { ...held, changes, beats: [...beats, beat], unread }
    } finally {
      this.#clients.close()
    }
  }

  /** Opens every session, then every stream. */
  async #held(): Promise<Pick<StreamsResult, 'heldBySession' | 'heldByStream'>> {
    const { streams } = this.#options
    const first = Math.ceil(streams * FIRST)
    await this.#clients.openUpTo(first)
    await this.#clients.listenUpTo(first)
    const before = await memoryOf(this.#scene)
    await this.#clients.openUpTo(streams)
    const opened = await memoryOf(this.#scene)
    this.#scene.onStep(`${streams} sessions are open`)
    await this.#clients.listenUpTo(streams)
    const heldByStream = heldByEach(await memoryOf(this.#scene), opened, streams - first)
    this.#scene.onStep(`${streams} streams are open`)
    return { heldBySession: heldByEach(opened, before, streams - first), heldByStream }
  }

  async #change(): Promise<ChangeSample> {
    const { all } = this.#clients
    for (const client of all) client.changedAt = undefined
    const start = performance.timeOrigin + performance.now()
    await this.#special.call('announce')
    const everybody = () => all.every(({ changedAt }) => changedAt !== undefined)
    await until(everybody, { timeoutMs: 120_000, describe: 'everybody has heard of the change' })
    const sorted = Float64Array.from(all, ({ changedAt }) => ((changedAt as number) - start) / 1_000).sort()
    const at = (q: number) => quantile(sorted, q)
    this.#scene.onStep(`a change reached the last stream after ${at(1).toFixed(2)} s`)
    return { first: at(0), p50: at(0.5), p99: at(0.99), last: at(1) }
  }

  /** One message after the other, each to the next stream, while that of the special client has much to carry. */
  async #beat(other: BeatSample['other']): Promise<BeatSample> {
    const { seconds } = this.#options
    const count = Math.ceil(seconds * BEATS_PER_SECOND)
    const flood = { count: FLOOD_COUNT, everyMs: (1_000 * seconds) / FLOOD_COUNT, bytes: FLOOD_BYTES }
    const others = this.#clients.all.slice(1)
    for (const client of this.#clients.all) client.latencies.length = 0
    const flooded = other === 'none' ? undefined : this.#special.call('flood', flood)
    await Promise.all([flooded, this.#special.call('beat', { count, everyMs: 1_000 / BEATS_PER_SECOND })])
    const arrived = () => others.flatMap(({ latencies }) => latencies)
    await until(() => arrived().length === count, { describe: `${count} messages have arrived` })
    const sorted = Float64Array.from(arrived()).sort()
    const at = (q: number) => quantile(sorted, q)
    this.#scene.onStep(`other stream ${other}: p99 ${at(0.99).toFixed(1)} ms`)
    return { other, count, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) }
  }

  /** The special client reads nothing while much is sent to it; then all that is left for it, and comes back for the rest. */
  async #neglect(): Promise<{ readonly unread: UnreadStream; readonly beat: BeatSample }> {
    const { latencies } = this.#special
    const before = await this.#gatewayHeap()
    this.#special.close() // the kernel takes more for a socket that has been read well
    await this.#special.listen()
    const { stream } = this.#special
    stream.pause()
    const beat = await this.#beat('never-reads')
    const gatewayHeap = (await this.#gatewayHeap()) - before
    stream.resume()
    await stream.ended
    const beforeCut = latencies.length
    await this.#special.listen()
    await until(() => latencies.length === FLOOD_COUNT, { describe: 'it has the rest' })
    return { beat, unread: { sent: FLOOD_COUNT, beforeCut, afterReturn: latencies.length - beforeCut, gatewayHeap } }
  }

  async #gatewayHeap(): Promise<number> {
    const gateway = (await memoryOf(this.#scene)).find(({ role }) => role === 'gateway')
    return gateway?.heap as number
  }

  /** It begins what is measured, and has the stream that others are compared with. */
  get #special(): ListeningClient {
    return this.#clients.all[0] as ListeningClient
  }
}
