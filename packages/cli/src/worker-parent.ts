/**
 * The small parent of a worker process: it sees how the worker ends, however hard, and writes at once that it is dead, so
 * that nobody has to wait for its lease (cluster protocol §3.2, "Death certificate").
 *
 * W1  It starts the worker once: to start another is for whoever supervises this process.
 * W2  Both end together: signals are passed on, a worker without its parent drains, and the parent ends with the
 *     worker's exit code, or 128 and the number of the signal that killed it.
 * W3  It ends when every id that the worker has joined with is known to be written dead, after a bounded time at the
 *     latest, or at once at a signal that no worker is left to take. Other workers then find out by its silence.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { constants } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { certifyDeath } from '@scaled-mcp/cluster'
import { Subjects } from '@scaled-mcp/contracts'
import { type Config, createLogger, type Logger } from '@scaled-mcp/host'
import { connectNatsMesh, type Mesh, systemClock } from '@scaled-mcp/mesh'
import { natsConnectionOf } from './connect-mesh.ts'
import { persistently } from './persistently.ts'
import type { WorkerWord } from './worker-process.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** How long `dead` is tried to be written: after a crash, and after an end that was asked for. */
const CERTIFY_MS = { crash: 60_000, end: 5_000 } as const

interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

const entry = fileURLToPath(new URL('../dist/worker-process.js', import.meta.url))

/** Runs a worker with the server module at `path`, and ends this process as the worker ended. */
export async function runWorker(path: string, config: Config): Promise<void> {
  const logger = createLogger({ level: config.log.level, fields: { role: 'worker-parent' } })
  const parent = new WorkerParent(config, logger)
  for (const signal of SIGNALS) process.on(signal, () => parent.passOn(signal))
  process.exit(await parent.run(path))
}

class WorkerParent {
  readonly #config: Config
  readonly #logger: Logger
  readonly #ids = new Set<string>()
  readonly #givingUp = new AbortController()
  #child: ChildProcess | undefined
  #mesh: Promise<Mesh | undefined> | undefined
  #isAsked = false

  constructor(config: Config, logger: Logger) {
    this.#config = config
    this.#logger = logger
  }

  /** The code to exit with. */
  async run(path: string): Promise<number> {
    const child = fork(entry, [path], { stdio: 'inherit' }) // W1
    this.#child = child
    child.on('message', (word: WorkerWord) => this.#joining(word))
    child.on('error', (error) => this.#logger.error({ err: error }, 'the worker process cannot be reached'))
    child.send(this.#config)
    const ended = await endOf(child)
    this.#child = undefined
    await this.#certify(ended)
    return ended.code ?? 128 + constants.signals[ended.signal as NodeJS.Signals] // W2
  }

  passOn(signal: NodeJS.Signals): void {
    this.#isAsked = true
    if (this.#child) this.#child.kill(signal)
    else this.#givingUp.abort() // W3
  }

  /** The store is there by now, as the worker has provisioned it. */
  #joining({ joining }: WorkerWord): void {
    this.#ids.add(joining)
    const failed = (error: unknown) => this.#logger.warn({ err: error }, 'the parent of the worker is not connected')
    this.#mesh ??= persistently(() => this.#connect(`${joining}-parent`), { failed, signal: this.#givingUp.signal })
  }

  async #connect(process: string): Promise<Mesh> {
    const nats = await natsConnectionOf(this.#config)
    const onError = (error: unknown) => this.#logger.warn({ err: error }, 'error on the mesh')
    return connectNatsMesh({
      ...nats,
      process,
      subjects: new Subjects(nats.prefix),
      durability: 'provisioned',
      onError
    })
  }

  async #certify(ended: End): Promise<void> {
    const workers = [...this.#ids]
    if (workers.length === 0) return // it never joined
    const { signal } = this.#givingUp
    const given = delay(this.#isAsked ? CERTIFY_MS.end : CERTIFY_MS.crash, false, { signal }).catch(() => false)
    const isKnown = await Promise.race([given, this.#certifyAll(workers)])
    const facts = { ...ended, workers }
    const level = this.#isAsked ? 'info' : 'warn'
    if (isKnown) this.#logger[level](facts, 'the worker process has ended, and the cluster knows')
    else this.#logger.error(facts, 'the worker process has ended; that it is dead could not be written')
  }

  async #certifyAll(workers: readonly string[]): Promise<boolean> {
    const mesh = await this.#mesh
    if (!mesh) return false
    const failed = (error: unknown) => this.#logger.warn({ err: error }, 'a death is not written yet')
    const components = { members: mesh.records.members, clock: systemClock, failed }
    await Promise.all(workers.map((id) => certifyDeath(components, { id, by: mesh.process })))
    await mesh.stop()
    return true
  }
}

/** 'close' and not 'exit': it comes after the last message. An error, as of a signal that came too late, does not end it. */
function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
}
