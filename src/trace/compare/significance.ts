import { chanceToName } from '../causes/exact-test.ts'
import type { Medians } from './medians.ts'
import { isNoChance, leastRankChance } from './rank-test.ts'

/** How often a comparison may call anything slower or faster where nothing is. As `trace why` has it. */
const FAMILY_ERROR = 0.01

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
    const both = Array.from(a.occurs, (count, path) => count + b.occurs[path]!)
    // An operation that only traces without an end have is not compared.
    const carriers = both.filter((count) => count > 0)
    // Of each operation the total and the self time are tested, and once the whole.
    const chances = [...carriers, ...carriers, all].map((count) => leastRankChance(a.traces, b.traces, count))
    this.#limit = chanceToName(chances, FAMILY_ERROR)
    if (leastRankChance(a.traces, b.traces, all) <= this.#limit) return
    this.leastTraces = leastTraces(1 + 2 * carriers.filter((count) => count === all).length)
  }

  get #isTested(): boolean {
    return Math.min(this.#a.traces, this.#b.traces) > 1
  }

  ofWhole(): boolean | undefined {
    return this.#judge(this.#a.durations, this.#b.durations, this.#b.durationNanos > this.#a.durationNanos)
  }

  ofPath(column: 'totals' | 'selfs', path: number): boolean | undefined {
    const isSlower = this.#b[column][path]! > this.#a[column][path]!
    return this.#judge(this.#a.timesOf(column, path), this.#b.timesOf(column, path), isSlower)
  }

  #judge(a: Float64Array, b: Float64Array, isSlower: boolean): boolean | undefined {
    if (!this.#isTested) return undefined
    const sideA = { values: a, traces: this.#a.traces }
    const sideB = { values: b, traces: this.#b.traces }
    return isSlower ? isNoChance(sideB, sideA, this.#limit) : isNoChance(sideA, sideB, this.#limit)
  }
}

function leastTraces(tests: number): number {
  for (let traces = 2; ; traces++)
    if (leastRankChance(traces, traces, 2 * traces) <= FAMILY_ERROR / tests) return traces
}
