import { openPacing } from '../../api/pacing.ts'
import { type CapableSource, requireCapability } from '../../backends/capability.ts'
import { FAILURES, Failure, type FailureCode } from '../../errors.ts'
import { skewOf, steadyClock } from '../../steady-clock.ts'
import { wholeDuration } from '../../text/duration.ts'
import { safeText } from '../../text/safe-text.ts'
import {
  largerLimit,
  latestFirst,
  type SearchResult,
  type SpanFilter,
  type TraceFilter,
  type TraceSummary,
} from '../../trace/search.ts'
import type { TimeRange } from '../../trace/series.ts'
import { type Invocation, loadProfile, tell } from '../invocation.ts'
import { rememberServices } from '../known-names.ts'
import { notesOfNone } from './found/none-found.ts'
import { openProfile } from './open-source.ts'

/** A search that continues. */
interface Followed {
  /** Where it begins; at most `limit` traces of the time before it. */
  readonly filter: TraceFilter
  /** Between two looks. */
  readonly seconds: number
  /** A person reads the lines. */
  readonly isText: boolean
}

/**
 * Gives the traces there are, the earliest first, then each new one. Ends with a signal, or with the failure of a look that
 * will not be over soon: not signed in any more, not let in. A closed pipe ends it with 0.
 */
export const followTraces =
  (invocation: Invocation, followed: Followed) =>
  async (give: (traces: readonly TraceSummary[]) => Promise<void>): Promise<never> => {
    const { filter, seconds } = followed
    const { clock } = invocation.ports
    const outage = new Outage(invocation)
    const { source, range, skewSeconds } = await openFollowed(invocation, filter, outage)
    const known = new KnownTraces()
    const look = openLook(source, filter)
    // The next look begins where the last one did, even if the clock was set in between.
    const steady = steadyClock(clock)
    let lookedAt = filter.toMillis
    const back = () => {
      const { fromMillis, toMillis } = range(lookedAt, lookedAt)
      return look({ fromMillis: fromMillis - MARGIN_MILLISECONDS, toMillis })
    }
    // Before the first page: what that leaves out by --limit is not new, and what comes between the two is.
    const early = await back()
    // That was by our own clock: with another one at the server it may have seen nothing.
    const before = skewSeconds() === 0 ? early : await back()
    const first = await source.search(filter)
    await give(known.fresh(first.traces, clock.now()))
    known.fresh(before.traces, clock.now())
    outage.answered()
    await tellOfFirst(invocation, source, followed, first)

    for (;;) {
      await steady.sleep(outage.nextWait(seconds) * 1000)
      const [began, date] = [steady.now(), clock.now()]
      const found = await look(range(lookedAt - began + date, date)).catch((error) => outage.failed(error))
      if (found === undefined) continue
      outage.answered()
      lookedAt = began
      await give(known.fresh(found.traces, clock.now()))
      if (found.truncated) tellFull(invocation, found.limit)
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
  { filter, isText, seconds }: Followed,
  { traces, notes = [], truncated, isLatest = false }: SearchResult,
): Promise<void> {
  for (const note of notes) tell(invocation, `note: ${note}`)
  const { from, since } = invocation.options
  // Who names no time wants what comes from now on.
  if (truncated && (from !== undefined || since !== undefined)) {
    const larger = largerLimit(filter.limit)
    const more = larger === undefined ? '' : `: --limit ${larger}`
    const which = isLatest ? `the latest ${filter.limit}` : `${filter.limit} traces`
    tell(invocation, `note: begins with ${which} of that time; more may exist${more}`)
  }
  if (traces.length === 0 && isText)
    for (const { text } of await notesOfNone(invocation, source, filter, isText))
      tell(invocation, `note: ${text}`)
  const { errIsTTY } = invocation.ports.terminal
  const none = traces.length === 0 ? 'No traces yet. ' : ''
  if (errIsTTY) tell(invocation, `${none}Checking every ${wholeDuration(seconds)}; Ctrl-C stops.`)
  const services = traces.flatMap((trace) => trace.services)
  await rememberServices(invocation, 'some', services)
}

/** Says once that a look has not found all. */
function tellFull(invocation: Invocation, limit: number): void {
  const larger = largerLimit(limit)
  const more = larger === undefined ? '' : `, or use --limit ${larger}`
  if (!invocation.noted.has('look-is-full'))
    tell(invocation, `note: more than ${limit} traces at once; some may be missing. Narrow the search${more}`)
  invocation.noted.add('look-is-full')
}

/** So many traces one look takes at most, unless --limit is higher: ten pages of the API, every few seconds. */
const MOST_AT_ONCE = 1_000

/**
 * The first looks go back that much further than needed, in milliseconds. `Date` has whole seconds, so the skew of the clocks
 * varies, and a later look would begin before them.
 */
const MARGIN_MILLISECONDS = 5_000

/** What a look has found, and how many traces it asked for; a back end may have filtered some out itself. */
interface Looked extends SearchResult {
  readonly limit: number
}

/** Finds what fits in a range; `truncated`: there is more. A back end that gives not so many is asked for `--limit`. */
function openLook(source: CapableSource<'search'>, filter: TraceFilter) {
  let limit = Math.max(filter.limit, MOST_AT_ONCE)
  return async function look(range: TimeRange): Promise<Looked> {
    try {
      return { ...(await source.search({ ...filter, ...range, limit })), limit }
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'usage' || limit === filter.limit) throw error
      limit = filter.limit
      return look(range)
    }
  }
}

