import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeJson } from '../../../src/text/safe-text.ts'
import { isoTime } from '../../../src/trace/formats/iso-time.ts'
import { type JsonTrace, toJsonText } from '../../../src/trace/formats/own/own-json-export.ts'
import type { Span, Trace } from '../../../src/trace/model.ts'
import { anyTrace } from '../any-trace.ts'
import { EPOCH, makeSpan, makeTrace } from '../make.ts'

/** What `trace get -o json` prints. */
function printed(trace: Trace): string {
  return [...toJsonText(trace, safeJson)].join('')
}

const toJson = (trace: Trace): JsonTrace => JSON.parse(printed(trace))

test('the documented shape', () => {
  const span: Span = {
    ...makeSpan({ id: 2, parent: 1, name: 'read', at: 1.5, ms: 2, status: 'error', message: 'boom' }),
    attributes: [
      ['big', 2n ** 63n],
      ['bytes', new Uint8Array([1, 2])],
      ['list', [1, 'a', [true]]],
      ['map', { deep: null }],
      ['nan', Number.NaN],
      ['__proto__', 'kept'],
    ],
    events: [{ name: 'e', timeNanos: EPOCH + 1n, attributes: [] }],
    links: [{ traceId: 'a', spanId: 'b', attributes: [] }],
    resource: [['host', 'h']],
    scope: { name: 'lib', attributes: [] },
  }
  const trace = { ...makeTrace(), spans: [span, makeSpan({ id: 1, ms: 10 })] }
  const json = toJson(trace)
  expect(json).toMatchObject({
    traceId: '11223344556677888899aabbccddeeff',
    startTime: '2026-09-21T14:13:20.000000000Z',
    startTimeUnixNano: String(EPOCH),
    durationNanos: '10000000',
    spanCount: 2,
    errorCount: 1,
    services: ['shop'],
  })
  expect(json.spans.map((s) => s.spanId)).toEqual(['0000000000000001', '0000000000000002'])
  expect(printed(trace)).toContain('"__proto__":"kept"')
  expect(json.spans[1]).toMatchObject({
    parentSpanId: '0000000000000001',
    startTime: '2026-09-21T14:13:20.001500000Z',
    durationNanos: '2000000',
    statusMessage: 'boom',
    attributes: {
      big: '9223372036854775808',
      bytes: 'AQI=',
      list: [1, 'a', [true]],
      map: { deep: null },
      nan: 'NaN',
    },
    events: [
      { name: 'e', time: '2026-09-21T14:13:20.000000001Z', timeUnixNano: String(EPOCH + 1n), attributes: {} },
    ],
    links: [{ traceId: 'a', spanId: 'b', attributes: {} }],
    resource: { host: 'h' },
    scope: { name: 'lib', version: null, attributes: {} },
    marks: [],
  })
})

test('a trace without spans has no start', () => {
  expect(toJson(makeTrace())).toMatchObject({
    startTime: null,
    startTimeUnixNano: null,
    durationNanos: null,
    spans: [],
  })
})

test.each<[bigint, 3 | 6 | 9, string]>([
  [0n, 9, '1970-01-01T00:00:00.000000000Z'],
  [-1n, 9, '1969-12-31T23:59:59.999999999Z'],
  [EPOCH + 123_456_789n, 9, '2026-09-21T14:13:20.123456789Z'],
  [EPOCH + 123_999_999n, 3, '2026-09-21T14:13:20.123Z'],
  [10n ** 30n, 9, '1000000000000000000000000000000ns'],
])('the time of %s with %s decimals', (nanos, decimals, text) => {
  expect(isoTime(nanos, decimals)).toBe(text)
})

test('every trace becomes JSON with all its spans', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const json = toJson(trace)
      expect(json.spans).toHaveLength(trace.spans.length)
      expect(json.spanCount).toBe(trace.spans.length)
    }),
  )
})
