import { parseArgs } from 'node:util'
import { type MixName, mixes } from './faults/fault-mix.ts'
import { type MutationName, mutations } from './mutations/mutations.ts'

/** What the command line asks for. */
export interface Wish {
  readonly seed: number | undefined
  readonly from: number
  readonly count: number
  /** Whether seeds are to be run, and not only mutations. */
  readonly seeds: boolean
  readonly mutations: boolean
  readonly mutation: MutationName | undefined
  readonly mix: MixName | undefined
  readonly history: string | undefined
  readonly help: boolean
}

/** What is asked for cannot be done; the message says why. */
export class UsageError extends Error {}

/** How many seeds a run has, and within how many of them each mutation must be noticed. */
export const COUNT = 200
const OPTIONS = {
  seed: { type: 'string' },
  seeds: { type: 'string' },
  from: { type: 'string', default: '1' },
  mutations: { type: 'boolean', default: false },
  mutation: { type: 'string' },
  mix: { type: 'string' },
  history: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false }
} as const

export const usage = `npm run simulate -- [options]

  --seeds N         runs N seeds and shows what they add up to (default ${COUNT})
  --from N          the first of them (default 1)
  --seed N          runs one seed again, exactly, and shows everything that was wrong
  --history FILE    of --seed: writes what clients asked for and saw, one operation a line
  --mutations       switches each safety mechanism off and looks for the first of ${COUNT} seeds that notices;
                    after the seeds, when --seeds is given as well
  --mutation NAME   switches one off:${lines(Object.keys(mutations))}
  --mix NAME        the faults, instead of what the seed chooses:${lines(Object.keys(mixes))}
  --help            shows this
`

/** @throws UsageError. */
export function wishOf(args: readonly string[]): Wish {
  const values = parsed(args)
  return {
    seed: values.seed === undefined ? undefined : whole('seed', values.seed),
    from: whole('from', values.from),
    count: values.seeds === undefined ? COUNT : whole('seeds', values.seeds),
    seeds: values.seeds !== undefined || !values.mutations,
    mutations: values.mutations,
    mutation: oneOf('mutation', values.mutation, mutations),
    mix: oneOf('mix', values.mix, mixes),
    history: values.history,
    help: values.help
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

function whole(option: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new UsageError(`--${option} ${text}: a whole number from 1`)
  return number
}

function oneOf<Name extends string>(
  option: string,
  name: string | undefined,
  known: Readonly<Record<Name, unknown>>
): Name | undefined {
  if (name === undefined || Object.hasOwn(known, name)) return name as Name | undefined
  throw new UsageError(`--${option} ${name}: one of ${Object.keys(known).join(', ')}`)
}

function lines(names: readonly string[]): string {
  return names.map((name) => `\n                      ${name}`).join('')
}
