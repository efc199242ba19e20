import type { Ports } from '../../../ports/ports.ts'
import { steadyClock } from '../../../time/steady-clock.ts'

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

  /** One id is done with. */
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
