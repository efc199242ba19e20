import { openPacing } from '../../../api/pacing.ts'
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
import type { SearchResult, TraceFilter } from '../../../trace/search.ts'
import { type CapableSource, requireCapability } from '../../../trace/sources/capabilities.ts'
import { rememberServices } from '../../completion/services-seen.ts'
import { type Invocation, loadProfile, tell } from '../../invocation.ts'
import { openProfile } from '../open-source.ts'
import { largerLimit } from '../search-filter.ts'
import { type Looked, openLook, openLooks } from './look.ts'
import { openLines } from './new-lines.ts'
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
