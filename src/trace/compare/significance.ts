import { chanceOf, chanceOfExactly, chanceToName, leastChance } from '../analysis/exact-test.ts'
import type { Medians, Times } from './medians.ts'

/** How often a comparison without a difference may call anything slower or faster, as in `trace why`. */
const FAMILY_ERROR = 0.01

/** What more than chance makes of B. `neither`: chance is not ruled out. */
export type Tendency = 'slower' | 'faster' | 'neither'

/** Whether differences are more than chance. Undefined: one trace on a side, of which no test can tell. */
export class Significance {
  /** Where so few traces can show nothing, whatever their times: how many it takes on each side at least. */
  readonly leastTraces: number | undefined
  readonly #a: Medians
  readonly #b: Medians
  readonly #limit: number

  constructor(a: Medians, b: Medians) {
    this.#a = a
    this.#b = b
    if (!this.#isTested) {
      this.#limit = 0
      return
    }
    const all = a.traces + b.traces
    // Of each operation the total and the self time are tested, and once the whole.
    const tests = [...a.occurs.keys()].flatMap((path) => [
      this.#test('totals', path),
      this.#test('selfs', path),
    ])
    // An operation that only traces without an end have is not compared.
    const carried = tests.filter(({ carriers }) => carriers > 0)
    const ofWhole = leastRankChance(a.traces, b.traces, all)
    this.#limit = chanceToName([...carried.map(({ least }) => least), ofWhole], FAMILY_ERROR)
    if (ofWhole <= this.#limit) return
    this.leastTraces = leastTraces(1 + carried.filter(({ carriers }) => carriers === all).length)
  }

  /** How many traces have a time of the operation, and the smallest chance that any times of these could have. */
  #test(column: 'totals' | 'selfs', path: number): { readonly carriers: number; readonly least: number } {
    const [a, b] = [this.#a.timesOf(column, path), this.#b.timesOf(column, path)]
    const carriers = a.values.length + b.values.length
    return { carriers, least: carriers === 0 ? 1 : leastRankChance(a.traces, b.traces, carriers) }
  }

  get #isTested(): boolean {
    return Math.min(this.#a.traces, this.#b.traces) > 1
  }

  /** What the ranks of the durations say, whatever their medians: whether those of B are longer, or those of A. */
  ofWhole(): Tendency | undefined {
    const whole = ({ durations, traces }: Medians): Times => ({ values: durations, traces })
    const [a, b] = [whole(this.#a), whole(this.#b)]
    if (!this.#isTested) return undefined
    if (this.#judge(a, b, true)) return 'slower'
    return this.#judge(a, b, false) ? 'faster' : 'neither'
  }

  ofPath(column: 'totals' | 'selfs', path: number): boolean | undefined {
    const isSlower = this.#b[column][path]! > this.#a[column][path]!
    return this.#judge(this.#a.timesOf(column, path), this.#b.timesOf(column, path), isSlower)
  }

  #judge(a: Times, b: Times, isSlower: boolean): boolean | undefined {
    if (!this.#isTested) return undefined
    return isSlower ? isNoChance(b, a, this.#limit) : isNoChance(a, b, this.#limit)
  }
}

function leastTraces(tests: number): number {
  for (let traces = 2; ; traces++)
    if (leastRankChance(traces, traces, 2 * traces) <= FAMILY_ERROR / tests) return traces
}

/** Whether the ranks bear out the medians: where these differ by enough to count, in their direction. Undefined as the tendency is. */
export function isTendencyOf(
  tendency: Tendency | undefined,
  aNanos: number,
  bNanos: number,
  threshold: Threshold,
): boolean | undefined {
  if (tendency === undefined) return undefined
  if (!differs(aNanos, bNanos, threshold)) return tendency !== 'neither'
  return tendency === (bNanos > aNanos ? 'slower' : 'faster')
}

/** From where on a difference counts. Both must hold. */
export interface Threshold {
  /** Of the smaller of the two times, so that A and B can change places: 0.25 is a quarter. */
  readonly share: number
  readonly leastNanos: number
}

/** Two traces of one request differ by this much for no reason: the same code, another moment. */
const SHARE_OF_ONE = 0.25
/** Also the medians of many traces are no more exact. */
const LEAST_SHARE = 0.05
/** What takes less of the whole trace is nothing that a person can win back. */
const LEAST_OF_WHOLE = 0.01

/**
 * A quarter for one trace against another. The error of a median falls with the square root of the number of traces. So with
 * four on each side it is an eighth, and from 25 on a twentieth, which is the least. In each case one hundredth of the whole
 * trace, `wholeNanos`.
 */
export function thresholdFor(tracesA: number, tracesB: number, wholeNanos: number): Threshold {
  const share = SHARE_OF_ONE / Math.sqrt(Math.max(1, Math.min(tracesA, tracesB)))
  return { share: Math.max(LEAST_SHARE, share), leastNanos: wholeNanos * LEAST_OF_WHOLE }
}

/** Whether two times, in nanoseconds, differ by enough to count. */
export function differs(aNanos: number, bNanos: number, { share, leastNanos }: Threshold): boolean {
  const delta = Math.abs(bNanos - aNanos)
  return delta > 0 && delta >= leastNanos && delta >= share * Math.min(aNanos, bNanos)
}

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
export const rankChance = (longer: Sample, shorter: Sample): number => rankedChance(rank(longer, shorter))

/**
 * Chance is ruled out: {@link rankChance} is `limit` at most. Of thousands of operations most are far above it, and these are not
 * counted. The normal distribution makes too much of the ends, by far less than up to the fourth root; where it makes too
 * little, all is counted.
 */
function isNoChance(longer: Sample, shorter: Sample, limit: number): boolean {
  const ranked = rank(longer, shorter)
  if (2 * roughTail(ranked.ties, ranked.few) > limit ** 0.25) return false
  return rankedChance(ranked) <= limit
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

function rankedChance({ ties, few, all }: Ranked): number {
  const tail = few < LEAST_NORMAL ? countedTail(ties, few, all) : approximateTail(ties, few)
  return Math.min(1, 2 * tail)
}

/** The smallest chance that any times could have: all that is longer than 0, of `carriers` traces, is on one side. */
function leastRankChance(tracesA: number, tracesB: number, carriers: number): number {
  const all = tracesA + tracesB
  const least = [tracesA, tracesB].map((selection) =>
    leastChance({ selection, carriers: Math.min(selection, carriers), all }),
  )
  return Math.min(1, 2 * Math.min(...least))
}

/** The highest sum of exact scores, which keeps a count to milliseconds. Of few traces against many they are rounded to it. */
const MOST_SUM = 1700

/**
 * The exact permutation test. Of all choices of `few` among the `all` traces, each equally likely, the share whose scores sum
 * up to at least the seen sum. Choices are counted by how far they fall short of the highest sum, because few do by little.
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

/** A time of several traces. Those that are not in `values` have spent none, and count as 0. */
interface Sample {
  readonly values: Float64Array
  readonly traces: number
}

interface Tie {
  readonly size: number
  /** How many of them are of the side with fewer traces. */
  readonly few: number
  /** Twice the mean of their ranks, so that it is whole. */
  readonly score: number
}

const sumOf = (ties: readonly Tie[]): number => ties.reduce((sum, { few, score }) => sum + few * score, 0)

/** The times of both, from the shortest on; else from the longest, so that those of `few` come late in any case. */
function tiesOf(few: Sample, many: Sample, isFromShortest: boolean): Tie[] {
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

/**
 * How likely the scores of `few` of all traces are so high by chance. The largest group of equal times, such as those without an
 * operation, is counted exactly, by the hypergeometric distribution. A normal one underrates the chance that many of few traces
 * have a rare value. For the other ranks it is the normal one, and of two different times it is exact.
 */
function approximateTail(ties: readonly Tie[], few: number): number {
  const [largest, ...others] = ties.toSorted((a, b) => b.size - a.size)
  if (largest === undefined) return 1
  const { size, score } = largest
  const [all, sum] = [countOf(ties), sumOf(ties)]
  const [one, other, third] = others
  const tail = one && other && !third ? tailOfTwo(one, other) : normalTails(others)
  let total = 0
  for (let taken = Math.max(0, few + size - all); taken <= Math.min(few, size); taken++) {
    const chance = chanceOfExactly({ hits: taken, selection: few, carriers: size, all })
    total += chance * tail(few - taken, sum - taken * score)
  }
  return total
}

/** At least so many must have the time with the higher score. */
function tailOfTwo(one: Tie, other: Tie): (few: number, sum: number) => number {
  const [high, low] = one.score > other.score ? [one, other] : [other, one]
  return (few, sum) => {
    const hits = Math.ceil((sum - few * low.score) / (high.score - low.score))
    if (hits <= Math.max(0, few - low.size)) return 1
    if (hits > Math.min(few, high.size)) return 0
    return chanceOf({ hits, selection: few, carriers: high.size, all: high.size + low.size })
  }
}

const countOf = (ties: readonly Tie[]): number => ties.reduce((count, { size }) => count + size, 0)

/** A quick look: all by the normal distribution. Too little where much is equal, and too much at its ends. */
const roughTail = (ties: readonly Tie[], few: number): number => normalTails(ties)(few, sumOf(ties))

/**
 * How likely the scores of any `few` traces sum up to `sum` and more, by the normal distribution of the same mean and variance.
 * Half a step is added for those between sums: scores that many traces share lie far apart.
 */
function normalTails(ties: readonly Tie[]): (few: number, sum: number) => number {
  const all = countOf(ties)
  const mean = ties.reduce((total, { size, score }) => total + size * score, 0) / Math.max(1, all)
  const squares = ties.reduce((total, { size, score }) => total + size * (score - mean) ** 2, 0)
  const unit = squares / (Math.max(1, all) * Math.max(1, all - 1))
  const step = ties.reduce((common, { score }) => commonStep(common, score - ties[0]!.score), 0) || 1
  return (few, sum) => {
    const above = sum - few * mean - step / 2
    const spread = Math.sqrt(few * (all - few) * unit)
    // Of none and of all there is one sum alone.
    return spread === 0 ? Number(above <= 0) : upperTail(above / spread)
  }
}

/** The greatest common divisor (Euclid): all sums are a multiple of it apart. */
function commonStep(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : commonStep(b, a % b)
}

/** Of the standard normal distribution: near the middle a power series, else Laplace's continued fraction. */
function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z)
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  if (z > 2) {
    let below = z
    for (let k = 60; k > 0; k--) below = z + k / below
    return density / below
  }
  let [term, sum] = [z, z]
  for (let k = 3; term > 1e-17; k += 2) {
    term *= (z * z) / k
    sum += term
  }
  return 0.5 - density * sum
}
