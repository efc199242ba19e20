import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { v2Query } from '../../src/backends/jaeger/jaeger-requests.ts'
import { traceql } from '../../src/backends/tempo/tempo-search.ts'
import { Failure } from '../../src/errors.ts'
import { displayWidth } from '../../src/text/display-width.ts'
import { UNSTYLED } from '../../src/text/unstyled.ts'
import type { AttributeCondition } from '../../src/trace/attributes.ts'
import { exactDuration, parseNanos } from '../../src/trace/nanos.ts'
import { histogram, renderTraceList, sparkline } from '../../src/trace/render/trace-list.ts'
import { isOfSpans, type TraceFilter } from '../../src/trace/search.ts'
import { EPOCH } from './make.ts'

const filter = (members: Partial<TraceFilter>): TraceFilter => ({
  attributes: [],
  errors: false,
  fromMillis: 0,
  toMillis: 1,
  limit: 20,
  ...members,
})

test('what was found is of spans where each is one; nothing found is of none', () => {
  const found = { durationNanos: 1, services: [] }
  const span = { ...found, span: { spanId: '1'.repeat(16) } }
  expect([[span, span], [span, found], [found], []].map(isOfSpans)).toEqual([true, false, false, false])
})

test.each<[Partial<TraceFilter>, string]>([
  [{}, '{}'],
  [{ service: 'a', name: 'b' }, '{ resource.service.name = "a" && name = "b" }'],
  [{ minNanos: 5 }, '{ traceDuration >= 5ns }'],
  [{ minNanos: 5, maxNanos: 6, errors: true }, '{ status = error && duration >= 5ns && duration <= 6ns }'],
  [{ attributes: [['k', 'v']] }, '{ .k = "v" }'],
  [{ attributes: [['k', '1.5']] }, '{ (.k = "1.5" || .k = 1.5) }'],
  [{ attributes: [['span.ok', 'true']] }, '{ (span.ok = "true" || span.ok = true) }'],
  [{ attributes: [['a b"', '007']] }, '{ ."a b\\"" = "007" }'],
  [{ attributes: [['span.kind', 'server']] }, '{ kind = server }'],
  [{ attributes: [['span.kind', 'client', '!=']], errors: true }, '{ kind != client && status = error }'],
  [{ attributes: [['span.kind', 'c.*', '=~']] }, '{ (kind = client || kind = consumer) }'],
  [{ attributes: [['span.span.kind', 'cron']] }, '{ span.span.kind = "cron" }'],
  [{ attributes: [['.kind', 'cron']] }, '{ .kind = "cron" }'],
  [{ attributes: [['event:name', 'exception']] }, '{ event:name = "exception" }'],
  // Of text alone: Tempo refuses to compare it with a number.
  [{ attributes: [['instrumentation:version', '2.1']] }, '{ instrumentation:version = "2.1" }'],
  [{ attributes: [['span:statusMessage', 'no.*', '=~']] }, '{ span:statusMessage =~ "^(?:no.*)$" }'],
  [{ attributes: [['link:rel', 'x']] }, '{ ."link:rel" = "x" }'],
  [{ name: 'x" } || { true' }, '{ name = "x\\" } || { true" }'],
  [{ name: '\\' }, '{ name = "\\\\" }'],
])('%j in TraceQL', (members, query) => {
  expect(traceql(filter(members))).toBe(query)
})

test.each<[AttributeCondition]>([
  [['span.kind', 'cron']],
  [['span.kind', 'SERVER']],
  [['span.kind', 'cron', '!=']],
  [['span.kind', 'cr.*', '=~']],
  [['span.kind', '2', '>']],
])('%j is of no kind: the kinds are named', (condition) => {
  expect(() => traceql(filter({ attributes: [condition] }))).toThrow(
    expect.objectContaining({ code: 'usage', hint: expect.stringContaining('server, client, producer') }),
  )
})

test('Jaeger calls the kind of a span span.kind; of other names a scope is cut off', () => {
  const attributes: AttributeCondition[] = [
    ['span.kind', 'server'],
    ['span.http.route', '/'],
  ]
  expect(v2Query(filter({ attributes }), false).tags).toBe('{"span.kind":"server","http.route":"/"}')
})

