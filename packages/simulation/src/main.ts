/** `npm run simulate -- …`: see README.md. */
import { runMutations, runSeed, runSeeds } from './commands.ts'
import { UsageError, usage, type Wish, wishOf } from './usage.ts'

const BROKEN = 1
const NOT_UNDERSTOOD = 2

try {
  const wish = wishOf(process.argv.slice(2))
  if (wish.help) process.stdout.write(usage)
  else if (!(await run(wish))) process.exitCode = BROKEN
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}\n\n${usage}`)
  process.exitCode = NOT_UNDERSTOOD
}

/** Whether every promise was kept, or every mechanism that was missing noticed. */
function run({ seed, mutations, from, count, mutation, mix, history }: Wish): Promise<boolean> {
  if (seed !== undefined) return runSeed(seed, { mutation, mix, history })
  return mutations ? runMutations({ from, count }) : runSeeds({ mutation, mix, from, count })
}
