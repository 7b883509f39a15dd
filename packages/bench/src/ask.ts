/**
 * `ask`: what an actor can ask of others in a second.
 *
 * - in process: of one actor of a local system.
 * - across: of actors that all live on another worker, from an actor of this one, over NATS.
 * - durable: of actors on another worker that update their stored state before they answer.
 */
import { Actor, ActorSystem } from '@scaled-mcp/actor'
import { type NatsServer, startNatsServer } from '@scaled-mcp/launcher'
import type { Actors } from '@scaled-mcp/server'
import { ProcessCluster } from '@scaled-mcp/testkit'
import { createScaledMcp } from 'scaled-mcp'
import { askFor } from './ask/ask-load.ts'
import type { AskOrder, AskResult } from './ask/ask-order.ts'
import module from './servers/ask-module.ts'
import { programOf } from './sides/side.ts'

export interface AskBenchOptions {
  readonly rounds: number
  readonly seconds: number
}

/** What is measured, by its name. */
export const askSides = {
  'in process': { kind: 'local', addresses: 1, inFlight: 64 },
  'across two workers, 1 in flight': { kind: 'echo', addresses: 1, inFlight: 1 },
  'across two workers': { kind: 'echo', addresses: 64, inFlight: 512 },
  'durable update': { kind: 'counter', addresses: 64, inFlight: 64 }
} as const

export type AskSide = keyof typeof askSides

export interface AskSample extends AskResult {
  readonly side: AskSide
  readonly round: number
}

/** Measures every side once in every round; `onSample` is told of each. */
export function runAsk(options: AskBenchOptions, onSample: (sample: AskSample) => void): Promise<readonly AskSample[]> {
  return withCluster(async (actors) => {
    const samples: AskSample[] = []
    const asker = await actors.spawn<AskOrder | 'where', AskResult & number>('asker', 'first')
    const home = await asker.ask('where')
    for (let round = 0; round < options.rounds; round++) {
      for (const side of Object.keys(askSides) as AskSide[]) {
        const { kind, addresses, inFlight } = askSides[side]
        const order = {
          kind,
          inFlight,
          seconds: options.seconds,
          ids: await elsewhere(actors, { kind, addresses, home })
        }
        const timeoutMs = options.seconds * 1_000 + 30_000
        const result = kind === 'local' ? await askLocally(order) : await asker.ask(order, { timeoutMs })
        const sample = { side, round, asks: result.asks, seconds: result.seconds }
        samples.push(sample)
        onSample(sample)
      }
    }
    return samples
  })
}

async function withCluster<T>(run: (actors: Actors) => Promise<T>): Promise<T> {
  const nats = await startNatsServer()
  try {
    const server = programOf('servers/ask-module')
    const cluster = await ProcessCluster.start({ nats: nats.url, server, gateways: 0, workers: 2 })
    try {
      return await fromHere(nats, run)
    } finally {
      await cluster.stop()
    }
  } finally {
    await nats.stop()
  }
}

/** Takes part in the cluster for as long as `run` takes. */
async function fromHere<T>({ url }: NatsServer, run: (actors: Actors) => Promise<T>): Promise<T> {
  const here = await createScaledMcp({
    server: module,
    http: false,
    log: { level: 'silent' },
    actor: { cluster: { enabled: true, seeds: [url] } }
  })
  try {
    return await run(here.actors)
  } finally {
    await here.stop()
  }
}

interface Wanted {
  readonly kind: string
  readonly addresses: number
  /** The process that asks. */
  readonly home: number
}

/** Ids of actors of a kind that live neither with the asker nor here. */
async function elsewhere(actors: Actors, { kind, addresses, home }: Wanted): Promise<readonly string[]> {
  const ids: string[] = []
  for (let i = 0; kind !== 'local' && ids.length < addresses; i++) {
    const where = await actors.getOrActivate<'where', number>(kind, String(i)).ask('where')
    if (where !== home && where !== process.pid) ids.push(String(i))
  }
  return ids
}

async function askLocally(order: AskOrder): Promise<AskResult> {
  class Echo extends Actor<unknown> {
    override receive(message: unknown): unknown {
      return message
    }
  }
  const system = ActorSystem.start({
    freezeMessages: false,
    onFailure: (_name, error) => {
      throw error
    }
  })
  const ref = await system.spawn('echo/1', new Echo())
  const result = await askFor(order, () => ref.ask({ add: 1 }))
  await system.stop()
  return result
}
