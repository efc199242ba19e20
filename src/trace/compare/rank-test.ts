import { leastChance } from '../causes/exact-test.ts'
import { approximateTail, sumOf, type Tie } from './approximate-tail.ts'

/** A time of several traces. Those that are not in `values` have spent none, and count as 0. */
export interface Sample {
  readonly values: Float64Array
  readonly traces: number
}

/** From so many traces on the smaller side the sum of its ranks is close to a normal distribution, but for ties. */
const LEAST_NORMAL = 21
/** Sums of scores up to here are counted one by one, some milliseconds. Of few traces against many the ranks are rounded to it. */
const MOST_SUM = 1700

/**
 * The test of Wilcoxon, Mann and Whitney: are the times of one side longer, or is it chance which trace is on which side?
 * It looks only at which time is longer than which, so it asks for no distribution; equal times share their ranks (H. B. Mann
 * and D. R. Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger than the Other", Annals of
 * Mathematical Statistics 18, 1947). Exact up to 20 traces on a side.
 */
export class RankTest {
  /** How likely each sum of scores is, by the sizes of the ties: those of most operations are the same. */
  readonly #known = new Map<string, Float64Array>()

  /** Twice how likely the times of `longer` lie so far above the others by chance: either side could have been the longer one. */
  chance(longer: Sample, shorter: Sample): number {
    const isFew = longer.traces < shorter.traces
    const [few, many] = isFew ? [longer, shorter] : [shorter, longer]
    const ties = tiesOf(few, many, isFew)
    const all = few.traces + many.traces
    const tail =
      few.traces < LEAST_NORMAL
        ? this.#countedTail(ties, few.traces, all)
        : approximateTail(ties, few.traces, all)
    return Math.min(1, 2 * tail)
  }

  #countedTail(ties: readonly Tie[], few: number, all: number): number {
    const rounded = roundedScores(ties, Math.min(1, MOST_SUM / (few * (2 * all + 1))))
    const key = `${few} ${rounded.map(({ size }) => size)}`
    const chances = this.#known.get(key) ?? chancesOfSums(rounded, few)
    this.#known.set(key, chances)
    return chances.subarray(sumOf(rounded)).reduce((sum, chance) => sum + chance, 0)
  }
}

/** The smallest chance that any times could have: all that is longer than 0, of `carriers` traces, is on one side. */
export function leastRankChance(tracesA: number, tracesB: number, carriers: number): number {
  const all = tracesA + tracesB
  const least = [tracesA, tracesB].map((selection) =>
    leastChance({ selection, carriers: Math.min(selection, carriers), all }),
  )
  return Math.min(1, 2 * Math.min(...least))
}

/** Ranked from the shortest time on; else from the longest, so that those of `few` come late in any case. */
function tiesOf(few: Sample, many: Sample, isFromShortest: boolean): Tie[] {
  const counts = new Map<number, { size: number; few: number }>()
  const add = (time: number, size: number, ofFew: number) => {
    const count = counts.get(time) ?? { size: 0, few: 0 }
    counts.set(time, { size: count.size + size, few: count.few + ofFew })
  }
  for (const time of few.values) add(time, 1, 1)
  for (const time of many.values) add(time, 1, 0)
  const zeros = few.traces - few.values.length
  add(0, zeros + many.traces - many.values.length, zeros)
  let before = 0
  return [...counts]
    .sort(([x], [y]) => (isFromShortest ? x - y : y - x))
    .map(([, { size, few }]) => {
      const score = 2 * before + size + 1
      before += size
      return { size, few, score }
    })
}

/** Those whose scores are the same when rounded are taken for equal: still exact, and a little less sharp. */
function roundedScores(ties: readonly Tie[], scale: number): Tie[] {
  const rounded = new Map<number, Tie>()
  for (const { size, few, score: exact } of ties) {
    const score = Math.floor(exact * scale)
    const known = rounded.get(score) ?? { size: 0, few: 0 }
    rounded.set(score, { size: known.size + size, few: known.few + few, score })
  }
  return [...rounded.values()]
}

/** How likely each sum of the scores of `few` traces is, when any of them are as likely as any others. */
function chancesOfSums(ties: readonly Tie[], few: number): Float64Array {
  const length = few * ties[ties.length - 1]!.score + 1
  const ways = Array.from({ length: few + 1 }, () => new Float64Array(length))
  ways[0]![0] = 1
  for (const { size, score } of ties)
    for (let taken = few; taken > 0; taken--) {
      let choices = 1
      for (let of = 1; of <= Math.min(size, taken); of++) {
        choices *= (size - of + 1) / of
        const [from, to, step] = [ways[taken - of]!, ways[taken]!, of * score]
        for (let sum = step; sum < length; sum++) to[sum]! += choices * from[sum - step]!
      }
    }
  const all = ways[few]!.reduce((sum, count) => sum + count, 0)
  return ways[few]!.map((count) => count / all)
}
