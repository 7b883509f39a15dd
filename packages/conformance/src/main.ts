/** `npm run conformance -- …`: see README.md. */
import { Command, Option } from 'commander'
import { type CommandOptions, conformanceCommand } from './command.ts'
import { ConformanceError } from './conformance-error.ts'
import { type ModeName, modeNames } from './mode.ts'
import { type ServerName, serverNames } from './scene/scene.ts'
import { type SetName, setNames } from './suite/requirement-set.ts'
import { SuiteStore } from './suite/suite-store.ts'

interface Options extends Pick<CommandOptions, 'scenario' | 'json' | 'verbose'> {
  readonly server: readonly ServerName[]
  readonly mode: readonly ModeName[]
  readonly set: readonly SetName[]
}

/** As sysexits.h has it, so that a caller can tell a suite that cannot be had from one that failed. */
const EX_UNAVAILABLE = 69

const program = new Command('conformance').description(
  'Runs the official MCP conformance suites against a cluster of real processes.'
)

program
  .command('run', { isDefault: true })
  .description('the suites, one line for each set; exit code 1 when something is not as it is promised')
  .addOption(several('--server <name...>', 'the SDK that the server is written with', serverNames).default(serverNames))
  .addOption(several('--mode <name...>', 'what the cluster goes through meanwhile', modeNames).default(['plain']))
  .addOption(several('--set <name...>', 'the requirements', setNames).default(setNames))
  .option('--scenario <name>', 'only this one, in the sets that have it')
  .option('--json <file>', 'write every figure there')
  .option('--verbose', "show the suites' own output")
  .action(async ({ server, mode, set, ...options }: Options) => {
    const isRight = await conformanceCommand({ servers: server, modes: mode, sets: set, ...options })
    process.exitCode = isRight ? 0 : 1
  })

program
  .command('fetch')
  .description(`gets the suites and runs nothing; exit code ${EX_UNAVAILABLE} when they cannot be had`)
  .action(() => new SuiteStore().fetch())

function several(flags: string, about: string, names: readonly string[]): Option {
  return new Option(flags, `${about}; may be repeated`).choices(names)
}

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof ConformanceError)) throw error
  const { message, cause, code } = error
  process.stderr.write(`conformance: ${message}${cause === undefined ? '' : `: ${String(cause)}`}\n`)
  process.exitCode = code === 'SuiteUnavailable' ? EX_UNAVAILABLE : 1
}
