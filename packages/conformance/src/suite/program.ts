import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface ProgramOrder {
  readonly command: string
  readonly args: readonly string[]
  /** Told of both streams' text. */
  readonly onOutput?: ((text: string) => void) | undefined
}

/** What a program printed until it ended. Its exit code is not there: the suites' codes differ in what they leave out. */
export interface ProgramEnd {
  readonly stdout: string
  readonly stderr: string
}

/** A suite that waits for an answer without a limit of its own ends all the same. */
const LIMIT_MS = 300_000

/** Runs a program to its end. @throws {Error} when it cannot be started. */
export async function runProgram({ command, args, onOutput }: ProgramOrder): Promise<ProgramEnd> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS, killSignal: 'SIGKILL' })
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text
      onOutput?.(text)
    })
  }
  await once(child, 'close')
  return said
}
