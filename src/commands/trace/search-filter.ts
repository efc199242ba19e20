import { Failure } from '../../errors.ts'
import type { AttributeCondition } from '../../trace/conditions/attribute-condition.ts'
import { parseNanos } from '../../trace/nanos.ts'
import type { TraceFilter } from '../../trace/search.ts'
import { readConditions, readCount } from './output/view-options.ts'
import { ALWAYS, readTimes } from './time-range.ts'

const DEFAULT_LIMIT = 20
/** Maximum of `--limit`. Tempo's own maximum. */
const MOST_LIMIT = 10_000

/** The limit to go on with where a search has stopped at this one; undefined: there is no larger one. */
export const largerLimit = (limit: number): number | undefined =>
  limit < MOST_LIMIT ? Math.min(MOST_LIMIT, limit * 5) : undefined

/**
 * The filter of `trace search` from its flags, where `attr` may hold conditions, too; `always`: no time range. Failure `usage`: an invalid value.
 */
export function readFilter(
  options: Readonly<Record<string, unknown>>,
  now: number,
  always: boolean,
): TraceFilter {
  const { service, name, query, attr, min, max, limit } = options
  const filters = ['service', 'name', 'attr', 'min', 'max', 'error'].filter(
    (flag) => options[flag] !== undefined,
  )
  if (query !== undefined && filters.length > 0) {
    throw new Failure('usage', `--query and --${filters[0]} cannot be used together`, {
      hint: 'Put the condition into the query.',
    })
  }
  const range = always ? ALWAYS : readTimes(options, now)
  return {
    ...(typeof service === 'string' && { service }),
    ...(typeof name === 'string' && { name }),
    ...(typeof query === 'string' && { query }),
    ...readDurations({ min, max }),
    attributes: readConditions((attr as (string | AttributeCondition)[] | undefined) ?? []),
    errors: options.error === true,
    limit: typeof limit === 'string' ? readCount(limit, '--limit', MOST_LIMIT) : DEFAULT_LIMIT,
    ...range,
  }
}

/** Failure `usage`: an invalid duration, or two that no span can have. */
function readDurations({ min, max }: Readonly<Record<'min' | 'max', unknown>>) {
  const minNanos = typeof min === 'string' ? parseNanos(min, '--min') : undefined
  const maxNanos = typeof max === 'string' ? parseNanos(max, '--max') : undefined
  if (minNanos !== undefined && maxNanos !== undefined && minNanos > maxNanos) {
    const [longer, shorter] = [String(min).trim(), String(max).trim()]
    throw new Failure('usage', `--min ${longer} is longer than --max ${shorter}`, {
      hint: `Perhaps the other way round: --min ${shorter} --max ${longer}`,
    })
  }
  return { ...(minNanos !== undefined && { minNanos }), ...(maxNanos !== undefined && { maxNanos }) }
}
