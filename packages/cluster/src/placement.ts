import type { MemberRecord } from '@scaled-mcp/contracts'

/**
 * The worker that gets a new actor: of two chosen at random, the less loaded one; undefined when there is none.
 * Source: Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing" (1996): the longest queue grows with
 * log log n, and many gateways with slightly old figures do not all rush to the same worker.
 *
 * @param random a number from 0 up to 1, as `Math.random`.
 */
export function place(workers: readonly MemberRecord[], random: () => number): MemberRecord | undefined {
  const first = workers[Math.floor(random() * workers.length)]
  const others = workers.filter((worker) => worker !== first)
  const second = others[Math.floor(random() * others.length)]
  if (!first || !second) return first
  return second.load < first.load ? second : first
}
