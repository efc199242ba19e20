/** Formats of `-o` that draw the rows of a trace. */
export const TRACE_DRAWINGS = ['waterfall', 'md', 'html', 'svg', 'agent'] as const

export type TraceDrawing = (typeof TRACE_DRAWINGS)[number]

/** What `-o` takes for one trace: data, and the drawings. */
export const TRACE_FORMATS = [
  'waterfall',
  'json',
  'ndjson',
  'otlp',
  'jaeger',
  'perfetto',
  'csv',
  'md',
  'html',
  'svg',
  'agent',
] as const

export type TraceFormat = (typeof TRACE_FORMATS)[number]

/** A format that holds the spans themselves, for a program to read. */
export type TraceDataFormat = Exclude<TraceFormat, TraceDrawing>

/** What `-o` takes for many traces: one JSON value a line, a trace each. */
export const TRACE_LINES = ['ndjson', 'otlp'] as const satisfies readonly TraceFormat[]

export type TraceLines = (typeof TRACE_LINES)[number]

/**
 * The values of `--scale`: `linear` shows the roots' time with long tails clipped and idle time cut out; `critical` the roots'
 * time only; `fit` everything; `log` everything on a logarithmic axis.
 */
export const SCALES = ['linear', 'log', 'fit', 'critical'] as const

/** One of {@link SCALES}. */
export type Scale = (typeof SCALES)[number]

/** What `--by` of a breakdown takes: one row for each operation (span name) of a service, for each service, model or tool. */
export const BREAKDOWN_BY = ['operation', 'service', 'model', 'tool'] as const

/** One of {@link BREAKDOWN_BY}. */
export type BreakdownBy = (typeof BREAKDOWN_BY)[number]
