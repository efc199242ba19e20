import type { Argument } from '../tool.ts'
import { SEARCH } from './limits.ts'
import { TIMES } from './shared-arguments.ts'

/** What search_traces takes; the notes of its answers speak of them, too. */
export const SEARCH_ARGUMENTS: readonly Argument[] = [
  {
    name: 'service_name',
    type: 'string',
    description: 'A span of this service; get_services lists them.',
    flag: 'service',
  },
  { name: 'span_name', type: 'string', description: 'A span of exactly this name.', flag: 'name' },
  {
    name: 'attributes',
    type: 'attributes',
    description: 'A span with these attributes, such as {"http.response.status_code": 500}.',
    flag: 'attr',
  },
  { name: 'with_errors', type: 'boolean', description: 'A span that failed.', flag: 'error' },
  {
    name: 'duration_min',
    type: 'string',
    description: 'A span that took at least this long: 500ms, 2s. Without other conditions: the whole trace.',
    flag: 'min',
  },
  { name: 'duration_max', type: 'string', description: 'A span that took at most this long.', flag: 'max' },
  ...TIMES,
  {
    name: 'query',
    type: 'string',
    description: "A query in the back end's own language (TraceQL), in place of the conditions.",
    flag: 'query',
  },
  {
    name: 'search_depth',
    type: 'integer',
    description: `Traces at most; ${SEARCH.usual} when not given.`,
    flag: 'limit',
    most: SEARCH.most,
  },
]
