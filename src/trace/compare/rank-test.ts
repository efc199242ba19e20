import { leastChance } from '../causes/exact-test.ts'
import { approximateTail, roughTail } from './approximate-tail.ts'
import { countedTail } from './counted-tail.ts'
import { type Sample, type Tie, tiesOf } from './ties.ts'

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
