import { ALWAYS, endsFirst, LIKE, namesTimes, readTime } from '../commands/trace/time-range.ts'
import { Failure } from '../errors.ts'
import {
  bool,
  count,
  duration,
  type Flag,
  type Flags,
  nanos,
  repeated,
  text,
  type ValuesOf,
  value,
} from '../frame/flag.ts'
import { safeText } from '../text/safe-text.ts'
import { readConditions } from '../trace/attributes.ts'
import { MOST_LIMIT, type TraceFilter } from '../trace/search.ts'
import type { TimeRange } from '../trace/series.ts'
import { backendFlags, sensitiveFlag } from './flags.ts'

const LATEST_HOUR_SECONDS = 3600

/** Which time to look at. */
export const timeFlags = {
  since: duration('how far back to look (1h)'),
  from: value('<time>', 'start time (now-1h, or RFC 3339)', readTime),
  to: value('<time>', 'end time (now-30m, or RFC 3339)', readTime),
} as const satisfies Flags

/** The conditions on one span that a search knows. */
export const conditionFlags = {
  service: text('<name>', 'only spans of this service', { short: 's' }),
  name: text('<name>', 'only spans with exactly this name'),
  attr: repeated(
    '<key=value>',
    'only spans with this attribute (repeatable; also key!=value, key>=500, key=~regex for the whole value)',
    readConditions,
  ),
  min: nanos('only spans of at least this duration (traces, without other filters)'),
  max: nanos('only spans of at most this duration (traces, without other filters)'),
} as const satisfies Flags

/** A file in place of the back end. */
export const fileFlag = {
  file: text('<file>', 'read a trace file instead of the back end (- for stdin)'),
} as const satisfies Flags

/** Among which spans a verb looks that reads many traces. */
export const populationFlags = {
  ...conditionFlags,
  query: text('<text>', "a query in the back end's own language instead (TraceQL)"),
  limit: count('maximum number of traces (100; of a file, all)', MOST_LIMIT, {
    short: 'n',
  }),
  ...backendFlags,
  ...timeFlags,
  ...fileFlag,
  ...sensitiveFlag,
} as const satisfies Flags

/** Which traces a verb reads that looks at many of them. */
export const manyTracesFlags = {
  error: bool('only failed spans', { alias: 'errors', short: 'e' }),
  ...populationFlags,
} as const satisfies Flags

type Times = ValuesOf<typeof timeFlags>
type Typed = Readonly<Record<string, unknown>>

/**
 * The time to look at; `typed`: the typed flags, for messages. Without a time a file is read whole. Times before 1970 become
 * 1970. Failure `usage`: times that exclude each other, or end before they begin.
 */
export function timeRange({ since, from, to }: Times, typed: Typed, now: number): TimeRange {
  if (typed.file !== undefined && !namesTimes(typed)) return ALWAYS
  if (since !== undefined && from !== undefined)
    throw new Failure('usage', '--since and --from cannot be used together')
  const toMillis = to ?? now
  if (toMillis <= 0)
    throw new Failure('usage', `--to: "${safeText(String(typed.to), 40)}" is before 1970`, { hint: LIKE })
  const fromMillis = Math.max(0, from ?? toMillis - (since ?? LATEST_HOUR_SECONDS) * 1000)
  if (fromMillis < toMillis) return { fromMillis, toMillis }
  if (since !== undefined)
    throw new Failure('usage', `--since: "${safeText(String(typed.since), 40)}" is not a duration`, {
      hint: 'Write how far back: 5m, 1h30m, 90d.',
    })
  throw endsFirst(to === undefined ? '--from: without --to it ends now' : '--from and --to')
}

type Conditions = ValuesOf<typeof conditionFlags> &
  Times & { readonly query: string | undefined; readonly error: boolean; readonly limit: number | undefined }

/** The filter of a search; `usual`: its limit when none is typed. Failure `usage`: flags that exclude each other. */
export function filterOf(flags: Conditions, typed: Typed, now: number, usual: number): TraceFilter {
  const { service, name, query, attr, min, max, error, limit } = flags
  const [first] = ['service', 'name', 'attr', 'min', 'max', 'error'].filter((one) => typed[one] !== undefined)
  if (query !== undefined && first !== undefined)
    throw new Failure('usage', `--query and --${first} cannot be used together`, {
      hint: 'Put the condition into the query.',
    })
  if (min !== undefined && max !== undefined && min > max) {
    const [longer, shorter] = [String(typed.min).trim(), String(typed.max).trim()]
    throw new Failure('usage', `--min ${longer} is longer than --max ${shorter}`, {
      hint: `Swap them: --min ${shorter} --max ${longer}`,
    })
  }
  return {
    ...(service !== undefined && { service }),
    ...(name !== undefined && { name }),
    ...(query !== undefined && { query }),
    ...(min !== undefined && { minNanos: min }),
    ...(max !== undefined && { maxNanos: max }),
    attributes: attr,
    errors: error,
    limit: limit ?? usual,
    ...timeRange(flags, typed, now),
  }
}

/** As {@link filterOf}, for a verb that reads every trace it finds: of a file all of them, else 100. */
export const manyTracesFilter = (flags: Conditions, typed: Typed, now: number): TraceFilter =>
  filterOf(flags, typed, now, typed.file === undefined ? 100 : Number.POSITIVE_INFINITY)

/** Which trace of a search. */
export const PICKS = ['latest', 'slowest', 'error-latest'] as const

/** One of {@link PICKS}. */
export type Pick = (typeof PICKS)[number]

/** Flags of a search that choose among traces. */
export const OF_SEARCH = Object.keys({ ...manyTracesFlags }).filter(
  (name) => !/^(snapshot|showSensitive)$/.test(name),
)

/** Flags by which a verb takes one trace of a search in place of an id: those of `trace search`, which help does not show, and which. */
export const pickFlags = {
  ...(Object.fromEntries(
    OF_SEARCH.map((name) => {
      const flag: Flag<unknown> = manyTracesFlags[name as keyof typeof manyTracesFlags]
      return [name, { ...flag, isHidden: true as const }]
    }),
  ) as Flags),
  latest: bool('no id: the newest trace that the flags of trace search find'),
  slowest: bool('no id: the slowest of the newest 100'),
  errorLatest: bool('no id: the newest one with an error'),
}

/** Whether a line asks for one trace of a search. */
export const isPicked = (typed: Typed, own: readonly string[]): boolean =>
  ['latest', 'slowest', 'errorLatest', ...OF_SEARCH.filter((name) => !own.includes(name))].some(
    (name) => typed[name] !== undefined,
  )
