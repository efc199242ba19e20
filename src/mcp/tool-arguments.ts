import type { Argument } from './tool.ts'

/** Of search_traces: traces where not so many are asked for, and at most. */
export const SEARCH = { usual: 10, most: 100 } as const
/** Of get_critical_path: spans. */
export const PATH = { usual: 50, most: 200 } as const
/** Of get_span_details: spans. */
export const DETAILS = { most: 20 } as const

/** Which trace; never the name of a file. */
export const TRACE_ID: Argument = {
  name: 'id',
  type: 'string',
  description:
    'The id of the trace, as search_traces gives it; a traceparent or the address of its page will do.',
  isRequired: true,
}

/** The time to look at. */
const TIMES: readonly Argument[] = [
  {
    name: 'since',
    type: 'string',
    description: 'How far back: 15m, 2d. One hour when not given.',
    flag: 'since',
  },
  { name: 'from', type: 'string', description: 'From this time on: -2h, or RFC 3339.', flag: 'from' },
  {
    name: 'to',
    type: 'string',
    description: 'Up to this time: now when not given, -5m, or RFC 3339.',
    flag: 'to',
  },
]

/** What search_traces takes; the notes of its answers speak of them, too. */
export const SEARCH_ARGUMENTS: readonly Argument[] = [
  {
    name: 'service',
    type: 'string',
    description: 'A span of this service; get_services lists them.',
    flag: 'service',
  },
  { name: 'name', type: 'string', description: 'A span of exactly this name.', flag: 'name' },
  {
    name: 'attr',
    type: 'strings',
    description:
      'A span with these attributes: ["http.response.status_code>=500"]; also key=value, key!=value, key=~regex.',
    flag: 'attr',
  },
  { name: 'error', type: 'boolean', description: 'A span that failed.', flag: 'error' },
  {
    name: 'min',
    type: 'string',
    description: 'A span that took at least this long: 500ms, 2s. Without other conditions: the whole trace.',
    flag: 'min',
  },
  { name: 'max', type: 'string', description: 'A span that took at most this long.', flag: 'max' },
  ...TIMES,
  {
    name: 'query',
    type: 'string',
    description: "A query in the back end's own language (TraceQL), in place of the conditions.",
    flag: 'query',
  },
  {
    name: 'limit',
    type: 'integer',
    description: `Traces at most; ${SEARCH.usual} when not given.`,
    flag: 'limit',
    most: SEARCH.most,
  },
]
