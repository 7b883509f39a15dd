import { Command, InvalidArgumentError } from 'commander'
import { type HopCommandOptions, hopCommand } from './hop-command.ts'
import { isSideName, type SideName, sideNames } from './sides/start-side.ts'

const program = new Command('bench').description('Measures what a call and a session cost. Linux only: it reads /proc.')

program
  .command('hop')
  .description('one call of a trivial tool through each side, at 1 and at 64 in flight')
  .option('--rounds <count>', 'how often every side is measured', count, 7)
  .option('--seconds <count>', 'how long each time', seconds, 3)
  .option('--sides <names>', `which, separated by commas (${sideNames.join(', ')})`, sideList, sideNames)
  .option('--json <file>', 'write every measurement there')
  .option('--profile [folder]', 'profile every side afterwards, and write the CPU profiles there (default: profiles)')
  .action((options: HopCommandOptions) => hopCommand(options))

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
