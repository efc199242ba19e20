import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import { readLightstepTrace } from '../../../src/trace/formats/lightstep-json.ts'
import { readTraces } from '../../../src/trace/formats/sniff.ts'
import type { Span } from '../../../src/trace/model.ts'
import { makeTrace, toStoredTraces } from '../../world/trace-data.ts'

const TRACE = '11223344556677888899aabbccddeeff'
const SPAN = {
  'span-name': 'SELECT items',
  'span-id': 'f3120667225dd2ca',
  'is-error': true,
  'start-time-micros': 1790000000010000,
  'end-time-micros': 1790000000058000,
  'trace-id': '8899aabbccddeeff',
  'reporter-id': '7d0b',
  tags: {
    parent_span_guid: 'f1a2b3c4d5e6f7',
    'span.kind': 'client',
    'otlp.trace_id': TRACE,
    'instrumentation.name': 'demo',
    'db.rows': 3,
    'db.cached': false,
    'db.keys': ['a', 1],
  },
}
const REPORTER = {
  'reporter-id': '7d0b',
  attributes: { 'lightstep.component_name': 'db-proxy', 'lightstep.tracer_platform': 'go' },
}

function answer(spans: unknown, reporters: unknown = [REPORTER]): unknown {
  return {
    data: [{ type: 'stored-traces', id: 'x', attributes: { spans }, relationships: { reporters } }],
    links: { self: 'https://api.lightstep.com/x' },
  }
}

function one(overrides: Record<string, unknown>, reporters?: unknown): Span {
  return readLightstepTrace(answer([{ ...SPAN, ...overrides }], reporters))?.spans[0] as Span
}

test('a span as captured', () => {
  expect(readLightstepTrace(answer([SPAN]))).toEqual({
    traceId: TRACE,
    selfLink: 'https://api.lightstep.com/x',
    spans: [
      {
        spanId: 'f3120667225dd2ca',
        parentId: '00f1a2b3c4d5e6f7',
        name: 'SELECT items',
        service: 'db-proxy',
        kind: 'client',
        status: 'error',
        startNanos: 1790000000010000000n,
        durationNanos: 48_000_000,
        attributes: Object.entries(SPAN.tags),
        events: [],
        links: [],
        resource: Object.entries(REPORTER.attributes),
        scope: { name: 'demo', attributes: [] },
        marks: [],
      },
    ],
  })
})

test('a trace of the test world comes through whole', () => {
  const made = makeTrace({ seed: 7, spans: 200 })
  const trace = readLightstepTrace(toStoredTraces(made, made.spans[0]?.spanId ?? ''))
  expect(trace?.traceId).toBe(made.traceId)
  expect(trace?.spans.map((span) => [span.spanId, span.name, span.service])).toEqual(
    made.spans.map((span) => [span.spanId, span.name, span.service]),
  )
})

describe('what the API is known to vary', () => {
  test.each<[string, Record<string, unknown>, Partial<Span>]>([
    ['no tags', { tags: undefined }, { attributes: [], kind: 'unspecified' }],
    ['tags of no use', { tags: 'none' }, { attributes: [] }],
    ['an unpadded upper-case id', { 'span-id': 'ABC' }, { spanId: '0000000000000abc' }],
    ['OTLP spelling of a kind', { tags: { 'span.kind': 'SPAN_KIND_SERVER' } }, { kind: 'server' }],
    ['an unknown kind', { tags: { 'span.kind': 7 } }, { kind: 'unspecified' }],
    ['error only as a tag', { 'is-error': undefined, tags: { error: 'true' } }, { status: 'error' }],
    ['is-error false wins over the tag', { 'is-error': false, tags: { error: 'true' } }, { status: 'unset' }],
    ['status ok', { 'is-error': false, tags: { 'otel.status_code': 'OK' } }, { status: 'ok' }],
    ['what the error says', { tags: { 'otel.status_description': 'boom' } }, { statusMessage: 'boom' }],
    ['no name', { 'span-name': undefined }, { name: '(no name)' }],
    ['times as strings', { 'start-time-micros': '1790000000010000' }, { durationNanos: 48_000_000 }],
    ['no start', { 'start-time-micros': 0 }, { startNanos: 0n, durationNanos: 0, marks: ['start-missing'] }],
    ['no end', { 'end-time-micros': null }, { durationNanos: 0, marks: ['end-missing'] }],
    [
      'end before start',
      { 'end-time-micros': 1790000000000000 },
      { durationNanos: 0, marks: ['end-before-start'] },
    ],
    ['a parent that is no id', { tags: { parent_span_guid: { a: 1 } } }, { marks: ['parent-unreadable'] }],
    ['a parent that is a number', { tags: { parent_span_guid: 123 } }, { marks: ['parent-unreadable'] }],
    ['a member __proto__', { tags: JSON.parse('{"__proto__":"x"}') }, { attributes: [['__proto__', 'x']] }],
  ])('%s', (_, overrides, expected) => {
    expect(one(overrides)).toMatchObject(expected)
  })
})

