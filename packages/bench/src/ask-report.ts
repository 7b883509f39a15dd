import { markdownTable } from '@scaled-mcp/testkit'
import { type AskSample, type AskSide, askSides } from './ask.ts'
import { spreadOf, spreadText } from './spread.ts'

/** What each side came to, one row a side. */
export function askTable(samples: readonly AskSample[]): string {
  const rows = (Object.keys(askSides) as AskSide[]).map((side) => {
    const { addresses, inFlight } = askSides[side]
    const rates = samples.filter((sample) => sample.side === side).map(({ asks, seconds }) => asks / seconds)
    return [side, String(addresses), String(inFlight), spreadText(spreadOf(rates), 0)]
  })
  return markdownTable(['asks', 'addresses', 'in flight', 'per second'], rows)
}
