/** One answer of a real server, in its shape: recorded on synthetic spans, then shortened to one of each thing. */
export interface Recorded {
  readonly server: string
  readonly name: string
  /** `TRACE` stands for an id that is there, `SERVICE` for a service, `RANGE` for a time with everything in it. */
  readonly path: string
  readonly status: number
  readonly contentType: string
  /** JSON, or the whole text. A number, text or truth value stands for its type. */
  readonly body: unknown
}

const TEXT = 'text/plain'
const JSON_TYPE = 'application/json'
const v3Error = (httpCode: number, message: string) => ({ error: { httpCode, message } })
const value = { stringValue: 'x' }
const attributes = [{ key: 'k', value }]

const v3Trace = {
  result: {
    resourceSpans: [
      {
        resource: { attributes },
        scopeSpans: [
          {
            scope: { name: 'synthetic', version: '1' },
            spans: [
              {
                ...{ traceId: '5e1f', spanId: 'a0', parentSpanId: 'b0', name: 'checkout', kind: 2 },
                ...{ startTimeUnixNano: '1', endTimeUnixNano: '2', attributes, status: { code: 2 } },
              },
            ],
          },
        ],
      },
    ],
  },
}

const tag = (type: string, plain: unknown) => ({ key: 'k', type, value: plain })
const envelope = (data: unknown, errors: unknown = null, total = 0) => ({
  data,
  total,
  limit: 0,
  offset: 0,
  errors,
})
const v2Trace = {
  traceID: '5e1f',
  spans: [
    {
      ...{ traceID: '5e1f', spanID: 'a0', operationName: 'checkout', startTime: 1, duration: 2, logs: [] },
      references: [{ refType: 'CHILD_OF', traceID: '5e1f', spanID: 'b0' }],
      tags: [tag('string', 'x'), tag('bool', true)],
      ...{ processID: 'p1', warnings: null },
    },
  ],
  processes: { p1: { serviceName: 'shop', tags: [] } },
  warnings: null,
}

const summaries = {
  summaries: [
    {
      ...{
        traceId: '5e1f',
        rootServiceName: 'shop',
        rootOperationName: 'checkout',
        spanCount: 2,
        errorSpanCount: 1,
      },
      ...{ minStartTimeUnixNano: '1', maxEndTimeUnixNano: '2' },
      services: [{ name: 'shop', spanCount: 2 }],
    },
  ],
}

const jaeger = (server: string, v3Type: string): Recorded[] => [
  {
    server,
    name: 'services',
    path: '/api/v3/services',
    status: 200,
    contentType: v3Type,
    body: { services: ['shop'] },
  },
  { server, name: 'trace', path: '/api/v3/traces/TRACE', status: 200, contentType: v3Type, body: v3Trace },
  {
    server,
    name: 'no trace',
    path: `/api/v3/traces/${'d'.repeat(32)}`,
    status: 404,
    contentType: TEXT,
    body: v3Error(404, 'No traces found'),
  },
  {
    server,
    name: 'old services',
    path: '/api/services',
    status: 200,
    contentType: JSON_TYPE,
    body: envelope(['shop'], null, 6),
  },
  {
    server,
    name: 'old trace',
    path: '/api/traces/TRACE',
    status: 200,
    contentType: JSON_TYPE,
    body: envelope([v2Trace]),
  },
  {
    server,
    name: 'no old trace',
    path: `/api/traces/${'d'.repeat(32)}`,
    status: 404,
    contentType: TEXT,
    body: envelope(null, [{ code: 404, msg: 'trace not found' }]),
  },
  {
    server,
    name: 'old search',
    path: '/api/traces?service=SERVICE',
    status: 200,
    contentType: JSON_TYPE,
    body: envelope([v2Trace]),
  },
  {
    server,
    name: 'old search without service',
    path: '/api/traces',
    status: 400,
    contentType: TEXT,
    body: envelope(null, [{ code: 400, msg: "parameter 'service' is required" }]),
  },
  {
    server,
    name: 'no such path',
    path: '/api/nosuch',
    status: 404,
    contentType: TEXT,
    body: '404 page not found\n',
  },
]

/** Jaeger 2.18.0 and 2.20.0, memory storage. */
export const JAEGER: readonly Recorded[] = [
  ...jaeger('v3-no-summaries', TEXT),
  {
    server: 'v3-no-summaries',
    name: 'summaries',
    path: '/api/v3/trace-summaries?query.service_name=SERVICE&RANGE',
    status: 404,
    contentType: TEXT,
    body: '404 page not found\n',
  },
  ...jaeger('v3-2.20', JSON_TYPE),
  {
    server: 'v3-2.20',
    name: 'summaries',
    path: '/api/v3/trace-summaries?query.service_name=SERVICE&RANGE',
    status: 200,
    contentType: JSON_TYPE,
    body: summaries,
  },
  {
    server: 'v3-2.20',
    name: 'no summaries',
    path: '/api/v3/trace-summaries?query.service_name=nosuch&RANGE',
    status: 200,
    contentType: JSON_TYPE,
    body: { summaries: [] },
  },
  {
    server: 'v3-2.20',
    name: 'summaries without a time',
    path: '/api/v3/trace-summaries',
    status: 400,
    contentType: TEXT,
    body: v3Error(400, 'query.startTimeMin and query.startTimeMax are required'),
  },
]

