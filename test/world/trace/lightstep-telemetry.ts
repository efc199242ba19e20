import type { TraceData } from '../trace-data.ts'
import { stepsBetween, wave } from './wave.ts'

/** An answer of the API before it is sent. */
export interface Reply {
  readonly status: number
  readonly body: unknown
  readonly headers?: Record<string, string>
}

const errors = (status: number, message: string): Reply => ({ status, body: { errors: [message] } })

type Attributes = Readonly<Record<string, unknown>>

/** `POST …/telemetry/attributes`: keys, or the values of the keys it is scoped to. Tags of spans only. */
export function telemetryAttributes(data: Attributes, traces: readonly TraceData[]): Reply {
  const kinds = data['attribute-types']
  if (!Array.isArray(kinds) || !data['oldest-time'] || !data['youngest-time']) {
    return errors(400, 'attribute-types, oldest-time and youngest-time are required')
  }
  const scoped = data['scope-to-attribute-keys'] as string[] | undefined
  const found: Record<string, { type: string; value: string; telemetry_type: string }[]> = {}
  for (const { spans } of traces) {
    for (const span of spans) {
      for (const [key, value] of Object.entries({
        service: span.service,
        operation: span.name,
        ...span.tags,
      })) {
        if (scoped && !scoped.includes(key)) continue
        found[key] ??= []
        const type = typeof value === 'number' ? 'int64' : 'string'
        if (kinds.includes('keys')) found[key] = [{ type, value: key, telemetry_type: 'SPANS' }]
        else if (!found[key].some((one) => one.value === String(value))) {
          found[key].push({ type, value: String(value), telemetry_type: 'SPANS' })
        }
      }
    }
  }
  return { status: 200, body: { data: found } }
}

const STAGE =
  /^((delta|rate)( \d+[smhd](, ?\d+[smhd])?)?|filter .+|group_by \[.*\], ?(sum|mean|max|min|count)|point percentile\(value, ?[\d.]+\))$/

/**
 * `POST …/telemetry/query_timeseries`: a subset of UQL. A series a service where it is grouped by `service`, one else;
 * a filter for a service that is not there gives no `series` at all.
 */
export function queryTimeseries(attributes: Attributes, traces: readonly TraceData[]): Reply {
  const query = String(attributes.query ?? '')
  const period = Number(attributes['output-period'])
  const [from, to] = ['oldest-time', 'youngest-time'].map((name) => Date.parse(String(attributes[name])))
  if (!Number.isInteger(period) || period < 1 || !from || !to)
    return errors(400, 'invalid time range or output-period')
  const [fetch = '', ...stages] = query.split('|').map((stage) => stage.trim())
  if (fetch === 'logs') return series({ logs: [[from, { message: 'hello' }]] })
  if (!/^(spans (count|latency|count_unadjusted)|logs count)$/.test(fetch)) {
    return errors(400, `syntax error at "${fetch}": expected spans count or spans latency`)
  }
  const bad = stages.find((stage) => !STAGE.test(stage))
  if (bad !== undefined) return errors(400, `unknown stage "${bad}"`)
  const services = [...new Set(traces.flatMap(({ spans }) => spans.map((span) => span.service)))].sort()
  const asked = /service == "([^"]+)"/.exec(query)?.[1]
  const shown = services.filter((service) => asked === undefined || service === asked)
  // An empty result has no member for it.
  if (shown.length === 0) return series({})
  const grouped = /group_by \[[^\]]*\bservice\b/.test(query)
  // A guess at its form, which no document gives; only what a stage makes of it is a number.
  const isDistribution = fetch === 'spans latency' && !/point percentile/.test(query)
  const times = stepsBetween(from, to, period * 1000)
  return series({
    series: (grouped ? shown : ['']).map((service, i) => ({
      ...(service !== '' && { 'group-labels': [`service=${service}`] }),
      // A series without data has no points, and each has its own times.
      ...(i !== 1 && {
        points: times
          .filter((_, n) => i !== 2 || n % 10 < 7)
          .map((at) => [at, isDistribution ? { count: 3, sum: wave(service, at) } : wave(service, at)]),
      }),
    })),
  })
}

const series = (attributes: Attributes): Reply => ({
  status: 200,
  body: { data: { type: 'timeseries', id: 'q1', diagnostics: {}, attributes } },
})
