import { latestFirst, type TraceSummary } from './search.ts'
import type { TimeRange } from './series.ts'
import type { SpanFilter } from './span-filter.ts'

/**
 * How far each look goes back behind the last one at least, in milliseconds. A trace is found when its spans have arrived, and
 * is asked for by its start. That is the time for a request and its way: batches, queues, sampling at the end of a trace.
 */
export const LAG_MILLISECONDS = 120_000
/** How far a look goes back at most for spans that take long, in milliseconds: each look asks for all of that time again. */
export const LONGEST_SPAN_MILLISECONDS = 6 * 3_600_000
/** So long after its start a trace waits for its root, without which it has neither a name nor its whole time. */
export const ROOT_WAIT_MILLISECONDS = 30_000
/** Ids that are remembered: some 10 MB, and ten times what one look can find. */
const MOST_REMEMBERED = 100_000

/** The traces that earlier looks have given. */
export class KnownTraces {
  readonly #most: number
  /** The first has not been found for longest. */
  readonly #ids = new Set<string>()

  constructor(most = MOST_REMEMBERED) {
    this.#most = most
  }

  /**
   * Those that no call has given before, the earliest start first. A young one without a root is not given yet: a later look
   * finds it again. `now`: milliseconds since the epoch.
   */
  fresh(found: readonly TraceSummary[], now: number): TraceSummary[] {
    const given: TraceSummary[] = []
    for (const trace of found) {
      const id = trace.traceId ?? trace.span?.spanId ?? ''
      const isKnown = this.#ids.delete(id)
      if (!isKnown && !isReady(trace, now)) continue
      // Also a known one: it was found again, so it is forgotten later.
      this.#ids.add(id)
      if (!isKnown) given.push(trace)
    }
    while (this.#ids.size > this.#most) this.#ids.delete(this.#ids.values().next().value as string)
    return latestFirst(given).reverse()
  }
}

function isReady({ rootService, rootName, startNanos = 0n }: TraceSummary, now: number): boolean {
  const hasRoot = rootService !== undefined || rootName !== undefined
  return hasRoot || Number(startNanos / 1_000_000n) + ROOT_WAIT_MILLISECONDS <= now
}

/**
 * The lag of looks for these spans, in milliseconds. Jaeger wants start and duration of one span (`validSpan` of its memory
 * storage), and it comes when it has ended: at the earliest `minNanos` after its start. Most take longer: up to twice as long
 * is waited for, and never longer than `maxNanos`.
 */
export function lagOf({ minNanos = 0, maxNanos = Number.POSITIVE_INFINITY }: SpanFilter): number {
  const longest = Math.ceil(Math.min(2 * minNanos, maxNanos) / 1e6)
  return LAG_MILLISECONDS + Math.min(longest, LONGEST_SPAN_MILLISECONDS)
}

/**
 * The time that a look asks for. `lookedAt`: when the last answered one began, however long ago. `skewSeconds`: the server's
 * clock minus ours; it widens the range, so that it holds the present of both. `lag`: see {@link lagOf}.
 */
export function rangeOfLook(lookedAt: number, now: number, skewSeconds: number, lag: number): TimeRange {
  const skew = skewSeconds * 1000
  return {
    fromMillis: lookedAt + Math.min(0, skew) - lag,
    toMillis: now + Math.max(0, skew),
  }
}
