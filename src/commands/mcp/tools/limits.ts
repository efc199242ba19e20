/** Of search_traces: traces where not so many are asked for, and at most. */
export const SEARCH = { usual: 10, most: 100 } as const
/** Of explain_traces: traces that are read. */
export const EXPLAIN = { usual: 100, most: 500 } as const
/** Of get_critical_path: spans. */
export const PATH = { usual: 50, most: 200 } as const
/** Of get_span_details: spans. */
export const DETAILS = { most: 20 } as const
