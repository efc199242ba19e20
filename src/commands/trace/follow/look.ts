import { Failure } from '../../../errors.ts'
import type { SearchResult, TraceFilter } from '../../../trace/search.ts'
import type { TimeRange } from '../../../trace/series.ts'
import type { CapableSource } from '../../../trace/sources/capabilities.ts'

/** So many traces one look takes at most, unless --limit is higher: ten pages of the API, every few seconds. */
export const MOST_AT_ONCE = 1_000
/** More than the last look has found, without a second request. */
const MORE = 100
/** How much more is asked for when that was not enough. */
const GROWTH = 4

/**
 * So much further back than needed the first looks ask, in milliseconds: `Date` has whole seconds, so the skew of the clocks is
 * never quite the same, and a later look would begin before them.
 */
const MARGIN_MILLISECONDS = 5_000

/** What a look has found, and how many traces it asked for; a back end may have filtered some out itself. */
export interface Looked extends SearchResult {
  readonly limit: number
}

/** Finds all that fits in a range. Failures: those of the source. */
export type Look = (range: TimeRange) => Promise<Looked>

/**
 * Looks of one run. A range holds traces that are known beside those that are new, so each asks for more than the last one
 * has found. `truncated`: there are more than the bound, or than the back end gives.
 */
export function openLook(source: CapableSource<'search'>, filter: TraceFilter): Look {
  let most = Math.max(filter.limit, MOST_AT_ONCE)
  let found = 0
  return async (range) => {
    let result: Looked | undefined
    for (let limit = Math.min(most, found + MORE); ; limit = Math.min(most, limit * GROWTH)) {
      try {
        result = { ...(await source.search({ ...filter, ...range, limit })), limit }
      } catch (error) {
        // The back end has a limit of its own, below ours.
        if (result === undefined || !(error instanceof Failure) || error.code !== 'usage') throw error
        most = result.limit
      }
      found = result.traces.length
      if (!result.truncated || limit >= most) return result
    }
  }
}

/** The looks of one run. */
export interface Looks {
  /** At what was there before: its caller knows it then. */
  readonly back: Look
  /** At what may be new. */
  readonly on: Look
}

/**
 * A range that begins before all that was looked at holds traces that are not new: they were left out at the beginning.
 * `onOld` is given them. A server's clock that falls behind makes such a range, and so does ours when it is set back.
 */
export function openLooks(look: Look, onOld: (old: Looked) => void): Looks {
  let earliest = Number.POSITIVE_INFINITY
  const back: Look = async (range) => {
    const fromMillis = range.fromMillis - MARGIN_MILLISECONDS
    const found = await look({ ...range, fromMillis })
    earliest = Math.min(earliest, fromMillis)
    return found
  }
  return {
    back,
    async on(range) {
      const { fromMillis } = range
      if (fromMillis < earliest) onOld(await back({ fromMillis, toMillis: earliest }))
      return look(range)
    },
  }
}
