import { expect, test } from 'vitest'
import { makeTrace, type SpanData, toStoredTraces, withHostileText } from '../world/trace-data.ts'

const byId = (spans: readonly SpanData[]) => new Map(spans.map((span) => [span.spanId, span]))

test('the same seed makes the same trace, another seed another', () => {
  expect(makeTrace({ seed: 7 })).toEqual(makeTrace({ seed: 7 }))
  expect(makeTrace({ seed: 8 }).traceId).not.toBe(makeTrace({ seed: 7 }).traceId)
})

test.each([48, 100, 4000])('a checkout of %i spans has every feature it promises', (wanted) => {
  const { traceId, spans } = makeTrace({ seed: 1, spans: wanted })
  const known = byId(spans)
  expect(traceId).toMatch(/^[\da-f]{32}$/)
  expect([spans.length, known.size]).toEqual([wanted, wanted])
  expect(new Set(spans.map((span) => span.service)).size).toBeGreaterThanOrEqual(6)
  const depth = (span: SpanData): number => {
    const parent = known.get(span.parentId ?? '')
    return parent ? 1 + depth(parent) : 1
  }
  expect(Math.max(...spans.map(depth))).toBeGreaterThanOrEqual(7)
  expect(spans.filter((span) => span.name === 'GET item').length).toBeGreaterThanOrEqual(8)

  const errors = spans.filter((span) => span.error)
  const parents = new Set(errors.map((span) => span.parentId))
  expect(errors).toHaveLength(3)
  expect(errors.filter((span) => !parents.has(span.spanId)).map((span) => span.name)).toEqual([
    'POST card-network',
  ])

  const orphans = spans.filter((span) => span.parentId !== undefined && !known.has(span.parentId))
  expect(orphans.map((span) => span.name)).toEqual(['GET /similar'])
  const root = spans.find((span) => span.name === 'POST /checkout')
  const tail = spans.find((span) => span.name === 'SMTP send')
  expect(tail?.endMicros).toBeGreaterThan(root?.endMicros ?? Number.POSITIVE_INFINITY)
  const starts = spans.map((span) => span.startMicros)
  expect(starts).not.toEqual([...starts].sort((a, b) => a - b))
  for (const span of spans) {
    expect(Number.isSafeInteger(span.startMicros) && span.endMicros > span.startMicros).toBe(true)
  }
})

test('stored traces have the shape of the API', () => {
  const trace = makeTrace({ seed: 2 })
  const asked = trace.spans[5]?.spanId ?? ''
  const body = toStoredTraces(trace, asked) as { data: { id: string; attributes: { spans: object[] } }[] }
  expect(body.data).toHaveLength(1)
  expect(body.data[0]?.id).toBe(asked)
  const spans = body.data[0]?.attributes.spans as {
    'span-id': string
    'trace-id': string
    tags?: Record<string, unknown>
  }[]
  expect(spans.filter((span) => !('tags' in span))).toHaveLength(1)
  const given = byId(trace.spans)
  for (const span of spans) {
    expect(span['trace-id']).toBe(trace.traceId.slice(16))
    expect(span.tags?.parent_span_guid).toBe(given.get(span['span-id'])?.parentId)
    if (span.tags) expect(span.tags['otlp.trace_id']).toBe(trace.traceId)
  }
})

test('hostile text is everywhere and the structure stays', () => {
  const trace = makeTrace({ seed: 3 })
  const hostile = withHostileText(trace)
  expect(hostile.spans.map((span) => span.spanId)).toEqual(trace.spans.map((span) => span.spanId))
  const text = JSON.stringify(hostile.spans)
  for (const trick of ['\\u001b[31m', '\\u001b]8;;', '\u202e', '\u009b', '\\u0007', '\\r\\n']) {
    expect(text).toContain(trick)
  }
})
