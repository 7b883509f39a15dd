/**
 * Starts a process and waits until it says that it is ready.
 *
 * L1. The promise settles exactly once: ready, or `LaunchFailed` with how the process ended and what it said last.
 * L2. A launch that fails leaves no process behind.
 * L3. No process outlives us, even when we die without running any code (watchdog.ts).
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { LaunchedProcess, type ProcessExit } from './launched-process.ts'
import { LauncherError } from './launcher-error.ts'
import { guardProcessGroup } from './watchdog.ts'

/** A line that a process wrote, without its line end. */
export interface OutputLine {
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

export interface LaunchOptions {
  readonly command: string
  readonly args?: readonly string[]
  /** Added to our own environment; a value of undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** The line, of either stream, that says the process is ready. */
  readonly ready: RegExp
  /** How long it may take to become ready, in milliseconds. Default 10 000. */
  readonly readyTimeoutMs?: number
  /** Told of every line, the ready line included, as long as the process lives. */
  readonly onLine?: (line: OutputLine) => void
}

type Child = ChildProcessByStdio<null, Readable, Readable>
type LineListener = (line: OutputLine) => void

/** How many lines of stderr an error quotes. */
const QUOTED_LINES = 10

/**
 * Starts a process; resolves when its ready line shows. Its standard input is empty.
 *
 * @throws {LauncherError} `LaunchFailed` when it cannot be started, ends before it is ready, or takes too long.
 */
export async function launch(options: LaunchOptions): Promise<LaunchedProcess> {
  const child = await spawnProcess(options)
  const exited = exitOf(child)
  try {
    const endGroup = await guardProcessGroup(child.pid as number) // L3
    void exited.then(endGroup)
    return new LaunchedProcess(child, { exited, ready: await untilReady(child, options) })
  } catch (error) {
    child.kill('SIGKILL') // L2
    await exited
    throw error
  }
}

async function spawnProcess(options: LaunchOptions): Promise<Child> {
  const child = spawn(options.command, options.args ?? [], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true
  })
  try {
    await once(child, 'spawn')
  } catch (error) {
    throw new LauncherError(`${options.command} could not be started`, { code: 'LaunchFailed', cause: error })
  }
  return child
}

async function exitOf(child: Child): Promise<ProcessExit> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  return { code, signal }
}

// L1: whichever of line, end and deadline comes first settles the promise; the others find it settled.
function untilReady(child: Child, options: LaunchOptions): Promise<readonly string[]> {
  const { command, ready, readyTimeoutMs = 10_000, onLine } = options
  const lastWords: string[] = []
  return new Promise((resolve, reject) => {
    const fail = (what: string) => {
      const quote = lastWords.length > 0 ? `; its last lines on stderr:\n${lastWords.join('\n')}` : ''
      reject(new LauncherError(`${command} ${what}${quote}`, { code: 'LaunchFailed' }))
    }
    const timer = setTimeout(() => fail(`was not ready within ${readyTimeoutMs} ms (no line ${ready})`), readyTimeoutMs)
    // 'close' and not 'exit': it comes after the last line.
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      fail(`ended before it was ready, ${signal ? `killed by ${signal}` : `with exit code ${code}`}`)
    })
    eachLine(child, (line) => {
      onLine?.(line)
      if (line.stream === 'stderr') remember(lastWords, line.text)
      const match = ready.exec(line.text)
      if (match === null) return
      clearTimeout(timer)
      resolve([...match])
    })
  })
}

function eachLine(child: Child, listener: LineListener): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    createInterface({ input: child[stream] }).on('line', (text) => listener({ stream, text }))
  }
}

function remember(lastWords: string[], text: string): void {
  lastWords.push(text)
  if (lastWords.length > QUOTED_LINES) lastWords.shift()
}
