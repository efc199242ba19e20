/**
 * Answers to `compare()` in the shape of the two versions of Tempo from which one was recorded, written from spans of our own. An
 * attribute that a version knows by name is counted as `nil` where a span has none, any other one only where it is there; the
 * service is counted twice; a sample that is zero has no value; one series of totals has examples of spans.
 */

/** One request: a trace of one span. Of its attributes whole numbers are text, as JSON cannot hold them all. */
export interface Request {
  readonly service: string
  readonly failed: boolean
  /** With their scope. */
  readonly attributes: Readonly<
    Record<string, { readonly stringValue: string } | { readonly intValue: string }>
  >
}

const OLDER = [
  ...['cluster', 'container', 'k8s.cluster.name', 'k8s.container.name', 'k8s.namespace.name'],
  ...['k8s.pod.name', 'namespace', 'pod'],
].map((name) => `resource.${name}`)

/** The attributes that each version knows by name. */
export const KNOWN_BY_NAME = {
  '2.10': [...OLDER, 'span.http.method', 'span.http.status_code', 'span.http.url'],
  '3.0.3': [
    ...[...OLDER, 'span.http.method', 'span.http.request.method', 'span.http.route', 'span.http.status_code'],
    ...['span.http.url', 'span.server.address', 'span.url.path', 'span.url.route'],
  ],
} as const

/** What it counts of every span beside its attributes. */
export const OF_EVERY_SPAN = [
  ...['instrumentation:name', 'instrumentation:version', 'kind', 'name', 'resource.service.name', 'rootName'],
  ...['rootServiceName', 'status', 'statusMessage'],
] as const

type Value = Request['attributes'][string]
const text = (stringValue: string): Value => ({ stringValue })

/** The whole answer, for spans that came in the last two of `times` (milliseconds). */
export function compareAnswer(
  version: keyof typeof KNOWN_BY_NAME,
  requests: readonly Request[],
  times: readonly number[],
) {
  const groups = [
    ['baseline', requests.filter(({ failed }) => !failed)],
    ['selection', requests.filter(({ failed }) => failed)],
  ] as const
  const series = groups.flatMap(([group, some]) => seriesOf(version, group, some, times))
  const place = ({ labels: [type, attribute] }: (typeof series)[number]) =>
    `${type?.value.stringValue} ${attribute?.key} ${JSON.stringify(attribute?.value)}`
  const sorted = series.toSorted((a, b) => (place(a) < place(b) ? -1 : 1))
  return { series: sorted, metrics: { completedJobs: 1, totalJobs: 1 } }
}

interface Label {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: string }
}

function seriesOf(
  version: keyof typeof KNOWN_BY_NAME,
  group: string,
  requests: readonly Request[],
  times: readonly number[],
) {
  const counts = new Map<string, Map<string, number>>()
  for (const request of requests)
    for (const [name, value] of labelsOf(version, request)) {
      const values = counts.get(name) ?? new Map<string, number>()
      const key = JSON.stringify(value)
      counts.set(name, values.set(key, (values.get(key) ?? 0) + (name === 'resource.service.name' ? 2 : 1)))
    }
  const one = (type: string, key: string, value: Label['value'], count: number) => ({
    labels: [
      { key: '__meta_type', value: text(type) },
      { key, value },
    ] as readonly Label[],
    samples: times.map((at, i) => {
      const early = Math.floor(count / 3)
      const value = i === times.length - 1 ? count - early : i === times.length - 2 ? early : 0
      return { timestampMs: String(at), ...(value > 0 && { value }) }
    }),
  })
  return [...counts].flatMap(([name, values]) => {
    const listed = [...values].map(([value, count]) => one(group, name, JSON.parse(value), count))
    const total = one(
      `${group}_total`,
      name,
      text('nil'),
      [...values.values()].reduce((sum, n) => sum + n, 0),
    )
    const labels = labelsOf(version, requests[0] as Request).map(([key, value]) => ({ key, value }))
    const exemplars = [{ labels, value: 1, timestampMs: String(times.at(-1)) }]
    return [...listed, name === 'instrumentation:version' ? { ...total, exemplars } : total]
  })
}

function labelsOf(
  version: keyof typeof KNOWN_BY_NAME,
  { service, failed, attributes }: Request,
): [string, Value][] {
  const ofEvery: Record<(typeof OF_EVERY_SPAN)[number], Value> = {
    'instrumentation:name': text('till'),
    'instrumentation:version': text(''),
    kind: text('server'),
    name: text('PUT /basket'),
    'resource.service.name': text(service),
    rootName: text('PUT /basket'),
    rootServiceName: text(service),
    status: text(failed ? 'error' : 'unset'),
    statusMessage: text(failed ? 'no such shelf' : ''),
  }
  const absent = KNOWN_BY_NAME[version].filter((name) => !(name in attributes))
  return [
    ...Object.entries({ ...ofEvery, ...attributes }),
    ...absent.map((name): [string, Value] => [name, text('nil')]),
  ]
}

/** The same requests as traces: OTLP/JSON. `startNanos`: of the first. */
export function tracesOf(requests: readonly Request[], startNanos: bigint) {
  return {
    resourceSpans: requests.map(({ service, failed, attributes }, i) => {
      const start = startNanos + BigInt(i) * 1_000_000n
      const scoped = (scope: string) =>
        Object.entries(attributes)
          .filter(([name]) => name.startsWith(scope))
          .map(([name, value]) => ({ key: name.slice(scope.length), value }))
      const id = (digits: number) => (0xa000 + i).toString(16).padStart(digits, '0')
      return {
        resource: { attributes: [{ key: 'service.name', value: text(service) }, ...scoped('resource.')] },
        scopeSpans: [
          {
            scope: { name: 'till' },
            spans: [
              {
                ...{ traceId: id(32), spanId: id(16), name: 'PUT /basket', kind: 2 },
                startTimeUnixNano: String(start),
                endTimeUnixNano: String(start + 500_000n),
                attributes: scoped('span.'),
                status: failed ? { code: 2, message: 'no such shelf' } : {},
              },
            ],
          },
        ],
      }
    }),
  }
}
