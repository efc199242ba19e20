import type { Argument } from './tool.ts'

/** Of search_traces: traces where not so many are asked for, and at most. */
export const SEARCH = { usual: 10, most: 100 } as const
/** Of explain_traces: traces that are read. */
export const EXPLAIN = { usual: 100, most: 500 } as const
/** Of get_critical_path: spans. */
export const PATH = { usual: 50, most: 200 } as const
/** Of get_span_details: spans. */
export const DETAILS = { most: 20 } as const

/** Which trace; never the name of a file. */
export const TRACE_ID: Argument = {
  name: 'trace_id',
  type: 'string',
  description:
    'The id of the trace, as search_traces gives it; a traceparent or the address of its page will do.',
  isRequired: true,
}

/** Only names that hold this text. */
export const PATTERN: Argument = {
  name: 'pattern',
  type: 'string',
  description: 'Only those that contain this text, in any letter case.',
}

/** The time to look at. */
export const TIMES: readonly Argument[] = [
  {
    name: 'start_time_min',
    type: 'string',
    description:
      'From this time on: -1h, -30m, -2d before now, or RFC 3339. One hour before the end when not given.',
    flag: 'from',
    alias: 'since',
  },
  {
    name: 'start_time_max',
    type: 'string',
    description: 'Up to this time: now (when not given), -5m, or RFC 3339.',
    flag: 'to',
  },
]

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

/** Of explain_traces; its answers speak of it, too. */
export const SLOWER_THAN: Argument = {
  name: 'slower_than',
  type: 'string',
  description: 'Explain the spans that took longer than this: 500ms, or p95 of those that fit.',
  flag: 'slowerThan',
}
