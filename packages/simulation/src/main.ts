/** `npm run simulate -- …`: see README.md. */
import { runMutations, runSeed, runSeeds } from './commands.ts'
import { COUNT, UsageError, usage, type Wish, wishOf } from './usage.ts'

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

/** Whether every promise was kept, and every mechanism that was missing noticed. */
async function run({ seed, seeds, mutations, from, count, mutation, mix, history }: Wish): Promise<boolean> {
  if (seed !== undefined) return runSeed(seed, { mutation, mix, history })
  const kept = !seeds || (await runSeeds({ mutation, mix, from, count }))
  const noticed = !mutations || (await runMutations({ from: 1, count: COUNT }))
  return kept && noticed
}
