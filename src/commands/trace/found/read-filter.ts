import type { TraceFilter } from '../../../trace/search.ts'
import type { Typed } from '../../cli-command.ts'
import { MOST_LIMIT, readFilter } from '../search-filter.ts'
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
  const limit = flags.limit ?? String(flags.file === undefined ? DEFAULT_LIMIT : MOST_LIMIT)
  return { filter: readFilter({ ...flags, limit }, now, always), always }
}