/** What may be over soon. Anything else ends the run: the sign-in, the rights, the settings. */
const PASSING: ReadonlySet<FailureCode> = new Set([
  'network',
  'provider-failed',
  'api-failed',
  'no-proof',
  'busy',
])
const LONGEST_WAIT_SECONDS = 60
/** A page of a gateway that had a token may be maintenance, or ask for a sign-in: only waiting shows which. */
const LONGEST_PAGE_SECONDS = 600

/** Looks that fail, in a row. */
class Outage {
  readonly #invocation: Invocation
  #failed = 0
  #isSignIn = false
  /** Waited since the first page that may ask for a sign-in. */
  #pageSeconds = 0
  #isLimited = false

  constructor(invocation: Invocation) {
    this.#invocation = invocation
  }

  /** A look has failed: says so once, and again where it waits for another time. Throws what will not be over soon. */
  failed(error: unknown): void {
    if (!(error instanceof Failure) || !isPassing(error)) throw error
    const wasSignIn = this.#isSignIn
    this.#isSignIn = isPerhapsSignIn(error)
    if (this.#isSignIn && this.#pageSeconds >= LONGEST_PAGE_SECONDS) throw error
    this.#failed += 1
    if (this.#failed > 1 && this.#isSignIn === wasSignIn) return
    const end = this.#isSignIn ? `for ${wholeDuration(LONGEST_PAGE_SECONDS)}` : 'until it works'
    this.#tell(`note: ${safeText(error.message, 300)}; trying again ${end}`)
  }

  /** The API limits requests, and the next one waits so many milliseconds. */
  limited(milliseconds: number): void {
    if (this.#isLimited) return
    this.#isLimited = true
    this.#tell(`note: the API limits requests; next check in ${Math.ceil(milliseconds / 1000)}s`)
  }

  answered(): void {
    if (this.#failed > 0) this.#tell('note: it works again')
    this.#failed = 0
    this.#isSignIn = false
    this.#pageSeconds = 0
    this.#isLimited = false
  }

  /** Seconds to wait now for the next look: ever longer while none is answered. */
  nextWait(interval: number): number {
    const seconds = Math.min(
      interval * 2 ** Math.min(this.#failed, 10),
      Math.max(interval, LONGEST_WAIT_SECONDS),
    )
    if (this.#isSignIn) this.#pageSeconds += seconds
    return seconds
  }

  #tell = (line: string): void => tell(this.#invocation, line)
}

/** A page comes from what stands before the API, which may be down for maintenance. */
const isPassing = ({ code, reason }: Failure): boolean => PASSING.has(code) || reason === 'web-page'

/** The page came in spite of a token. */
const isPerhapsSignIn = ({ code, exit }: Failure): boolean =>
  code === 'login-page' && exit === FAILURES['login-page'].exit

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