test.each<[string, unknown]>([
  ['none', undefined],
  ['zeros', '0'],
  ['as a number: it has lost digits', 17514520034],
  ['that is no hex', 'zz'],
])('a span with an id %s is shown with a placeholder, and the others as they are', (_, id) => {
  const child = { ...SPAN, 'span-id': 'ab', tags: { parent_span_guid: SPAN['span-id'] } }
  const trace = readLightstepTrace(answer([SPAN, { ...SPAN, 'span-id': id, 'span-name': 'odd' }, child]))
  expect(trace?.traceId).toBe(TRACE)
  expect(trace?.spans.map(({ spanId, name }) => [spanId, name])).toEqual([
    ['f3120667225dd2ca', 'SELECT items'],
    ['0000000000000000', 'odd'],
    ['00000000000000ab', 'SELECT items'],
  ])
})

test.each<[string, unknown]>([
  ['null', null],
  ['an array', []],
  ['text', 'OK'],
  ['no data', {}],
  ['data as an object', { data: { items: [] } }],
  ['no attributes', { data: [{}] }],
  ['spans not a list', answer({})],
  ['a span that is none', answer([null])],
  ['no trace id at all', answer([{ ...SPAN, 'trace-id': undefined, tags: {} }])],
])('%s is an api failure with a reason', (_, json) => {
  expect(() => readLightstepTrace(json)).toThrowError(Failure)
  expect(() => readLightstepTrace(json)).toThrowError(expect.objectContaining({ reason: 'no-trace' }))
})

describe('integers beyond 2^53 keep their digits, as texts', () => {
  const text = JSON.stringify(answer([{ ...SPAN, tags: { 'otlp.trace_id': TRACE, x: 'X', 'db.rows': 3 } }]))
  const read = (x: string) => readTraces(Buffer.from(text.replace('"X"', x)))[0]?.spans[0]?.attributes[1]?.[1]

  test.each<[string, unknown]>([
    ['1234567890123456789', '1234567890123456789'],
    ['[1234567890123456789,5]', ['1234567890123456789', 5]],
    // A time of the same span has as many digits, and fits.
    ['1234567890123456', 1234567890123456],
  ])('%s', (json, value) => {
    expect(read(json)).toEqual(value)
  })
})

test('any JSON is read or refused, never a crash', () => {
  const spanLike = fc.record(
    {
      'span-id': fc.oneof(fc.constant('ab'), fc.jsonValue()),
      'trace-id': fc.oneof(fc.constant('cd'), fc.jsonValue()),
      'start-time-micros': fc.jsonValue(),
      'end-time-micros': fc.jsonValue(),
      'reporter-id': fc.jsonValue(),
      tags: fc.jsonValue(),
      logs: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  const json = fc.oneof(
    fc.jsonValue(),
    fc.array(spanLike).map((spans) => answer(spans)),
    fc.jsonValue().map((r) => answer([SPAN], r)),
  )
  fc.assert(
    fc.property(json, (value) => {
      try {
        for (const span of readLightstepTrace(value)?.spans ?? []) {
          expect(span.spanId).toMatch(/^[0-9a-f]{16}$/)
          expect(span.durationNanos).toBeGreaterThanOrEqual(0)
        }
      } catch (error) {
        expect(error).toBeInstanceOf(Failure)
      }
    }),
  )
})
