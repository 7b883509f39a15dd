import { expect, it } from 'vitest'
import { simulate } from '../src/simulation.ts'

/** One test for each seed from `first` to `last`. */
export function seedsKeepPromises(first: number, last: number): void {
  const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  it.each(seeds)('seed %i keeps every promise', (seed) => keepsPromises(seed))
}

/** A failure shows what was broken, and how to see it again. */
export async function keepsPromises(seed: number): Promise<void> {
  const { violations } = await simulate({ seed })
  expect(violations, `npm run simulate -- --seed ${seed}`).toEqual([])
}
