import { openPacing } from '../../../api/pacing.ts'
import { Failure } from '../../../errors.ts'
import { skewOf } from '../../../time/clock-skew.ts'
import { steadyClock } from '../../../time/steady-clock.ts'
import { wholeDuration } from '../../../time/whole-duration.ts'
import {
  areTooLong,
  KnownTraces,
  LONGEST_SPAN_MILLISECONDS,
  lagOf,
  rangeOfLook,
} from '../../../trace/follow.ts'
import type { ListFormat } from '../../../trace/formats/output-choices.ts'
import { openFeed } from '../../../trace/render/trace-feed.ts'
import type { SearchResult, TraceFilter, TraceSummary } from '../../../trace/search.ts'
import type { TimeRange } from '../../../trace/series.ts'
import { type CapableSource, requireCapability } from '../../../trace/sources/capabilities.ts'
import { rememberServices } from '../../completion/services-seen.ts'
import { type Invocation, loadProfile, tell } from '../../invocation.ts'
import { maskSummary, summaryToJson } from '../found/summary.ts'
import { openProfile } from '../open-source.ts'
import { ndjson } from '../print-rows.ts'
import { largerLimit } from '../search-filter.ts'
import { Outage } from './outage.ts'

/** A search that goes on. */
export interface FollowOptions {
  /** Where it begins; at most `limit` traces of the time before it. */
  readonly filter: TraceFilter
  readonly format: ListFormat
  readonly showSensitive: boolean
  /** Between two looks. */
  readonly followSeconds: number
}

/**
 * `ls-auth trace search --follow`: the traces there are, the earliest first, then each new one. Ends with a signal, or with the
 * failure of a look that will not be over soon: not signed in any more, not let in. A closed pipe ends it with 0.
 */
export async function follow(invocation: Invocation, options: FollowOptions): Promise<never> {
  const { filter, followSeconds } = options
  const { clock } = invocation.ports
  const outage = new Outage(invocation)
  const { source, range, skewSeconds } = await openFollowed(invocation, filter, outage)
  const known = new KnownTraces()
  const looks = openLooks(openLook(source, filter), ({ traces }) => known.fresh(traces, clock.now()))
  const isFull = fullNote(invocation)

  // The next look begins where the last one did, wherever the clock was set meanwhile.
  const steady = steadyClock(clock)
  let lookedAt = filter.toMillis
  // Before the first page: what that leaves out by --limit is not new, and what comes between the two is.
  const early = await looks.back(range(lookedAt, lookedAt))
  // That was by our own clock: with another one at the server it may have seen nothing.
  const before = skewSeconds() === 0 ? early : await looks.back(range(lookedAt, lookedAt))
  const first = await source.search(filter)
  const write = await openLines(invocation, options.format, options.showSensitive)
  await write(known.fresh(first.traces, clock.now()))
  known.fresh(before.traces, clock.now())
  outage.answered()
  await tellOfFirst(invocation, source, options, first)

  for (;;) {
    await steady.sleep(outage.nextWait(followSeconds) * 1000)
    const [began, date] = [steady.now(), clock.now()]
    const found = await looks.on(range(lookedAt - began + date, date)).catch((error) => outage.failed(error))
    if (found === undefined) continue
    outage.answered()
    lookedAt = began
    await write(known.fresh(found.traces, clock.now()))
    isFull(found)
  }
}

/** The back end of the profile, for many requests over a long time. `range`: that of a look, see {@link rangeOfLook}. */
async function openFollowed(invocation: Invocation, filter: TraceFilter, outage: Outage) {
  const { clock } = invocation.ports
  const lag = lagOf(filter)
  const { profile } = await loadProfile(invocation)
  let skew = 0
  const opened = await openProfile(invocation, profile, {
    // A signal ends the process itself, and no wait has to be ended before.
    pacing: openPacing({
      clock,
      signal: new AbortController().signal,
      onLimit: (wait) => outage.limited(wait),
    }),
    isLong: true,
    isRepeated: true,
    onAnswer: (answer) => {
      skew = skewOf(answer, clock.now())
    },
  })
  return {
    source: requireCapability(opened, 'follow'),
    /** The server's clock minus ours, as the last answer tells it. */
    skewSeconds: () => skew,
    range: (lookedAt: number, now: number) => rangeOfLook(lookedAt, now, skew, lag),
  }
}

async function tellOfFirst(
  invocation: Invocation,
  source: CapableSource<'follow'>,
  { filter, format, followSeconds }: FollowOptions,
  { traces, notes = [], truncated, isLatest = false }: SearchResult,
): Promise<void> {
  for (const note of notes) tell(invocation, `note: ${note}`)
  const { from, since } = invocation.options
  // Who names no time wants what comes from now on.
  if (truncated && (from !== undefined || since !== undefined)) {
    const larger = largerLimit(filter.limit)
    const more = larger === undefined ? '' : `: --limit ${larger}`
    const which = isLatest ? `the latest ${filter.limit}` : `${filter.limit} traces`
    tell(invocation, `note: begins with ${which} of that time, there may be more${more}`)
  }
  if (traces.length === 0 && format === 'list')
    for (const note of await (await import('../found/none-found.ts')).notesOfNone(invocation, source, filter))
      tell(invocation, note)
  const most = wholeDuration(LONGEST_SPAN_MILLISECONDS / 1000)
  if (areTooLong(filter))
    tell(invocation, `note: each look goes back ${most} at most: a span that takes longer may be missed`)
  const { errIsTTY } = invocation.ports.terminal
  const none = traces.length === 0 ? 'No traces yet. ' : ''
  if (errIsTTY) tell(invocation, `${none}Looking every ${wholeDuration(followSeconds)}; Ctrl-C ends it.`)
  const services = traces.flatMap((trace) => trace.services)
  await rememberServices(invocation, 'some', services)
}

/** Says of the first look of several in a row that it has not found all. */
function fullNote(invocation: Invocation): (found: Looked) => void {
  let isTold = false
  return ({ truncated, limit }) => {
    const larger = largerLimit(limit)
    const more = larger === undefined ? '' : `, or give --limit ${larger}`
    const line = `note: more than ${limit} traces at once, some may be missing: narrow the search${more}`
    if (truncated && !isTold) tell(invocation, line)
    isTold = truncated
  }
}

/** So many traces one look takes at most, unless --limit is higher: ten pages of the API, every few seconds. */
const MOST_AT_ONCE = 1_000
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
type Look = (range: TimeRange) => Promise<Looked>

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
interface Looks {
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

/** Writes traces one a line; each call has left the process when it resolves. */
type WriteLines = (traces: readonly TraceSummary[]) => Promise<void>

/** `json` and `ndjson` are the same here: an array would have no end. `list` begins with the names of its columns. */
async function openLines(
  { ports: { terminal } }: Invocation,
  format: ListFormat,
  showSensitive: boolean,
): Promise<WriteLines> {
  const hide = showSensitive ? (trace: TraceSummary) => trace : maskSummary
  if (format !== 'list')
    return (traces) => terminal.out(ndjson(traces.map((trace) => summaryToJson(hide(trace)))))
  const { columns: width, unicode } = terminal
  const feed = openFeed({ width, unicode, style: await terminal.style('out') })
  await terminal.out(`${feed.head}\n`)
  return (traces) =>
    terminal.out(
      traces.map((trace) => feed.line(hide(trace))),
      '\n',
    )
}
