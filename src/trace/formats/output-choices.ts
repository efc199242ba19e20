/** What `-o` takes for many traces: one JSON value a line, a trace each. */
export const TRACE_LINES = ['ndjson', 'otlp'] as const

export type TraceLines = (typeof TRACE_LINES)[number]

/**
 * The values of `--scale`: `linear` shows the roots' time with long tails clipped; `critical` the roots'
 * time only; `fit` everything; `log` everything on a logarithmic axis.
 */
export const SCALES = ['linear', 'log', 'fit', 'critical'] as const

export type Scale = (typeof SCALES)[number]

/** What `--by` of a breakdown takes: one row for each operation (span name) of a service, for each service, model or tool. */
export const BREAKDOWN_BY = ['operation', 'service', 'model', 'tool'] as const

export type BreakdownBy = (typeof BREAKDOWN_BY)[number]
