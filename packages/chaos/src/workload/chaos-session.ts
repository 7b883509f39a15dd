/** One session of a client: does one deed after the other, and writes down how each ended. */
import { setTimeout as delay } from 'node:timers/promises'
import { NotOpened, type RawSession, type SeenEvent, type SeenMessage } from '@scaled-mcp/testkit'
import type { ActorDeed, Deed, Ending, History, Invoked } from '../history.ts'
import { Listener } from './listener.ts'
import { Cut, HUNG_MS, RETRIED, readOn, Unexpected } from './read-on.ts'
import type { SharedActors } from './shared-actors.ts'

const AGAIN_MS = 100
/** Some two seconds, so that it meets faults. */
const PROGRESS = { count: 8, everyMs: 250 }

type ToolDeed = 'append' | 'put' | 'list' | 'follow' | ActorDeed

/** What a deed is about, beyond its session. */
type About = Pick<Invoked, 'value' | 'actor' | 'watchers'>

/** Tools that answer with JSON. */
const JSON_TOOLS: readonly string[] = ['list', 'read', 'ends']

export interface ChaosSessionInit {
  readonly client: number
  /** Begins the values of this session, and those of no other. */
  readonly name: string
  readonly shared: SharedActors
}

export class ChaosSession {
  readonly #session: RawSession
  readonly #history: History
  readonly #who: Pick<Invoked, 'client' | 'session'>
  readonly #name: string
  readonly #shared: SharedActors
  readonly #listener: Listener
  readonly #appended: string[] = []
  #values = 0

  constructor(session: RawSession, history: History, init: ChaosSessionInit) {
    this.#session = session
    this.#history = history
    this.#who = { client: init.client, session: session.id }
    this.#name = init.name
    this.#shared = init.shared
    this.#listener = new Listener(session, history)
  }

  get id(): string {
    return this.#session.id
  }

  /** Resolves when it hears what the server says by itself. */
  listen(): Promise<void> {
    return this.#listener.listen()
  }

  async append(): Promise<void> {
    const value = this.#newValue()
    const { type } = await this.#call('append', { value })
    if (type === 'ok') this.#appended.push(value)
  }

  async put(): Promise<void> {
    const value = this.#newValue()
    await this.#call('put', { value })
  }

  async list(): Promise<Ending> {
    return this.#call('list', {})
  }

  async follow(): Promise<void> {
    await this.#call('follow', {}, PROGRESS)
  }

  async enter(): Promise<void> {
    await this.#call('enter', { actor: this.#shared.ledgerToEnter(), value: this.#newValue() })
  }

  read(actor = this.#shared.anyLedger()): Promise<Ending> {
    return this.#call('read', { actor })
  }

  /** Has a task begin, be watched and end. */
  async retire(): Promise<void> {
    const { task: actor, watchers } = this.#shared.newTask()
    const { type } = await this.#call('retire', { actor, watchers })
    if (type === 'ok') this.#shared.owe(actor, watchers)
  }

  ends(actor: string): Promise<Ending> {
    return this.#call('ends', { actor })
  }

  close(actor: string): Promise<Ending> {
    return this.#call('close', { actor })
  }

