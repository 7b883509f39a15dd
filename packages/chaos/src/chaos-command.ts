import { ComposeArena } from './arena/compose-arena.ts'
import { faultRules } from './arena/faults.ts'
import { ProcessArena } from './arena/process-arena.ts'
import { type ChaosOptions, runChaos } from './chaos.ts'
import { checkHistory } from './checker/check-history.ts'
import { History } from './history.ts'
import { deedTable, faultTable } from './report.ts'

export interface ChaosCommandOptions extends ChaosOptions {
  /** A file for the history. */
  readonly history?: string
  /** Whether the cluster is made of containers. */
  readonly compose?: boolean
}

/** How many violations are printed; the history has them all. */
const SHOWN = 20

/** Runs, prints what happened and what went wrong, and sets the exit code to 1 when something did. */
export async function chaosCommand({ history: path, compose, ...options }: ChaosCommandOptions): Promise<void> {
  const history = new History(path)
  const arena = compose ? await ComposeArena.start() : await ProcessArena.start()
  try {
    const left = await runChaos(arena, history, options, (fault) =>
      process.stderr.write(`${faultRules[fault].about}\n`)
    )
    const violations = checkHistory(history.events)
    process.stdout.write(`\n${faultTable(history.events)}\n\n${deedTable(history.events)}\n\n`)
    for (const { rule, session, op, text } of violations.slice(0, SHOWN)) {
      process.stdout.write(`${rule}: ${text} (session ${session}, op ${op})\n`)
    }
    for (const orphan of left) process.stdout.write(`left behind: ${orphan}\n`)
    process.stdout.write(`${violations.length} violations, ${left.length} streams with something left behind\n`)
    if (violations.length + left.length > 0) process.exitCode = 1
  } finally {
    await arena.stop()
    await history.close()
  }
}
