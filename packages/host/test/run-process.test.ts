import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { exitCodes } from '../src/index.ts'

const program = fileURLToPath(new URL('process.ts', import.meta.url))

interface Ended {
  readonly code: number | null
  /** Of every line it logged. */
  readonly messages: readonly string[]
}

type Reaction = (message: string, child: ChildProcess) => void

interface RunInit {
  readonly graceMs?: number
  /** Told of every message. */
  readonly react?: Reaction
}

async function run(behaviour: string, { graceMs = 10_000, react }: RunInit = {}): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, behaviour, String(graceMs)])
  const messages: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { msg } = JSON.parse(line) as { readonly msg: string }
    messages.push(msg)
    react?.(msg, child)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, messages }
}

/** Sends a signal when a message shows. */
const signalAt =
  (awaited: string, signal: NodeJS.Signals): Reaction =>
  (message, child) => {
    if (message === awaited) child.kill(signal)
  }

const DRAINED = ['drain worker', 'drain mesh']
const STOPPED = ['stop worker', 'stop mesh']

describe('a process', { timeout: 20_000 }, () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'R1: drains and then stops at %s, and ends as clean',
    async (name) => {
      const { code, messages } = await run('lives', { react: signalAt('ready', name) })
      expect(messages).toEqual(['ready', 'asked to end', ...DRAINED, ...STOPPED])
      expect(code).toBe(exitCodes.clean)
    }
  )

  it('R1: a second signal ends it at once, however long draining would take', async () => {
    const react: Reaction = (message, child) => {
      if (message === 'ready') child.kill('SIGTERM')
      // Later than the echo of the first, which is ignored.
      if (message === 'asked to end') setTimeout(() => child.kill('SIGTERM'), 400)
    }
    const { code, messages } = await run('never drains', { react })
    expect(messages).toEqual(['ready', 'asked to end', 'asked again to end: ending at once'])
    expect(code).toBe(exitCodes.failure)
  })

  it('R1: the echo of a Ctrl-C under npx does not cut the draining short', async () => {
    const react: Reaction = (message, child) => {
      if (message === 'ready' || message === 'asked to end') child.kill('SIGINT')
    }
    const { code, messages } = await run('lives', { react })
    expect(messages).toEqual(['ready', 'asked to end', ...DRAINED, ...STOPPED])
    expect(code).toBe(exitCodes.clean)
  })

  it('R1: a signal while it still starts makes it give up and stop what is up', async () => {
    const { code, messages } = await run('waits to start', { react: signalAt('waiting', 'SIGTERM') })
    expect(messages).toEqual(['waiting', 'asked to end', ...DRAINED, ...STOPPED])
    expect(code).toBe(exitCodes.clean)
  })

  it('R2: an uncaught error is logged and stops it without draining', async () => {
    const { code, messages } = await run('throws later')
    expect(messages).toEqual(['ready', 'uncaught error', ...STOPPED])
    expect(code).toBe(exitCodes.failure)
  })

  it('R3: a part that never drains does not keep it for longer than its grace', async () => {
    const { code, messages } = await run('never drains', { graceMs: 100, react: signalAt('ready', 'SIGTERM') })
    expect(messages).toEqual(['ready', 'asked to end', 'killed by timeout (100ms)'])
    expect(code).toBe(exitCodes.failure)
  })

  it('R4: a part that fails to stop shows in the exit code', async () => {
    const { code, messages } = await run('fails to stop', { react: signalAt('ready', 'SIGTERM') })
    expect(messages.slice(0, -1)).toEqual(['ready', 'asked to end', ...DRAINED, ...STOPPED])
    expect(code).toBe(exitCodes.failure)
  })

  it('R4: a start that fails is logged, stops what was up, and is told from a wrong configuration', async () => {
    const [failed, misconfigured] = await Promise.all([run('fails to start'), run('is misconfigured')])
    expect(failed).toEqual({ code: exitCodes.failure, messages: ['could not start', ...STOPPED] })
    expect(misconfigured).toEqual({ code: exitCodes.config, messages: ['could not start', ...STOPPED] })
  })

  it('R4: a code that it was given while it ran is not made clean by ending in good order', async () => {
    const { code, messages } = await run('has failed')
    expect(messages).toEqual(['ready', 'asked to end', ...DRAINED, ...STOPPED])
    expect(code).toBe(exitCodes.failure)
  })

  it('R4: with nothing left to do it ends as clean', async () => {
    const { code, messages } = await run('has nothing to do')
    expect(messages).toEqual(['ready', ...DRAINED, ...STOPPED])
    expect(code).toBe(exitCodes.clean)
  })
})
