import { FAILURES, Failure } from '../../../errors.ts'
import type { Ports } from '../../../ports/ports.ts'
import { steadyClock } from '../../../steady-clock.ts'

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

const FIRST_MILLISECONDS = 1_000
const BETWEEN_MILLISECONDS = 250
/** A wait for a limit is counted down so often. */
const TICK_MILLISECONDS = 1_000

/** The line of progress on a terminal: how many, how fast, and why nothing moves. */
export class BatchProgress {
  readonly #ports: Pick<Ports, 'clock' | 'progress'>
  readonly #isWatched: boolean
  readonly #unit: 'span' | 'trace'
  readonly #total: number
  readonly #beganAt: number
  #shownAt: number
  #skipped = 0
  #done = 0
  #failed = 0
  #limitedUntil = 0
  #countDown: AbortController | undefined

  /** `isWatched`: a person sees the line. `unit`: of a search that finds spans each is one of the total. */
  constructor(
    ports: Pick<Ports, 'clock' | 'progress'>,
    total: number,
    isWatched: boolean,
    unit: 'span' | 'trace' = 'trace',
  ) {
    this.#ports = { ...ports, clock: steadyClock(ports.clock) }
    this.#isWatched = isWatched
    this.#unit = unit
    this.#total = total
    this.#beganAt = this.#ports.clock.now()
    this.#shownAt = this.#beganAt + FIRST_MILLISECONDS - BETWEEN_MILLISECONDS
  }

  /** Ids that an earlier run has done. */
  skipped(count: number): void {
    this.#skipped = count
  }

  done(hasFailed: boolean): void {
    this.#done += 1
    if (hasFailed) this.#failed += 1
    this.#show()
  }

  /** All requests wait for a limit, so many milliseconds. */
  limited(milliseconds: number): void {
    this.#limitedUntil = this.#ports.clock.now() + milliseconds
    this.#show()
    if (this.#isWatched && this.#countDown === undefined) void this.#count()
  }

  /** Takes the line back. */
  end(): void {
    this.#countDown?.abort()
    this.#ports.progress?.('')
  }

  async #count(): Promise<void> {
    const { clock } = this.#ports
    const stopped = new AbortController()
    this.#countDown = stopped
    while (this.#limitedUntil > clock.now()) {
      await clock.sleep(TICK_MILLISECONDS, stopped.signal).catch(() => {})
      if (stopped.signal.aborted) return
      this.#show()
    }
    this.#countDown = undefined
  }

  #show(): void {
    const { clock, progress } = this.#ports
    const now = clock.now()
    const wait = this.#limitedUntil - now
    // A wait that no person notices is not reported.
    if (now - this.#shownAt < BETWEEN_MILLISECONDS && wait < FIRST_MILLISECONDS * 2) return
    this.#shownAt = now
    const rate = Math.round(this.#done / Math.max(1, (now - this.#beganAt) / 1000))
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : ''
    const limit =
      wait > FIRST_MILLISECONDS ? `, waiting ${Math.ceil(wait / 1000)}s for the limit of the API` : ''
    progress?.(`${this.#skipped + this.#done} of ${this.#total} ${this.#unit}s, ${rate}/s${failed}${limit} …`)
  }
}
