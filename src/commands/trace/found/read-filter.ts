import type { TraceFilter } from '../../../trace/search.ts'
import type { Typed } from '../../cli-command.ts'
import { readFilter } from '../search-filter.ts'
import { namesTimes } from '../time-range.ts'

/** Traces that are read from a back end when nothing else is said. */
const DEFAULT_LIMIT = 100

/** The filter of a command that reads every trace it finds; `always`: no time range was given for a file. */
export interface ManyTracesFilter {
  readonly filter: TraceFilter
  readonly always: boolean
}

/** As of `trace search`, but for more traces: of a file all of them. Failure `usage`: an invalid value. */
export function readManyTracesFilter({ flags, now }: Typed): ManyTracesFilter {
  const always = flags.file !== undefined && !namesTimes(flags)
  const filter = readFilter({ ...flags, limit: flags.limit ?? String(DEFAULT_LIMIT) }, now, always)
  const isWhole = flags.file !== undefined && flags.limit === undefined
  return { filter: isWhole ? { ...filter, limit: Number.POSITIVE_INFINITY } : filter, always }
}
