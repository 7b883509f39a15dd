import { quantile } from '@scaled-mcp/testkit'

/** The middle of several measurements, and how far apart they lie. */
export interface Spread {
  readonly median: number
  readonly lowest: number
  readonly highest: number
}

/** @throws RangeError when there is nothing to summarise. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort()
  return { median: quantile(sorted, 0.5), lowest: quantile(sorted, 0), highest: quantile(sorted, 1) }
}

/** The middle of what each sample's figure is of another side's figure in the same round. */
export function spreadOfRatios<S extends { readonly round: number }>(
  samples: readonly S[],
  against: readonly S[],
  figure: (sample: S) => number
): Spread {
  const ofRound = new Map(against.map((sample) => [sample.round, figure(sample)]))
  return spreadOf(samples.map((sample) => figure(sample) / (ofRound.get(sample.round) as number)))
}

/** `median [lowest–highest]`. */
export function spreadText({ median, lowest, highest }: Spread, digits: number): string {
  return `${median.toFixed(digits)} [${lowest.toFixed(digits)}–${highest.toFixed(digits)}]`
}
