import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type JaegerApi, type JaegerMode, startJaegerApi } from '../world/jaeger-api.ts'
import { startTempoApi, type TempoApi } from '../world/tempo-api.ts'
import { makeTrace } from '../world/trace-data.ts'
import { JAEGER, type Recorded, TEMPO } from './recorded-answers.ts'
import { type compareAnswer, KNOWN_BY_NAME, OF_EVERY_SPAN } from './recorded-compare.ts'

/** The servers of this world answer as the real ones did: same status, kind and shape; nothing invented, nothing left out. */
const trace = makeTrace({ seed: 7 })
const RANGE = 'query.start_time_min=2026-09-20T00:00:00Z&query.start_time_max=2026-09-24T00:00:00Z'

let jaeger: JaegerApi
let tempo: TempoApi
beforeAll(async () => {
  jaeger = await startJaegerApi({ traces: [trace] })
  tempo = await startTempoApi({ traces: [trace] })
})
afterAll(() => Promise.all([jaeger.close(), tempo.close()]))

/** Names that are data, as those of services, count as one. */
const MAPS = /\.(serviceStats|processes)$/

/** Every path in a JSON value with the type at its end: `.spans[].kind number`. */
function shape(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : value.flatMap((item) => shape(item, `${at}[]`))
  if (value === null || typeof value !== 'object') return [`${at} ${value === null ? 'null' : typeof value}`]
  return Object.entries(value).flatMap(([key, inner]) => shape(inner, `${at}.${MAPS.test(at) ? '*' : key}`))
}
const shapeOf = (value: unknown) => [...new Set(shape(value))].sort()

async function answerOf(base: string, { path, body }: Recorded) {
  const asked = path.replace('TRACE', trace.traceId).replace('SERVICE', 'frontend').replace('RANGE', RANGE)
  const response = await fetch(`${base}${asked}`)
  const text = await response.text()
  return {
    status: response.status,
    contentType: (response.headers.get('content-type') ?? '').split(';')[0],
    body: typeof body === 'string' ? text : shapeOf(JSON.parse(text)),
  }
}

const expected = ({ status, contentType, body }: Recorded) => ({
  status,
  contentType,
  body: typeof body === 'string' ? body : shapeOf(body),
})

describe('Jaeger', () => {
  it.each(JAEGER.map((row) => [row.server, row.name, row] as const))('%s: %s', async (server, _, row) => {
    jaeger.mode = server as JaegerMode
    expect(await answerOf(jaeger.url, row)).toEqual(expected(row))
  })
})

describe('Tempo', () => {
  it.each(TEMPO.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    expect(await answerOf(tempo.url, row)).toEqual(expected(row))
  })

  it('counts by the names that the real one counts by, the service twice', async () => {
    const path = '/api/metrics/query_range?q={} | compare({ status = error }, 100)'
    const response = await fetch(`${tempo.url}${path}&start=1789862400&end=1790208000&step=3600s`)
    const { series } = (await response.json()) as ReturnType<typeof compareAnswer>
    const totals = new Map<string, number>()
    for (const { labels, samples } of series) {
      const [type, attribute] = labels
      const name = `${type?.value.stringValue} ${attribute?.key}`
      const count = samples.reduce((sum, { value = 0 }) => sum + value, 0)
      totals.set(name, (totals.get(name) ?? 0) + count)
    }
    const tags = new Set(trace.spans.flatMap((span) => Object.keys(span.tags).map((key) => `span.${key}`)))
    const names = new Set(
      series.flatMap(({ labels }) => labels.slice(1).map(({ key }) => key)).filter((key) => !tags.has(key)),
    )
    const expected = [...OF_EVERY_SPAN, ...KNOWN_BY_NAME['3.0.3']].filter((name) => !tags.has(name))
    expect([...names].sort()).toEqual(expected.sort())
    const failed = trace.spans.filter(({ error }) => error).length
    expect(totals.get('selection_total name')).toBe(failed)
    expect(totals.get('selection name')).toBe(failed)
    expect(totals.get('baseline_total resource.pod')).toBe(trace.spans.length - failed)
    expect(totals.get('baseline_total resource.service.name')).toBe(2 * (trace.spans.length - failed))
  })
})
