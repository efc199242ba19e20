import type { Argument } from './tool.ts'

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
  place: 0,
  isRequired: true,
}
