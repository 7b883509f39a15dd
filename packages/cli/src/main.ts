import { type Config, ConfigError, exitCodeOf, exitCodes, loadConfig } from '@scaled-mcp/host'
import { Command, InvalidArgumentError } from 'commander'
import { build } from './build.ts'
import type { ListOptions } from './cluster-commands.ts'
import type { UpOptions } from './local-cluster.ts'
import { addConnection, addSettings, givenFlags } from './setting-options.ts'

// Each command loads what it needs only: the parent of a worker is to stay small.
const program = new Command('scaled-mcp')
  .description('Runs any MCP server of the TypeScript SDK as a cluster.')
  .version(build)
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode && exitCodes.config))
  .addHelpText(
    'after',
    `
Examples:
  scaled-mcp dev server.ts                                    one process, no NATS, reloads on change
  scaled-mcp up server.ts --gateways 2 --workers 2            a local cluster of real processes
  scaled-mcp gateway --nats nats://n1:4222                    one service each, for containers
  scaled-mcp worker server.js --nats nats://n1:4222
  scaled-mcp workers --nats nats://n1:4222                    who is there
  scaled-mcp drain w-1a2b-3c4d5e --nats nats://n1:4222        hand its sessions over before maintenance
`
  )

addSettings(program.command('dev [server]'), ['gateway', 'worker'])
  .description('everything in one process, without NATS; reloads the server module when it changes')
  .action(async (server: string | undefined, _options: object, command: Command) => {
    const config = loadConfig({ flags: givenFlags(command) })
    const { runDev } = await import('./local-commands.ts')
    runDev(server ?? '.', config)
  })

program
  .command('up [server]')
  .description('a local cluster of real processes on a real nats-server')
  .option('--gateways <count>', 'gateways, on ports that follow each other', count, 1)
  .option('--workers <count>', 'session-workers', count, 2)
  .option('--port <port>', 'port of the first gateway; 0: any free ones', port, 3000)
  .option('--nats <url>', 'a running NATS; without it one is started and stopped with the cluster')
  .option('--verbose', 'show everything the members log, not only warnings and errors', false)
  .action(async (server: string | undefined, options: Omit<UpOptions, 'server'>) => {
    const { runUp } = await import('./local-commands.ts')
    runUp({ ...options, server: server ?? '.' })
  })

addSettings(program.command('gateway'), ['gateway'])
  .description('one gateway: HTTP in, NATS out')
  .action(async (_options: object, command: Command) => {
    const config = loadConfig({ flags: givenFlags(command) })
    const { runGateway } = await import('./gateway-process.ts')
    runGateway(config)
  })

addSettings(program.command('worker <server>'), ['worker'])
  .description('one session-worker, hosting the server module')
  .action(async (server: string, _options: object, command: Command) => {
    const config = loadConfig({ flags: givenFlags(command) })
    const { runWorker } = await import('./worker-parent.ts')
    await runWorker(server, config)
  })

addConnection(program.command('workers'))
  .description('the workers of a running cluster: state, sessions and actors, last heartbeat')
  .option('--json', 'one JSON object a line')
  .action(async (options: ListOptions, command: Command) => {
    await (await clusterCommands()).listWorkers(configOf(command), options)
  })

const sessions = program.command('sessions').description('the sessions of a running cluster')

addConnection(sessions.command('list', { isDefault: true }))
  .description('those that have not ended, the latest change first')
  .option('--json', 'one JSON object a line')
  .action(async (options: ListOptions, command: Command) => {
    await (await clusterCommands()).listSessions(configOf(command), options)
  })

addConnection(sessions.command('show <id>'))
  .description('one of them, with what is stored of it; never its client’s data')
  .action(async (id: string, _options: object, command: Command) => {
    await (await clusterCommands()).showSession(configOf(command), id)
  })

addConnection(sessions.command('end <id>'))
  .description('end one of them: its client gets 404 and opens another')
  .action(async (id: string, _options: object, command: Command) => {
    await (await clusterCommands()).endSession(configOf(command), id)
  })

const actors = program.command('actors').description('the actors of the server’s own kinds in a running cluster')

addConnection(actors.command('list', { isDefault: true }))
  .description('those that have not ended, the latest change first')
  .option('--json', 'one JSON object a line')
  .action(async (options: ListOptions, command: Command) => {
    await (await clusterCommands()).listActors(configOf(command), options)
  })

addConnection(actors.command('show <name>'))
  .description('one of them, by its name kind/id, with the size of what is stored of it')
  .action(async (name: string, _options: object, command: Command) => {
    await (await clusterCommands()).showActor(configOf(command), name)
  })

addConnection(actors.command('end <name>'))
  .description('end one of them, and its state with it')
  .action(async (name: string, _options: object, command: Command) => {
    await (await clusterCommands()).endActor(configOf(command), name)
  })

addConnection(program.command('drain <worker>'))
  .description('have a worker hand over its sessions to the others and take none; its process stays')
  .action(async (worker: string, _options: object, command: Command) => {
    await (await clusterCommands()).drainWorker(configOf(command), worker)
  })

addConnection(program.command('undrain <worker>'))
  .description('have a drained worker take sessions again')
  .action(async (worker: string, _options: object, command: Command) => {
    await (await clusterCommands()).undrainWorker(configOf(command), worker)
  })

function configOf(command: Command): Config {
  return loadConfig({ flags: givenFlags(command) })
}

function clusterCommands(): Promise<typeof import('./cluster-commands.ts')> {
  return import('./cluster-commands.ts')
}

function count(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= 64) return value
  throw new InvalidArgumentError('it must be a whole number from 1 to 64')
}

function port(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value
  throw new InvalidArgumentError('it must be a port, from 0 to 65535')
}

try {
  await program.parseAsync()
} catch (error) {
  const told = error instanceof ConfigError || (error as { readonly code?: unknown }).code !== undefined
  process.stderr.write(`scaled-mcp: ${told ? (error as Error).message : (error as Error).stack}\n`)
  process.exit(exitCodeOf(error))
}
