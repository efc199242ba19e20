/** What began at some time, in microseconds; undefined where that is not told. */
interface Begun {
  readonly start: number | undefined
}

/** The earliest first; those without a start last. */
export const byBeginning = (a: Begun, b: Begun): number => beginning(a) - beginning(b)

const beginning = ({ start }: Begun): number => start ?? Number.MAX_VALUE

/** Of these, in the order of {@link byBeginning}, the last that had begun at this time; the first where none had. */
export function lastBegun<One extends Begun>(
  sorted: readonly One[],
  at: number | undefined,
): One | undefined {
  const time = at ?? Number.NEGATIVE_INFINITY
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (beginning(sorted[middle]!) <= time) low = middle + 1
    else high = middle
  }
  return sorted[Math.max(low - 1, 0)]
}
