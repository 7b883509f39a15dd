/** The smallest value that at least the share `q` of `sorted` does not exceed. @throws RangeError when there is none. */
export function quantile(sorted: Float64Array, q: number): number {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * q) - 1)]
  if (value === undefined) throw new RangeError('there are no measurements')
  return value
}
