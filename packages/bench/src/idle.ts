/**
 * `idle`: what sessions cost that nobody uses: opened on one worker, left alone until they have left its memory, and some
 * of them woken again.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { RawSession, until } from '@scaled-mcp/testkit'
import { inLanes } from './in-lanes.ts'
import { type Memory, memoryOf } from './session-memory.ts'
import { binary, startCluster } from './sides/own-cluster.ts'
import { programOf, SideStart } from './sides/side.ts'
import { SignalledLines } from './signalled-lines.ts'

export interface IdleOptions {
  /** How many sessions are opened. */
  readonly count: number
  /** How many of them are woken. */
  readonly wake: number
  /** How long they are opened, used, left and woken over and over again afterwards, in seconds. Default: not at all. */
  readonly seconds?: number
}

export interface IdleResult {
  /** Sessions opened per second, all of them leaving memory meanwhile. */
  readonly openedPerSecond: number
  readonly before: readonly Memory[]
  readonly after: readonly Memory[]
  /** What JetStream stores, in bytes. */
  readonly storedBefore: number
  readonly storedAfter: number
  /** From the first message of a session in the store to its answer, each in milliseconds. */
  readonly wakes: readonly number[]
  /** Heap and resident memory of the worker after each round of use, one round after the other. */
  readonly rounds: readonly IdleRound[]
}

interface IdleRound {
  /** Since the rounds began. */
  readonly seconds: number
  readonly worker: Memory
}

type Urls = [string, ...string[]]

const PASSIVATE_MS = 1_000
const AT_ONCE = 32
/** Opened before anything is measured, so that all code is compiled and nothing that exists once is counted. */
const FIRST = 2_000
/** Sessions opened, used and woken in one round. */
const ROUND = 2_000
const WAIT_MS = 120_000

export async function runIdle(options: IdleOptions, onStep: (step: string) => void): Promise<IdleResult> {
  const lines = new SignalledLines()
  const probe = { module: programOf('heap-probe'), onLine: lines.read }
  const start = new SideStart({ name: 'idle', isFixed: false, isMonitored: true, probe })
  try {
    const workerArgs = ['--session-passivate-ms', String(PASSIVATE_MS)]
    const module = programOf('servers/counter-module')
    const urls = await startCluster(start, { module, gateways: 1, workers: 1, workerArgs })
    const run = new IdleRun(urls, start, lines)
    return await run.all(options, onStep)
  } finally {
    await start.stop()
  }
}

class IdleRun {
  readonly #urls: Urls
  readonly #start: SideStart
  readonly #lines: SignalledLines

  constructor(urls: Urls, start: SideStart, lines: SignalledLines) {
    this.#urls = urls
    this.#start = start
    this.#lines = lines
  }

  async all({ count, wake, seconds = 0 }: IdleOptions, onStep: (step: string) => void): Promise<IdleResult> {
    await this.#open(Math.min(FIRST, count))
    await this.#asleep()
    const before = await this.#memory()
    const storedBefore = await this.#stored()
    const began = performance.now()
    const sessions = await this.#open(count)
    const openedPerSecond = (count * 1_000) / (performance.now() - began)
    onStep(`${count} sessions opened, ${openedPerSecond.toFixed(0)} a second`)
    await this.#asleep()
    const after = await this.#memory()
    const storedAfter = await this.#stored()
    onStep('all of them have left memory')
    const wakes = await this.#wake(sessions.slice(0, wake))
    onStep(`${wakes.length} of them woken`)
    const rounds = await this.#rounds(seconds, onStep)
    return { openedPerSecond, before, after, storedBefore, storedAfter, wakes, rounds }
  }

  /** Opened, used, left alone, woken, left alone: what the worker holds after each round. */
  async #rounds(seconds: number, onStep: (step: string) => void): Promise<readonly IdleRound[]> {
    const rounds: IdleRound[] = []
    const began = performance.now()
    while (performance.now() - began < seconds * 1_000) {
      const sessions = await this.#open(ROUND)
      await this.#asleep()
      await this.#wake(sessions)
      await this.#asleep()
      const worker = (await this.#memory()).find(({ role }) => role === 'worker') as Memory
      rounds.push({ seconds: (performance.now() - began) / 1_000, worker })
      onStep(`round ${rounds.length}: ${((worker.heap as number) / 2 ** 20).toFixed(1)} MiB of heap in the worker`)
    }
    return rounds
  }

  #open(count: number): Promise<readonly RawSession[]> {
    return inLanes(Array.from({ length: count }), AT_ONCE, async () => {
      const session = await RawSession.open(this.#urls)
      await increment(session, '1')
      return session
    })
  }

  /** One after the other: what one costs, and not how they queue. */
  async #wake(sessions: readonly RawSession[]): Promise<readonly number[]> {
    const wakes: number[] = []
    for (const session of sessions) {
      const began = performance.now()
      await increment(session, '2')
      wakes.push(performance.now() - began)
    }
    return wakes
  }

  async #asleep(): Promise<void> {
    await until(async () => (await this.#inMemory()) === 0, { timeoutMs: WAIT_MS })
  }

  /** Sessions in the worker's memory, as an operator sees it. */
  async #inMemory(): Promise<number> {
    const args = [binary, 'workers', '--json', '--nats', this.#start.natsUrl]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    return (JSON.parse(stdout) as { readonly actors: number }).actors
  }

  async #memory(): Promise<readonly Memory[]> {
    const side = this.#start.serving(this.#urls[0])
    await memoryOf({ side, lines: this.#lines }) // what is only due to be collected is collected first
    return memoryOf({ side, lines: this.#lines })
  }

  async #stored(): Promise<number> {
    const response = await fetch(`${this.#start.natsMonitor}/jsz`, { headers: { connection: 'close' } })
    return ((await response.json()) as { readonly storage: number }).storage
  }
}

/** @throws when the session does not answer with the count that it has to have: it would have lost its state. */
async function increment(session: RawSession, expected: string): Promise<void> {
  const response = await session.call('increment')
  const text = await response.text()
  const answer = JSON.parse(text) as { readonly result?: { readonly content?: readonly { readonly text: string }[] } }
  if (answer.result?.content?.[0]?.text !== expected) throw new Error(`not ${expected}: ${response.status} ${text}`)
}
