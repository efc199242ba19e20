import { describe, expect, test } from 'vitest'
import { readTraces } from '../../../src/trace/formats/sniff.ts'
import { exportTrace } from '../../../src/trace/formats/trace-formats.ts'
import type { SpanStatus, Trace } from '../../../src/trace/model.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { tracesData } from '../../world/trace/protobuf.ts'

/** Envoy and OpenTracing say `error=true` and leave the status of OpenTelemetry unset. */
const [TRACE, SPAN] = ['1f'.repeat(16), '2a'.repeat(8)]
const CODES = { unset: undefined, ok: 1, error: 2 } as const

const otlp = (value: object, code: number | undefined) => ({
  resourceSpans: [
    {
      resource: { attributes: [] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: TRACE,
              spanId: SPAN,
              name: 'egress',
              kind: 3,
              startTimeUnixNano: '1790000000000000000',
              endTimeUnixNano: '1790000000001000000',
              attributes: [{ key: 'error', value }],
              status: code === undefined ? {} : { code },
            },
          ],
        },
      ],
    },
  ],
})
const jaeger = (type: string, value: unknown, code: string | undefined) => ({
  data: [
    {
      traceID: TRACE,
      spans: [
        {
          traceID: TRACE,
          spanID: SPAN,
          operationName: 'egress',
          startTime: 1_790_000_000_000_000,
          duration: 1000,
          tags: [
            { key: 'error', type, value },
            ...(code === undefined ? [] : [{ key: 'otel.status_code', type: 'string', value: code }]),
          ],
        },
      ],
      processes: {},
    },
  ],
})
const asText = (value: unknown) => Buffer.from(JSON.stringify(value))

const one = (bytes: Buffer): Trace => {
  const [trace, ...others] = readTraces(bytes)
  expect(others).toEqual([])
  return trace as Trace
}

describe.each<[string, object, [string, unknown], keyof typeof CODES, SpanStatus]>([
  ['true, status unset', { boolValue: true }, ['bool', true], 'unset', 'error'],
  ['the text true, status unset', { stringValue: 'true' }, ['string', 'true'], 'unset', 'error'],
  ['false, status unset', { boolValue: false }, ['bool', false], 'unset', 'unset'],
  ['true, status ok', { boolValue: true }, ['bool', true], 'ok', 'ok'],
  ['false, status error', { boolValue: false }, ['bool', false], 'error', 'error'],
])('error=%s', (_, value, [type, plain], code, status) => {
  const document = otlp(value, CODES[code])
  const span = document.resourceSpans[0]?.scopeSpans[0]?.spans[0]
  // Spans before their resource are read from objects, not from bytes.
  const backwards = { resourceSpans: [{ scopeSpans: [{ spans: [span] }], resource: { attributes: [] } }] }

  test.each([
    ['OTLP/JSON', asText(document)],
    ['OTLP/JSON written backwards', asText(backwards)],
    ['two lines of OTLP/JSON', Buffer.from(`${JSON.stringify(document)}\n{"resourceSpans":[]}\n`)],
    ['OTLP protobuf', tracesData(document)],
    ['Jaeger', asText(jaeger(type, plain, code === 'unset' ? undefined : code.toUpperCase()))],
  ])(`is ${status} in %s, and in what is exported from it`, async (_, bytes) => {
    const trace = one(bytes)
    expect(trace.spans[0]?.status).toBe(status)
    for (const format of ['json', 'ndjson', 'otlp', 'jaeger'] as const) {
      const text = [...(await exportTrace(format, buildTree(trace), undefined, JSON.stringify))].join('')
      expect([format, one(Buffer.from(text)).spans[0]?.status]).toEqual([format, status])
      // A tag that stands there twice is shown twice by Jaeger.
      if (format === 'jaeger') expect((text.match(/"key":"error"/g) ?? []).length).toBeLessThan(2)
    }
  })
})

test('Zipkin: any text but false is an error, as in its own UI', () => {
  const span = (error: string) => [{ traceId: TRACE, id: SPAN, tags: { error } }]
  const statuses = ['true', '', 'timed out', 'false'].map((text) => one(asText(span(text))).spans[0]?.status)
  expect(statuses).toEqual(['error', 'error', 'error', 'unset'])
})
