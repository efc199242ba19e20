/** A time of several traces. Those that are not in `values` have spent none, and count as 0. */
export interface Sample {
  readonly values: Float64Array
  readonly traces: number
}

/** Equal times of both sides. */
export interface Tie {
  readonly size: number
  /** How many of them are of the side with fewer traces. */
  readonly few: number
  /** Twice the mean of their ranks, so that it is whole. */
  readonly score: number
}

/** The scores of the side with fewer traces. */
export const sumOf = (ties: readonly Tie[]): number =>
  ties.reduce((sum, { few, score }) => sum + few * score, 0)

/** The times of both, from the shortest on; else from the longest, so that those of `few` come late in any case. */
export function tiesOf(few: Sample, many: Sample, isFromShortest: boolean): Tie[] {
  const [ofFew, ofMany] = [few, many].map((side) => ordered(side, isFromShortest)) as [
    Float64Array,
    Float64Array,
  ]
  const ties: Tie[] = []
  for (let [i, j] = [0, 0]; i < ofFew.length || j < ofMany.length; ) {
    const [fromI, fromJ] = [i, j]
    const next = Math.min(ofFew[i] ?? Infinity, ofMany[j] ?? Infinity)
    while (ofFew[i] === next) i += 1
    while (ofMany[j] === next) j += 1
    const size = i - fromI + j - fromJ
    ties.push({ size, few: i - fromI, score: 2 * (fromI + fromJ) + size + 1 })
  }
  return ties
}

/** With the zeros; turned round, the longest is the smallest. */
function ordered({ values, traces }: Sample, isFromShortest: boolean): Float64Array {
  const times = new Float64Array(traces)
  for (const [i, time] of values.entries()) times[i] = isFromShortest ? time : -time
  return times.sort()
}
