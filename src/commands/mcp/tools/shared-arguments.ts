import type { Argument } from '../tool.ts'

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
