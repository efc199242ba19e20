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

type Row = readonly [name: string, path: string, status: number, contentType: string, body: unknown]
const recorded = (server: string, rows: readonly Row[]): readonly Recorded[] =>
  rows.map(([name, path, status, contentType, body]) => ({ server, name, path, status, contentType, body }))

const NO_ID = 'd'.repeat(32)
const SUMMARIES = '/api/v3/trace-summaries?query.service_name='
const jaeger = (v3Type: string): readonly Row[] => [
  ['services', '/api/v3/services', 200, v3Type, { services: ['shop'] }],
  ['trace', '/api/v3/traces/TRACE', 200, v3Type, v3Trace],
  ['no trace', `/api/v3/traces/${NO_ID}`, 404, TEXT, v3Error(404, 'No traces found')],
  ['old services', '/api/services', 200, JSON_TYPE, envelope(['shop'], null, 6)],
  ['old trace', '/api/traces/TRACE', 200, JSON_TYPE, envelope([v2Trace])],
  [
    'no old trace',
    `/api/traces/${NO_ID}`,
    404,
    TEXT,
    envelope(null, [{ code: 404, msg: 'trace not found' }]),
  ],
  ['old search', '/api/traces?service=SERVICE', 200, JSON_TYPE, envelope([v2Trace])],
  [
    'old search without service',
    '/api/traces',
    400,
    TEXT,
    envelope(null, [{ code: 400, msg: "parameter 'service' is required" }]),
  ],
  ['no such path', '/api/nosuch', 404, TEXT, '404 page not found\n'],
]
const NO_TIME = v3Error(400, 'query.startTimeMin and query.startTimeMax are required')

/** Jaeger 2.18.0 and 2.20.0, memory storage. */
export const JAEGER: readonly Recorded[] = [
  ...recorded('v3-no-summaries', [
    ...jaeger(TEXT),
    ['summaries', `${SUMMARIES}SERVICE&RANGE`, 404, TEXT, '404 page not found\n'],
  ]),
  ...recorded('v3-2.20', [
    ...jaeger(JSON_TYPE),
    ['summaries', `${SUMMARIES}SERVICE&RANGE`, 200, JSON_TYPE, summaries],
    ['no summaries', `${SUMMARIES}nosuch&RANGE`, 200, JSON_TYPE, { summaries: [] }],
    ['summaries without a time', '/api/v3/trace-summaries', 400, TEXT, NO_TIME],
  ]),
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
export const TEMPO = recorded('tempo', [
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
])
