/** Runs `run` for every item, at most `atOnce` at a time, and gives what each resolved with, in the order of the items. */
export async function inLanes<T, R>(
  items: readonly T[],
  atOnce: number,
  run: (item: T) => Promise<R>
): Promise<readonly R[]> {
  const results = new Array<R>(items.length)
  const left = items.entries()
  const lane = async () => {
    for (const [i, item] of left) results[i] = await run(item)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return results
}
