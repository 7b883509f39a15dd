import { Command, InvalidArgumentError } from 'commander'
import { type FaultName, faultNames } from './arena/faults.ts'
import { type ChaosCommandOptions, chaosCommand } from './chaos-command.ts'

await new Command('chaos')
  .description('Clients keep account of every call while a cluster is struck by one fault after the other.')
  .option('--seconds <count>', 'how long faults go on', positive, 60)
  .option('--clients <count>', 'how many there are', positive, 24)
  .option('--faults <names>', 'only these, separated by commas', names)
  .option('--compose', 'against docker-compose.yml, which needs a container engine; there processes are not cut off')
  .option('--history <file>', 'write there all that happened, one JSON object a line')
  .action((options: ChaosCommandOptions) => chaosCommand(options))
  .parseAsync()

function positive(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new InvalidArgumentError('a whole number from 1 is needed.')
}

function names(text: string): readonly FaultName[] {
  const named = text.split(',')
  if (named.every(isFaultName)) return named
  throw new InvalidArgumentError(`there are ${faultNames.join(', ')}.`)
}

function isFaultName(text: string): text is FaultName {
  return (faultNames as readonly string[]).includes(text)
}
