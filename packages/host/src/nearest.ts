/** The candidate that needs the fewest edits to become `word`, unless that is more than a third of its letters. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const scored = candidates.map((candidate) => ({
    candidate,
    edits: edits(word.toLowerCase(), candidate.toLowerCase())
  }))
  const best = scored.sort((a, b) => a.edits - b.edits)[0]
  return best && best.edits <= Math.ceil(word.length / 3) ? best.candidate : undefined
}

/** Levenshtein distance, row by row. */
function edits(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1]
    for (const [column, other] of [...to].entries()) {
      const replace = (above[column] ?? 0) + (letter === other ? 0 : 1)
      current.push(Math.min(replace, (above[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1))
    }
    above = current
  }
  return above[to.length] ?? 0
}