  /** Reads the list once more, waits for what it has not heard, and ends the session. */
  async finish(): Promise<void> {
    const finished = AbortSignal.timeout(HUNG_MS)
    while ((await this.list()).type !== 'ok' && !finished.aborted) await delay(AGAIN_MS)
    await this.#listener.heard(this.#appended, finished)
    await this.#listener.leave()
    while (!isOver(await this.#end()) && !finished.aborted) await delay(AGAIN_MS)
  }

  #newValue(): string {
    return `${this.#name}.${++this.#values}`
  }

  #call(tool: ToolDeed, about: About, args: object = about): Promise<Ending> {
    return this.#done(tool, about, async (signal) => {
      const response = await this.#session.call(tool, args, signal)
      if (!response.ok) return refused(response)
      return this.#answer(tool, response, signal)
    })
  }

  async #answer(tool: ToolDeed, response: Response, signal: AbortSignal): Promise<Ending> {
    let progress = 0
    for await (const { message } of readOn(this.#session, response, signal)) {
      if (!message) continue
      if (message.method === undefined) return endingOf(tool, message)
      if (message.method !== 'notifications/progress') throw new Unexpected(`${tool} was told ${message.method}`)
      progress = nextProgress(progress, message)
    }
    throw new Cut()
  }

  /** A session that is not there any more may have been ended by a deed whose answer was lost. */
  #end(): Promise<Ending> {
    return this.#done('end', {}, async () => {
      const response = await this.#session.delete()
      return response.ok ? { type: 'ok' } : refused(response)
    })
  }

  async #done(f: Deed, about: About, run: (signal: AbortSignal) => Promise<Ending>): Promise<Ending> {
    const invoked = this.#history.invoke({ ...this.#who, f, ...about })
    const ending = await ended(run)
    const { op } = invoked
    this.#history.add({ ...this.#who, op, f, ...ending })
    return ending
  }
}

/** How a deed ended, whatever went wrong. */
export async function ended(run: (signal: AbortSignal) => Promise<Ending>): Promise<Ending> {
  const signal = AbortSignal.timeout(HUNG_MS)
  try {
    return await run(signal)
  } catch (error) {
    if (signal.aborted) return { type: 'fail', reason: 'hung' }
    if (error instanceof Unexpected) return { type: 'fail', reason: error.message }
    if (error instanceof NotOpened) return refusal(error.status, error.message)
    if (error instanceof Cut || error instanceof TypeError) return unanswered(error)
    throw error
  }
}

/** `fetch` throws a TypeError whatever goes wrong with the connection. */
function unanswered({ cause }: Error): Ending {
  const { code } = (cause ?? {}) as { readonly code?: unknown }
  return code === 'ECONNREFUSED' ? { type: 'fail', reason: 'refused' } : { type: 'interrupted', reason: 'cut' }
}

async function refused(response: Response): Promise<Ending> {
  const said = `${response.status} ${await response.text()}`
  if (isOfBalancer(response)) return { type: 'interrupted', reason: 'cut' }
  return refusal(response.status, said)
}

/** Its own words are no JSON: it has lost the gateway that it had asked. With 503 it has not asked any. */
function isOfBalancer({ status, headers }: Response): boolean {
  return (status === 502 || status === 504) && !headers.get('content-type')?.startsWith('application/json')
}

function refusal(status: number, said: string): Ending {
  if (status === 404) return { type: 'fail', reason: 'not-found' }
  return { type: 'fail', reason: RETRIED.includes(status) ? 'refused' : said }
}

function isOver(ending: Ending): boolean {
  return ending.type === 'ok' || (ending.type === 'fail' && ending.reason === 'not-found')
}

function endingOf(tool: ToolDeed, { result, error }: SeenMessage): Ending {
  if (error?.data?.reason === 'session_moved') return { type: 'interrupted', reason: 'session_moved' }
  if (!result) return { type: 'fail', reason: JSON.stringify(error) }
  const [{ text }] = result['content'] as readonly [{ readonly text: string }]
  if (result['isError']) return toolError(text)
  return { type: 'ok', value: JSON_TOOLS.includes(tool) ? JSON.parse(text) : text }
}

/** A tool that could not learn whether its state was stored, or its question answered, says so. */
function toolError(text: string): Ending {
  if (text.startsWith('the store did not answer')) return { type: 'interrupted', reason: 'store' }
  if (text.startsWith('the actor moved to another worker')) return { type: 'interrupted', reason: 'actor_moved' }
  return { type: 'fail', reason: text }
}

/** Progress counts from 1; a run that is repeated, as it changes nothing, begins again. */
function nextProgress(before: number, { params }: NonNullable<SeenEvent['message']>): number {
  const next = Number(params?.['progress'])
  if (next !== before + 1 && next !== 1) throw new Unexpected(`progress ${next} after ${before}`)
  return next
}
