import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { parseSpanOrTraceId, type TraceReference } from '../../src/trace/id.ts'

const SPAN = '00f1a2b3c4d5e6f7'
const TRACE = '11223344556677888899aabbccddeeff'
const EXPLORE = encodeURIComponent(
  JSON.stringify({
    a: { datasource: 'tempo-1', queries: [{ refId: 'A', queryType: 'traceql', query: TRACE }] },
  }),
)

test.each<[string, Partial<TraceReference>]>([
  [SPAN, { kind: 'either', form: 'hex', spanId: SPAN, traceId: SPAN, digits: SPAN }],
  ['F1A2B3C4D5E6F7', { kind: 'either', spanId: SPAN, digits: 'f1a2b3c4d5e6f7' }],
  [`0x${SPAN}`, { kind: 'either', spanId: SPAN }],
  [`  "${SPAN}"\n`, { kind: 'either', spanId: SPAN }],
  [TRACE.toUpperCase(), { kind: 'trace', form: 'hex', traceId: TRACE }],
  [TRACE.slice(1), { kind: 'trace', traceId: `0${TRACE.slice(1)}` }],
  ['11223344-5566-7788-8899-aabbccddeeff', { kind: 'trace', form: 'uuid', traceId: TRACE }],
  [`00-${TRACE}-${SPAN}-01`, { kind: 'trace', form: 'traceparent', traceId: TRACE, spanId: SPAN }],
  [`cc-${TRACE}-${SPAN}-01-more`, { kind: 'trace', form: 'traceparent', spanId: SPAN }],
  ['APGis8TV5vc=', { kind: 'either', form: 'base64', spanId: SPAN }],
  ['APGis8TV5vc', { kind: 'either', form: 'base64', spanId: SPAN }],
  ['ESIzRFVmd4iImaq7zN3u/w==', { kind: 'trace', form: 'base64', traceId: TRACE }],
  ['ESIzRFVmd4iImaq7zN3u_w', { kind: 'trace', form: 'base64', traceId: TRACE }],
  [BigInt(`0x${SPAN}`).toString(), { kind: 'either', form: 'decimal', spanId: SPAN }],
  ['urn:uuid:11223344-5566-7788-8899-aabbccddeeff', { kind: 'trace', form: 'uuid', traceId: TRACE }],
  ['18446744073709551615', { kind: 'either', form: 'decimal', spanId: 'ffffffffffffffff' }],
  [
    'https://app.lightstep.com/prod/trace?span_guid=f1a2b3c4d5e6f7',
    { kind: 'span', form: 'url', spanId: SPAN, digits: 'f1a2b3c4d5e6f7' },
  ],
  [`http://jaeger:16686/trace/${TRACE}`, { kind: 'trace', form: 'url', traceId: TRACE }],
  [`https://x.example/jaeger/trace/${SPAN}?uiFind=abc`, { kind: 'either', form: 'url', traceId: SPAN }],
  [`https://x.example/jaeger/trace/${TRACE}?uiFind=${SPAN}`, { kind: 'trace', traceId: TRACE }],
  [`http://tempo:3200/api/v2/traces/${TRACE.toUpperCase()}`, { kind: 'trace', traceId: TRACE }],
  [`http://zipkin:9411/zipkin/traces/${TRACE}`, { kind: 'trace', traceId: TRACE }],
  [`https://g.example/explore?schemaVersion=1&panes=${EXPLORE}&orgId=1`, { kind: 'trace', traceId: TRACE }],
  [`https://g.example/a/grafana-traces?traceId=${TRACE}&spanId=${SPAN}`, { kind: 'trace', traceId: TRACE }],
])('%s', (text, expected) => {
  expect(parseSpanOrTraceId(text)).toMatchObject(expected)
})

const b3 = `${TRACE}-${SPAN}`
const xray = '1-11223344-556677888899aabbccddeeff'
const both: Partial<TraceReference> = { kind: 'trace', traceId: TRACE, spanId: SPAN }
const onlyTrace: Partial<TraceReference> = { kind: 'trace', traceId: TRACE }
const left = encodeURIComponent(JSON.stringify(['now-1h', 'now', 'Tempo', { query: TRACE, refId: 'A' }]))

