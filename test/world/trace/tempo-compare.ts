import type { SpanData, TraceData } from '../trace-data.ts'
import { matchingSpans } from './traceql-match.ts'

const COMPARE = /^(\{.*?\})\s*\|\s*compare\((\{.*?\})(?:, (\d+))?\)$/

interface Series {
  readonly labels: readonly { key: string; value: Record<string, unknown> }[]
  readonly samples: readonly unknown[]
  /** Spans that were counted. */
  readonly exemplars?: readonly unknown[]
}

/** Attributes that 3.0 knows by name: counted as `nil` where a span has none. */
const KNOWN_BY_NAME = [
  ...['resource.cluster', 'resource.container', 'resource.k8s.cluster.name', 'resource.k8s.container.name'],
  ...['resource.k8s.namespace.name', 'resource.k8s.pod.name', 'resource.namespace', 'resource.pod'],
  ...['span.http.method', 'span.http.request.method', 'span.http.route', 'span.http.status_code'],
  ...['span.http.url', 'span.server.address', 'span.url.path', 'span.url.route'],
]

/**
 * The series of `compare()` in the shapes that were recorded from 2.10 and 3.0: totals beside values, `nil` for what a
 * span has not, the service counted twice, values left out where they are zero,
 * examples of spans at one total. Undefined for another query.
 */
export function compareSeries(
  q: string,
  times: readonly number[],
  traces: readonly TraceData[],
): Series[] | undefined {
  const [, population, selection, most = '10'] = COMPARE.exec(q) ?? []
  if (population === undefined || selection === undefined) return undefined
  const all = matchingSpans(traces, population)
  const selected = new Set(matchingSpans(traces, selection))
  return [
    ...groupSeries(
      'baseline',
      all.filter((span) => !selected.has(span)),
      Number(most),
      times,
    ),
    ...groupSeries(
      'selection',
      all.filter((span) => selected.has(span)),
      Number(most),
      times,
    ),
  ]
}

function groupSeries(
  type: string,
  spans: readonly SpanData[],
  most: number,
  times: readonly number[],
): Series[] {
  const counts = new Map<string, Map<unknown, number>>()
  const add = (name: string, value: unknown, times = 1) => {
    const values = counts.get(name) ?? new Map<unknown, number>()
    counts.set(name, values.set(value, (values.get(value) ?? 0) + times))
  }
  for (const span of spans)
    for (const [name, value] of attributesOf(span)) add(name, value, name === 'resource.service.name' ? 2 : 1)
  return [...counts].flatMap(([name, values]) => {
    const total = [...values.values()].reduce((sum, n) => sum + n, 0)
    const listed = [...values].sort((a, b) => b[1] - a[1]).slice(0, most)
    const ofAll = series(`${type}_total`, name, { stringValue: 'nil' }, total, times)
    return [
      ...listed.map(([value, n]) => series(type, name, typed(value), n, times)),
      name === 'instrumentation:version' ? { ...ofAll, exemplars: exemplarsOf(spans, times) } : ofAll,
    ]
  })
}

/** All that is counted of a span, by name. */
function attributesOf(span: SpanData): Map<string, unknown> {
  return new Map<string, unknown>([
    ...KNOWN_BY_NAME.map((name) => [name, 'nil'] as const),
    ['instrumentation:name', 'demo'],
    ['instrumentation:version', '1.0'],
    ['kind', span.kind],
    ['name', span.name],
    ['resource.service.name', span.service],
    ['rootName', 'POST /order'],
    ['rootServiceName', 'checkout'],
    ['status', span.error ? 'error' : 'unset'],
    ['statusMessage', span.error ? 'card declined' : ''],
    ...Object.entries(span.tags).map(([key, value]) => [`span.${key}`, value] as const),
  ])
}

function exemplarsOf(spans: readonly SpanData[], times: readonly number[]): unknown[] {
  return spans.slice(0, 4).map((span) => ({
    labels: [...attributesOf(span)].map(([key, value]) => ({ key, value: typed(value) })),
    value: 1,
    timestampMs: String(times[0]),
  }))
}

/** A value of a label, as ProtoJSON writes it. */
export const typed = (value: unknown): Record<string, unknown> =>
  typeof value === 'number' ? { intValue: String(value) } : { stringValue: String(value) }

/** The count is spread over two moments. */
function series(
  type: string,
  name: string,
  value: Record<string, unknown>,
  n: number,
  times: readonly number[],
): Series {
  const parts = [Math.floor(n / 3), n - Math.floor(n / 3)]
  return {
    labels: [
      { key: '__meta_type', value: { stringValue: type } },
      { key: name, value },
    ],
    samples: times.map((at, i) => ({
      timestampMs: String(at),
      ...((parts[i] ?? 0) > 0 && { value: parts[i] }),
    })),
  }
}
