import { Command, InvalidArgumentError } from 'commander'
import { type AskCommandOptions, askCommand } from './ask-command.ts'
import { type DrainCommandOptions, drainCommand } from './drain-command.ts'
import { type FailoverCommandOptions, failoverCommand } from './failover-command.ts'
import { HOP_SIDES } from './hop.ts'
import { type HopCommandOptions, hopCommand } from './hop-command.ts'
import { type IdleCommandOptions, idleCommand } from './idle-command.ts'
import { type SessionsCommandOptions, sessionsCommand } from './sessions-command.ts'
import { isSideName, type SideName, sideNames } from './sides/start-side.ts'
import { type SoakCommandOptions, soakCommand } from './soak-command.ts'
import { type StreamsCommandOptions, streamsCommand } from './streams-command.ts'

const program = new Command('bench').description(
  'Measures what a call and a session cost, and what faults do. Linux only: it reads /proc.'
)

program
  .command('hop')
  .description('one call of a trivial tool through each side, at 1 and at 64 in flight')
  .option('--rounds <count>', 'how often every side is measured', count, 7)
  .option('--seconds <count>', 'how long each time', seconds, 3)
  .option('--sides <names>', `which, separated by commas (${sideNames.join(', ')})`, sideList, HOP_SIDES)
  .option('--json <file>', 'write every measurement there')
  .option('--profile [folder]', 'profile every side afterwards, and write the CPU profiles there (default: profiles)')
  .action((options: HopCommandOptions) => hopCommand(options))

program
  .command('ask')
  .description('what an actor can ask of another in a second: in process, across workers, with a durable update')
  .option('--rounds <count>', 'how often every side is measured', count, 5)
  .option('--seconds <count>', 'how long each time', seconds, 3)
  .option('--json <file>', 'write every measurement there')
  .action((options: AskCommandOptions) => askCommand(options))

program
  .command('sessions')
  .description('opening sessions, and what an open, idle one holds')
  .option('--rounds <count>', 'how often every side opens sessions', count, 5)
  .option('--count <count>', 'how many sessions each time', count, 2_000)
  .option('--in-flight <count>', 'how many are opened at once', count, 64)
  .option('--json <file>', 'write every measurement there')
  .action((options: SessionsCommandOptions) => sessionsCommand(options))

program
  .command('idle')
  .description('what sessions cost that nobody uses, and what it takes to wake one')
  .option('--count <count>', 'how many sessions are opened', count, 100_000)
  .option('--wake <count>', 'how many of them are woken', count, 2_000)
  .option('--seconds <count>', 'how long rounds of open, use, idle and wake go on afterwards (default: none)', seconds)
  .option('--json <file>', 'write every measurement there')
  .action((options: IdleCommandOptions) => idleCommand(options))

program
  .command('failover')
  .description('how soon sessions answer again after a fault, and what is lost, on clusters of real processes')
  .option('--kills <count>', 'how often a worker is killed; the other faults come in proportion', count, 100)
  .option('--sessions <count>', 'how many sessions are open meanwhile', count, 60)
  .option('--mass <count>', 'how many sessions a worker has that is killed under all of them', count, 10_000)
  .option('--json <file>', 'write every measurement there')
  .action((options: FailoverCommandOptions) => failoverCommand(options))

program
  .command('drain')
  .description('how long a worker takes to hand over all its sessions when it is told to stop, and what clients see')
  .option('--sessions <count>', 'how many it has', count, 10_000)
  .option('--json <file>', 'write every measurement there')
  .action((options: DrainCommandOptions) => drainCommand(options))

program
  .command('streams')
  .description('what open event streams hold, how soon all of them hear of a change, and one that nobody reads')
  .option('--streams <count>', 'how many are open', count, 10_000)
  .option('--rounds <count>', 'how often all of them are told of a change', count, 5)
  .option(
    '--seconds <count>',
    'how long messages go to them, without a stream that nobody reads and with one',
    seconds,
    15
  )
  .option('--json <file>', 'write every measurement there')
  .action((options: StreamsCommandOptions) => streamsCommand(options))

program
  .command('soak')
  .description('clients that come, do everything right and wrong, and go: what they leave behind')
  .option('--seconds <count>', 'how long', seconds, 600)
  .option('--visitors <count>', 'how many come at a time', count, 16)
  .option('--residents <count>', 'how many stay all along', count, 20)
  .option('--json <file>', 'write every measurement there')
  .action((options: SoakCommandOptions) => soakCommand(options))

function count(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1) return value
  throw new InvalidArgumentError('it must be a whole number from 1')
}

function seconds(text: string): number {
  const value = Number(text)
  if (value > 0) return value
  throw new InvalidArgumentError('it must be a number above 0')
}

function sideList(text: string): readonly SideName[] {
  const names = text.split(',')
  const unknown = names.find((name) => !isSideName(name))
  if (unknown !== undefined) throw new InvalidArgumentError(`there is no side ${unknown}`)
  return names as readonly SideName[]
}

await program.parseAsync()