test.each([
  ['250us', 250_000],
  ['250µs', 250_000],
  ['1.5s', 1.5e9],
  ['250μs', 250_000],
  ['.5s', 0.5e9],
  ['1m30s', 90e9],
  ['1d', 86_400e9],
  ['1w1.5d', 8.5 * 86_400e9],
  ['7ns', 7],
])('%s is %d ns', (text, nanos) => {
  expect(parseNanos(text, '--min')).toBe(nanos)
})

test.each([
  [0, '0ns'],
  [999, '999ns'],
  [1500, '1.5us'],
  [299_785_000, '299.785ms'],
  [299_785_001, '299.785001ms'],
  [5e8, '500ms'],
  [90e9, '90s'],
  [3_600_000_000_001, '3600.000000001s'],
])('%d ns is written %s', (nanos, text) => {
  expect(exactDuration(nanos)).toBe(text)
})

test('a duration that is written is read as the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e15 }), (nanos) => {
      expect(parseNanos(exactDuration(nanos), '--min')).toBe(nanos)
    }),
  )
})

test.each(['5', '', 's', '5 ms', '-5ms', '1e3s', '.s', '1.s', '1.2.3s', '1y'])(
  '"%s" is no duration',
  (text) => {
    expect(() => parseNanos(text, '--min')).toThrow(Failure)
  },
)

describe('the list', () => {
  const summary = fc.record(
    {
      traceId: fc.constant('ab'.repeat(16)),
      rootService: fc.string({ unit: 'binary', maxLength: 30 }),
      rootName: fc.string({ unit: 'grapheme', maxLength: 80 }),
      startNanos: fc.constant(EPOCH),
      durationNanos: fc.option(fc.integer({ min: 0, max: 1e12 }), { nil: undefined, freq: 4 }),
      spans: fc.nat({ max: 1e6 }),
      errors: fc.nat({ max: 1e6 }),
      services: fc.constant([]),
    },
    { requiredKeys: ['traceId', 'startNanos', 'durationNanos', 'services'] },
  )
  test('no line is wider than the terminal', () => {
    fc.assert(
      fc.property(
        fc.array(summary, { maxLength: 6 }),
        fc.integer({ min: 20, max: 250 }),
        fc.boolean(),
        (traces, width, unicode) => {
          const now = Number(EPOCH / 1_000_000n) + 1e10
          for (const line of renderTraceList(traces, { width, unicode, style: UNSTYLED, now })) {
            expect(displayWidth(line)).toBeLessThanOrEqual(width)
            expect(line).not.toMatch(/[\u0000-\u001f\u202e]/)
          }
        },
      ),
    )
  })

  const drawn = (width: number, roots: readonly (readonly [string, string])[]) =>
    renderTraceList(
      roots.map(([rootService, rootName], i) => ({
        traceId: `${i}`.repeat(32),
        rootService,
        rootName,
        startNanos: EPOCH,
        durationNanos: 557e6,
        spans: 94,
        errors: 3,
        services: [],
      })),
      { width, unicode: true, style: UNSTYLED, now: Number(EPOCH / 1_000_000n) + 10_000 },
    )
      .slice(2)
      .map((line) => line.replace(/^\S+ +/, ''))

  test('at 80 columns service and operation can be told apart', () => {
    const roots = [
      ['frontend', 'POST /checkout'],
      ['checkout-service', 'POST /orders/{id}/items'],
      ['cart', 'GET /cart'],
    ] as const
    expect(drawn(80, roots)).toMatchInlineSnapshot(`
      [
        "ROOT                    SPANS  ERR   TIME  AGE",
        "front…: POST /checkout     94  ✗ 3  557ms  10s",
        "check…: POST /o…/items     94  ✗ 3  557ms  10s",
        "cart: GET /cart            94  ✗ 3  557ms  10s",
      ]
    `)
    expect(drawn(120, roots)[0]).toContain('SPANS  ERRORS  DURATION  AGE')
  })

  test('the histogram counts every duration once, on a logarithmic scale', () => {
    expect(histogram([1, 10, 100, 1000], 3)?.counts).toEqual([1, 1, 2])
    expect(histogram([5, 5], 3)).toBeUndefined()
    expect(sparkline([0, 1, 8], true)).toBe(' ▁█')
    expect(sparkline([0, 8], false)).toBe(' @')
  })
})
