/**
 * What a misspelt word was probably meant to be.
 */

/** The known word that is fewest letters away, if that is no more than a third of the word, and two at most. */
export const closest = (word: string, known: Iterable<string>): string | undefined => {
  let best: string | undefined
  let least = Math.min(2, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    // No word is nearer than the lengths differ; a word may be a whole prompt.
    if (Math.abs(candidate.length - word.length) >= least) continue
    const away = distance(word.toLowerCase(), candidate.toLowerCase())
    if (away < least) {
      best = candidate
      least = away
    }
  }
  return best
}

/** Letters to insert, remove, replace, or swap with their neighbour (optimal string alignment). */
export const distance = (one: string, other: string): number => {
  let before: ReadonlyArray<number> = []
  let above: ReadonlyArray<number> = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwap = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      current.push(Math.min(
        at(above, column) + 1,
        at(current, column - 1) + 1,
        at(above, column - 1) + (isSame ? 0 : 1),
        isSwap ? at(before, column - 2) + 1 : Infinity
      ))
    }
    before = above
    above = current
  }
  return at(above, other.length)
}

const at = (row: ReadonlyArray<number>, column: number): number => row[column] ?? Infinity
