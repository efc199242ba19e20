import { chanceToName } from '../analysis/exact-test.ts'
import type { Medians, Times } from './medians.ts'
import { isNoChance, leastRankChance } from './rank-test.ts'

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