describe('what a clipboard holds', () => {
  test.each<[string, Partial<TraceReference>]>([
    // Headers.
    [b3, both],
    [`${b3}-1`, both],
    [`${b3}-d-${'5'.repeat(16)}`, both],
    [`${SPAN}-${'5'.repeat(16)}-0`, { kind: 'trace', traceId: SPAN, spanId: '5'.repeat(16) }],
    [`b3: ${b3}-1`, both],
    [`X-B3-TraceId: ${TRACE}`, onlyTrace],
    [xray, onlyTrace],
    [`Root=${xray};Parent=${SPAN};Sampled=1`, both],
    [`X-Amzn-Trace-Id: Root=${xray};Sampled=1`, onlyTrace],
    [`X-Amzn-Trace-Id: Self=1-67891234-12456789abcdef012345678;Root=${xray}`, onlyTrace],
    [`traceparent: 00-${TRACE}-${SPAN}-01`, both],
    [`"traceparent": "00-${TRACE}-${SPAN}-01",`, both],
    [`traceparent='00-${TRACE}-${SPAN}-01'`, both],
    [`uber-trace-id: ${TRACE}:${SPAN.slice(2)}:0:1`, both],
    // Names, brackets, quotes, punctuation.
    [`trace_id=${TRACE}`, onlyTrace],
    [`traceID: ${TRACE}`, onlyTrace],
    [`traceId=${TRACE}.`, onlyTrace],
    [`trace.id:${TRACE}`, onlyTrace],
    [`TraceId="${TRACE}"`, onlyTrace],
    [`"trace_id": "${TRACE}",`, onlyTrace],
    [`{"traceId":"${TRACE}"}`, onlyTrace],
    [`[${TRACE}]`, onlyTrace],
    [`(${TRACE}).`, onlyTrace],
    [`<${TRACE}>`, onlyTrace],
    [`'${TRACE}';`, onlyTrace],
    [`\`${TRACE}\``, onlyTrace],
    [`[trace_id=${TRACE}]`, onlyTrace],
    [`dd.trace_id=${BigInt(`0x${SPAN}`)}`, { kind: 'either', form: 'decimal', traceId: SPAN }],
    [`span_id=${SPAN}`, { kind: 'either', spanId: SPAN }],
    ['trace_id: ESIzRFVmd4iImaq7zN3u/w==', onlyTrace],
    ['traceId=11223344-5566-7788-8899-aabbccddeeff', onlyTrace],
    // Log lines.
    [`trace_id=${TRACE} span_id=${SPAN}`, onlyTrace],
    [
      `ERROR [${'pay'}] trace_id=${TRACE} parent_span_id=${'5'.repeat(16)} span_id=${SPAN} msg="x"`,
      onlyTrace,
    ],
    [`{"level":"error","traceId":"${TRACE}","spanId":"${SPAN}","msg":"x"}`, onlyTrace],
    [`12:00:01 failed, trace_id=${TRACE}, see the log`, onlyTrace],
    // Addresses.
    [`<http://jaeger:16686/trace/${TRACE}>`, onlyTrace],
    [`(http://jaeger:16686/trace/${TRACE}).`, onlyTrace],
    [`http://jaeger:16686/trace/${TRACE}).`, onlyTrace],
    [`jaeger:16686/trace/${TRACE}`, onlyTrace],
    [`trace-ui:16686/trace/${TRACE}`, onlyTrace],
    [`projects/shop-1/traces/${TRACE}`, onlyTrace],
    [
      `http://jaeger:16686/trace/${TRACE.slice(0, 30)}`,
      { kind: 'trace', traceId: `00${TRACE.slice(0, 30)}` },
    ],
    [`http://jaeger:16686/api/v3/traces/${TRACE}`, onlyTrace],
    [`http://jaeger:16686/trace/${TRACE}?uiFind=${SPAN}&x=1#top`, onlyTrace],
    [`https://g.example/explore?orgId=1&left=${left}`, onlyTrace],
    [`https://g.example/explore?schemaVersion=1&panes={"a":{"queries":[{"query":"${TRACE}"}]}}`, onlyTrace],
    [`https://ui.honeycomb.io/team/datasets/shop/trace?trace_id=${TRACE}&span=${SPAN}`, onlyTrace],
    ['https://app.lightstep.com/prod/trace?span_guid=f1a2b3c4d5e6f7)', { kind: 'span', spanId: SPAN }],
    [
      'https://app.lightstep.com/prod/trace?at=1&span_guid=00f1a2b3c4d5e6f7&k=1.',
      { kind: 'span', spanId: SPAN },
    ],
  ])('%s', (text, expected) => {
    expect(parseSpanOrTraceId(text)).toMatchObject(expected)
  })

  test('any text is read or refused, in time that does not grow fast', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            'trace_id=',
            '"',
            '[',
            ']',
            ':',
            '-',
            '/',
            ' ',
            'http://',
            TRACE,
            SPAN,
            '1-',
            '\n',
            '=',
          ),
          {
            maxLength: 40,
          },
        ),
        (parts) => {
          try {
            expect(parseSpanOrTraceId(parts.join('')).kind).toMatch(/^(span|trace|either)$/)
          } catch (error) {
            expect(error).toMatchObject({ code: 'usage' })
          }
        },
      ),
    )
  })
})

describe('a text with two readings', () => {
  test('sixteen decimal digits are hex first, decimal second', () => {
    const id = parseSpanOrTraceId('1234567890123456')
    expect(id).toMatchObject({ form: 'hex', spanId: '1234567890123456' })
    expect(id.alternatives).toMatchObject([{ form: 'decimal', spanId: '000462d53c8abac0' }])
  })
})

test('a URL without a span id is not echoed: it may carry a session', () => {
  const failure = failureOf('https://tool.example/?session=s3cret')
  expect(failure.code).toBe('usage')
  expect(failure.message + failure.hint).not.toContain('s3cret')
})

test('every 64-bit id is read back from hex, decimal and base64', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }), (id) => {
      const hex = id.toString(16).padStart(16, '0')
      for (const text of [
        hex,
        hex.toUpperCase(),
        id.toString(),
        Buffer.from(hex, 'hex').toString('base64'),
      ]) {
        const read = parseSpanOrTraceId(text)
        expect([read, ...read.alternatives].map((reading) => reading.spanId)).toContain(hex)
      }
    }),
  )
})

test('any other text is read or refused, never a crash', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      try {
        parseSpanOrTraceId(text)
      } catch (error) {
        expect(error).toBeInstanceOf(Failure)
      }
    }),
  )
})

function failureOf(text: string): Failure {
  try {
    parseSpanOrTraceId(text)
  } catch (error) {
    if (error instanceof Failure) return error
  }
  throw new Error(`${text} was read`)
}