const matched = [{ spans: [], matched: 2 }]
const found = {
  ...{
    traceID: '5e1f',
    rootServiceName: 'shop',
    rootTraceName: 'checkout',
    startTimeUnixNano: '1',
    durationMs: 42,
  },
  spanSets: matched,
  serviceStats: { shop: { spanCount: 2, errorCount: 1 } },
}
const base64Trace = {
  resourceSpans: v3Trace.result.resourceSpans.map((group) => ({
    ...group,
    scopeSpans: group.scopeSpans.map((scope) => ({
      ...scope,
      spans: scope.spans.map((span) => ({
        ...span,
        kind: 'SPAN_KIND_SERVER',
        status: { code: 'STATUS_CODE_ERROR' },
      })),
    })),
  })),
}

/** Tempo 3.0.3, a single binary. */
export const TEMPO: readonly Recorded[] = (
  [
    ['echo', '/api/echo', 200, TEXT, 'echo\n'],
    ['trace', '/api/v2/traces/TRACE', 200, JSON_TYPE, { trace: base64Trace, metrics: {} }],
    ['no trace', `/api/v2/traces/${'d'.repeat(32)}`, 200, JSON_TYPE, { trace: {}, metrics: {} }],
    ['old trace', '/api/traces/TRACE', 200, JSON_TYPE, { batches: base64Trace.resourceSpans }],
    ['no old trace', `/api/traces/${'d'.repeat(32)}`, 404, '', ''],
    [
      'bad id',
      '/api/v2/traces/zz',
      400,
      TEXT,
      "trace IDs can only contain hex characters: invalid character 'z' at position 1",
    ],
    [
      'search',
      '/api/search?q={}&start=1790000000&end=1790100000',
      200,
      JSON_TYPE,
      { traces: [found], metrics: { inspectedBytes: '1', completedJobs: 1, totalJobs: 1 } },
    ],
    [
      'search of too long a time',
      '/api/search?q={}&start=1&end=1790000000',
      400,
      TEXT,
      'range specified by start and end exceeds 168h0m0s. received start=1 end=1790000000',
    ],
    [
      'tags',
      '/api/v2/search/tags',
      200,
      JSON_TYPE,
      { scopes: [{ name: 'span', tags: ['error'] }], metrics: { inspectedBytes: '1' } },
    ],
    [
      'values',
      '/api/v2/search/tag/resource.service.name/values',
      200,
      JSON_TYPE,
      { tagValues: [{ type: 'string', value: 'shop' }], metrics: { inspectedBytes: '1' } },
    ],
    [
      'series',
      '/api/metrics/query_range?q={} | rate() by (resource.service.name)&start=1790057000&end=1790060600&step=300s',
      200,
      JSON_TYPE,
      {
        series: [
          {
            labels: [{ key: 'resource.service.name', value }],
            // What is zero is left out.
            samples: [{ timestampMs: '1' }, { timestampMs: '2', value: 0.04 }],
          },
        ],
        metrics: { inspectedTraces: 1, completedJobs: 1, totalJobs: 1 },
      },
    ],
    [
      'quantiles',
      '/api/metrics/query_range?q={} | quantile_over_time(duration,.5,.99)&start=1790057000&end=1790060600&step=300s',
      200,
      JSON_TYPE,
      {
        series: [
          {
            labels: [{ key: 'p', value: { doubleValue: 0.5 } }],
            samples: [{ timestampMs: '1' }, { timestampMs: '2', value: 0.6384507083883997 }],
          },
        ],
        metrics: { inspectedTraces: 1, completedJobs: 1, totalJobs: 1 },
      },
    ],
    [
      'histogram',
      '/api/metrics/query_range?q={} | histogram_over_time(duration)&start=1790057000&end=1790060600&step=300s',
      200,
      JSON_TYPE,
      {
        series: [
          {
            labels: [{ key: '__bucket', value: { doubleValue: 0.002097152 } }],
            samples: [{ timestampMs: '1' }, { timestampMs: '2', value: 1 }],
          },
        ],
        metrics: { inspectedTraces: 1, completedJobs: 1, totalJobs: 1 },
      },
    ],
    [
      'comparison',
      '/api/metrics/query_range?q={} | compare({ status = error }, 2)&start=1789862400&end=1790208000&step=3600s',
      200,
      JSON_TYPE,
      {
        series: [
          {
            labels: [
              { key: '__meta_type', value },
              { key: 'span.k', value: { intValue: '9007199254740993' } },
            ],
            // What is zero is left out.
            samples: [{ timestampMs: '1' }, { timestampMs: '2', value: 3 }],
            exemplars: [
              {
                labels: [
                  { key: 'name', value },
                  { key: 'span.k', value: { intValue: '9007199254740993' } },
                ],
                value: 1,
                timestampMs: '2',
              },
            ],
          },
        ],
        metrics: { completedJobs: 1, totalJobs: 1 },
      },
    ],
    [
      'no series',
      '/api/metrics/query_range?q={}&start=1790000000&end=1790003600&step=300s',
      400,
      TEXT,
      'not a metrics query',
    ],
    ['no such path', '/api/v9/x', 404, TEXT, '404 page not found\n'],
  ] as const
).map(([name, path, status, contentType, body]) => ({
  server: 'tempo',
  name,
  path,
  status,
  contentType,
  body,
}))
