import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { parseSpanOrTraceId, type TraceReference } from '../../src/trace/id.ts'

const SPAN = '00f1a2b3c4d5e6f7'
const TRACE = '11223344556677888899aabbccddeeff'
const OTHER = 'a'.repeat(32)
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

test.each([
  'https://g.example/explore?panes=1',
  `https://x.example/trace/${TRACE}...${OTHER}`,
  `https://g.example/d/${OTHER}/board?var-trace=${TRACE}`,
])('an address without one clear id is refused, and not echoed: %s', (url) => {
  expect(() => parseSpanOrTraceId(url)).toThrow(/^this address holds no trace id, or more than one$/)
})

describe('a text with two readings', () => {
  test('sixteen decimal digits are hex first, decimal second', () => {
    const id = parseSpanOrTraceId('1234567890123456')
    expect(id).toMatchObject({ form: 'hex', spanId: '1234567890123456' })
    expect(id.alternatives).toMatchObject([{ form: 'decimal', spanId: '000462d53c8abac0' }])
  })

  test('nineteen are decimal first: no tool prints hex of that length', () => {
    const id = parseSpanOrTraceId('1234567890123456789')
    expect(id).toMatchObject({ form: 'decimal', spanId: '112210f47de98115' })
    expect(id.alternatives).toMatchObject([{ form: 'hex', kind: 'trace' }])
  })

  test('an unambiguous id has no alternatives', () => {
    expect(parseSpanOrTraceId(TRACE).alternatives).toEqual([])
  })
})

test.each([
  '',
  'checkout',
  '0000000000000000',
  '0'.repeat(32),
  '0',
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `${TRACE}a`,
  '99999999999999999999999999999999999',
  'hello-world',
  '\u001b[31m',
])('%j is a usage failure that lists the forms', (text) => {
  const failure = failureOf(text)
  expect(failure.code).toBe('usage')
  expect(failure.message).toMatch(/is not a span or trace id$/)
  expect(failure.message).not.toContain('\u001b')
  for (const form of ['hex', 'decimal', 'base64', 'UUID', 'traceparent', 'URL'])
    expect(failure.hint).toContain(form)
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
