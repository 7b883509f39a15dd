/** `npm run simulate -- …`: see README.md. */
import { parseArgs } from 'node:util'
import { runMutations, runSeed, runSeeds } from './commands.ts'
import { type MixName, mixes } from './faults/fault-mix.ts'
import { type MutationName, mutations } from './mutations/mutations.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    mutations: { type: 'boolean', default: false },
    mutation: { type: 'string' },
    mix: { type: 'string' },
    history: { type: 'string' }
  }
})

const mutation = oneOf('mutation', values.mutation, mutations) as MutationName | undefined
const mix = oneOf('mix', values.mix, mixes) as MixName | undefined
const from = whole('from', values.from)
const isRight = await (values.seed !== undefined
  ? runSeed(whole('seed', values.seed), { mutation, mix, history: values.history })
  : values.mutations
    ? runMutations({ from, count: whole('seeds', values.seeds ?? '200') })
    : runSeeds({ mutation, mix, from, count: whole('seeds', values.seeds ?? '200') }))
process.exitCode = isRight ? 0 : 1

function whole(option: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new RangeError(`--${option} ${text}: a whole number from 1`)
  return number
}

function oneOf(option: string, name: string | undefined, known: object): string | undefined {
  if (name === undefined || name in known) return name
  throw new RangeError(`--${option} ${name}: one of ${Object.keys(known).join(', ')}`)
}
