import { leastChance } from '../causes/exact-test.ts'
import { approximateTail, roughTail } from './approximate-tail.ts'
import { type Sample, sumOf, type Tie, tiesOf } from './ties.ts'

/** From so many traces on the smaller side the sum of its ranks is close to a normal distribution, but for ties. */
const LEAST_NORMAL = 21

/**
 * The test of Wilcoxon, Mann and Whitney: are the times of one side longer, or is it chance which trace is on which side?
 * It looks only at which time is longer than which, so it asks for no distribution; equal times share their ranks (H. B. Mann
 * and D. R. Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger than the Other", Annals of
 * Mathematical Statistics 18, 1947). Exact up to 20 traces on a side.
 *
 * Twice how likely the times of `longer` lie so far above the others by chance: either side could have been the longer one.
 */
export const rankChance = (longer: Sample, shorter: Sample): number => chanceOf(rank(longer, shorter))

/**
 * Chance is ruled out: {@link rankChance} is `limit` at most. Of thousands of operations most are far above it, and these are not
 * counted. The normal distribution makes too much of the ends, by far less than up to the fourth root; where it makes too
 * little, all is counted.
 */
export function isNoChance(longer: Sample, shorter: Sample, limit: number): boolean {
  const ranked = rank(longer, shorter)
  if (2 * roughTail(ranked.ties, ranked.few) > limit ** 0.25) return false
  return chanceOf(ranked) <= limit
}

interface Ranked {
  readonly ties: readonly Tie[]
  /** Traces of the side that has fewer. */
  readonly few: number
  readonly all: number
}

function rank(longer: Sample, shorter: Sample): Ranked {
  const isFew = longer.traces < shorter.traces
  const [few, many] = isFew ? [longer, shorter] : [shorter, longer]
  return { ties: tiesOf(few, many, isFew), few: few.traces, all: few.traces + many.traces }
}

function chanceOf({ ties, few, all }: Ranked): number {
  const tail = few < LEAST_NORMAL ? countedTail(ties, few, all) : approximateTail(ties, few)
  return Math.min(1, 2 * tail)
}

/** The smallest chance that any times could have: all that is longer than 0, of `carriers` traces, is on one side. */
export function leastRankChance(tracesA: number, tracesB: number, carriers: number): number {
  const all = tracesA + tracesB
  const least = [tracesA, tracesB].map((selection) =>
    leastChance({ selection, carriers: Math.min(selection, carriers), all }),
  )
  return Math.min(1, 2 * Math.min(...least))
}

/** Scores of so high a sum at most are told apart, which keeps a count to milliseconds. Of few traces against many they are rounded to it. */
const MOST_SUM = 1700

/**
 * The exact permutation test: of all choices of `few` among the `all` traces, each equally likely, the share whose scores sum
 * up to at least what was seen. Choices are counted by how far they fall short of the highest sum, because few do by little.
 */
function countedTail(exactTies: readonly Tie[], few: number, all: number): number {
  const ties = roundedScores(exactTies, Math.min(1, MOST_SUM / (few * (2 * all + 1))))
  const highest = highestSums(ties)
  const most = highest[few]! - sumOf(ties)
  const ways = Array.from({ length: few + 1 }, () => new Float64Array(most + 1))
  ways[0]![0] = 1
  for (const { size, score } of ties.toReversed())
    for (let taken = few; taken > 0; taken--) {
      let choices = 1
      for (let of = 1; of <= Math.min(size, taken); of++) {
        choices *= (size - of + 1) / of
        // The highest of this place less what is taken; the more are taken, the more is missing.
        const short = highest[taken]! - highest[taken - of]! - of * score
        // Below zero: so many have not been met yet.
        if (short >= 0) addMoved(ways[taken]!, ways[taken - of]!, short, choices)
      }
    }
  let total = 1
  for (let i = 1; i <= few; i++) total *= (all - few + i) / i
  return ways[few]!.reduce((sum, count) => sum + count, 0) / total
}

function addMoved(to: Float64Array, from: Float64Array, by: number, times: number): void {
  for (let at = by; at < to.length; at++) to[at]! += times * from[at - by]!
}

/** Of none, of the highest score, of the two highest, and so on. */
function highestSums(ties: readonly Tie[]): number[] {
  const sums = [0]
  for (const { size, score } of ties.toReversed())
    for (const one of Array<number>(size).fill(score)) sums.push(sums[sums.length - 1]! + one)
  return sums
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
