import { FAILURES, Failure } from '../../../errors.ts'

/** Failures in a row, of whatever ids, after which the next one would fail as well. */
const MOST_IN_A_ROW = 24

/** Codes that are about one trace, as long as others can be read. */
const OF_ONE = new Set(['not-found', 'api-failed', 'network', 'cannot-do', 'not-allowed'])

/** What became of the ids of a run, and whether it is worth going on. */
export class Tally {
  readonly #first = new Map<number, Failure>()
  #inARow = 0
  #read = 0
  #failed = 0
  #isPaid = false
  /** Each of status 6 was too large, which no other try changes. */
  #isOfSize = true

  get failed(): number {
    return this.#failed
  }

  /** Something was paid for an id that was not read, and would be again. */
  get isPaid(): boolean {
    return this.#isPaid
  }

  /** A trace was read. */
  read(): void {
    this.#read += 1
    this.#inARow = 0
  }

  /** Whether a trace was read by now. */
  get isLetIn(): boolean {
    return this.#read > 0
  }

  /** The failure of one id. True: it would be that of all ids to come. */
  isForAll(failure: Failure): boolean {
    if (!OF_ONE.has(failure.code)) return true
    // Many that are missing prove nothing.
    if (failure.code === 'not-found') this.#inARow = 0
    else this.#inARow += 1
    return this.#inARow >= MOST_IN_A_ROW
  }

  /** Counts an id that was not read. */
  add(failure: Failure): void {
    this.#failed += 1
    this.#isPaid ||= failure.reason === 'snapshot-taken'
    const exit = FAILURES[failure.code].exit
    if (exit === 6 && failure.reason !== 'too-large') this.#isOfSize = false
    if (!this.#first.has(exit)) this.#first.set(exit, failure)
  }

  /**
   * The failure of the run. Of ids that were given: `not-found` where trying again does not help, else one of status 6. Of
   * traces that a search found always of status 6: only a part was done. Where nothing was read and each was refused alike
   * (2, 11), that refusal. Undefined: all were read.
   */
  failure(total: number, again: string, what: 'id' | 'trace' | 'span' = 'id'): Failure | undefined {
    const [[exit, first] = [], another] = this.#first
    if (exit === undefined || first === undefined) return undefined
    if (another === undefined && exit !== 6 && exit !== 7 && !this.isLetIn) return first
    const failures = this.#first.get(6)
    const which = total === 1 ? `1 ${what}` : `${this.#failed} of ${total} ${what}s`
    const traces = what === 'span' ? `the trace${this.#failed === 1 ? '' : 's'} of ` : ''
    const message = `${traces}${which} could not be read`
    if (failures) {
      const hint = this.#isOfSize ? failures.hint : again
      return new Failure(failures.code, message, { hint, cause: failures })
    }
    const code = what === 'id' ? 'not-found' : 'api-failed'
    return new Failure(code, message, { hint: 'See the reasons above.', cause: first })
  }
}
