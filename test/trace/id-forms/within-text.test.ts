import { expect, test } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import { parseSpanOrTraceId, spanIdIn, type TraceReference } from '../../../src/trace/id.ts'
import { soleIds } from '../../../src/trace/id-forms.ts'
import { isLinear } from '../../linear-time.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'
const OTHER = 'a'.repeat(32)
const PARENT = `00-${TRACE}-${SPAN}-01`

const both: Partial<TraceReference> = { kind: 'trace', traceId: TRACE, spanId: SPAN }
const onlyTrace: Partial<TraceReference> = { kind: 'trace', traceId: TRACE }

test.each<[string, Partial<TraceReference>]>([
  [`Trace ID: ${TRACE}`, onlyTrace],
  [`trace id: ${TRACE}`, onlyTrace],
  [`Span ID = ${SPAN}`, { kind: 'either', spanId: SPAN }],
  [`error, Trace ID: ${TRACE}, Span ID: ${SPAN}`, both],
  // What is named goes before the address of a call.
  [`GET https://api.example/v1/orders/${OTHER} 500 trace_id=${TRACE} span_id=${SPAN}`, both],
  [`{"url":"https://api.example/orders/${OTHER}","trace_id":"${TRACE}"}`, onlyTrace],
  [`curl -H 'x-b3-traceid: ${TRACE}' https://api.example/orders/${OTHER}`, onlyTrace],
  [`curl -H 'b3: ${TRACE}-${SPAN}-1' https://api.example/orders/${OTHER}`, both],
  [`curl -H "uber-trace-id: ${TRACE}:${SPAN}:0:1" https://api.example/orders/12`, both],
  // The address of the call has no id, the page behind it has one.
  [`GET https://api.example/orders/12, see https://jaeger.example/trace/${TRACE}`, onlyTrace],
  // Quotes of word processors and chats.
  [`“${TRACE}”`, onlyTrace],
  [`„${TRACE}“`, onlyTrace],
  [`‘${TRACE}’`, onlyTrace],
  [`«${TRACE}»`, onlyTrace],
  [`‹${TRACE}›`, onlyTrace],
  [`trace_id=“${TRACE}”`, onlyTrace],
  [`failed: trace_id=“${TRACE}” span_id=“${SPAN}”`, both],
  // What nobody sees.
  [`\u200b${TRACE}\u200b`, onlyTrace],
  [`\ufeff${TRACE}\u200d`, onlyTrace],
  [`trace_id:\u200c${TRACE}`, onlyTrace],
  [`trace_id:\u2060${TRACE}`, onlyTrace],
  // JSON in a text of JSON, in one again.
  [`{\\"trace_id\\":\\"${TRACE}\\"}`, onlyTrace],
  [`{"log":"{\\"trace_id\\":\\"${TRACE}\\",\\"span_id\\":\\"${SPAN}\\"}"}`, both],
  [`{\\\\\\"trace_id\\\\\\":\\\\\\"${TRACE}\\\\\\"}`, onlyTrace],
  // One traceparent in a longer text.
  [`traceparent=${PARENT}, tracestate=a=1`, both],
  [`-H 'traceparent: ${PARENT}'`, both],
  [`curl -H 'traceparent: ${PARENT}' https://shop.example/orders/${OTHER}`, both],
  [`got ${PARENT} and sent ${PARENT.toUpperCase()}`, both],
  [`got ${PARENT} and sent 00-${TRACE}-${'5'.repeat(16)}-01`, onlyTrace],
  [`traceparent=${PARENT} trace_id=${OTHER}`, { kind: 'trace', traceId: OTHER }],
  // Spring.
  [`[checkout,${TRACE},${SPAN}]`, both],
  [`12:00:00 INFO [checkout,${TRACE},${SPAN},true] 1 --- [nio-1] c.S : paid`, both],
  [`INFO [checkout,${SPAN},${'5'.repeat(16)}] paid`, { kind: 'trace', traceId: SPAN }],
  [`INFO 1 --- [checkout] [nio-1] [${TRACE}-${SPAN}] c.S : paid`, both],
  // One word of 32 hex digits.
  [`failed ${TRACE} after 3s`, onlyTrace],
  [`see ${TRACE.toUpperCase()} or ${TRACE}`, onlyTrace],
  [`https is meant; failed ${TRACE}, see https://shop.example/help`, onlyTrace],
])('%s', (text, expected) => {
  expect(parseSpanOrTraceId(text)).toMatchObject(expected)
})

test('a page that is pasted whole is read as a page alone', () => {
  expect(() => parseSpanOrTraceId('https://shop.example/help?x=1')).toThrow(/this address holds no trace id/)
})

test.each([
  `${TRACE} ${OTHER}`,
  `${PARENT} 00-${OTHER}-${SPAN}-01`,
  `[checkout,${TRACE},${SPAN}] [stock,${OTHER},${SPAN}]`,
  `shop-${TRACE} failed`,
  `x failed: ${TRACE}a`,
  // Names of files that are not there.
  `${TRACE}.json`,
  `traces of today/${TRACE}`,
  `./${TRACE}/spans of today.json`,
  // What is named as the trace is no id, or not one: the hash beside it is something else.
  `trace_id=${'0'.repeat(32)} md5=${OTHER}`,
  `trace_id=${SPAN} trace_id=${'5'.repeat(16)} md5=${OTHER}`,
  `failed ${'0'.repeat(32)} now`,
  `see https://x.example/trace/${TRACE} and https://y.example/trace/${OTHER}`,
])('%s is refused', (text) => {
  expect(() => parseSpanOrTraceId(text)).toThrow(expect.objectContaining({ code: 'usage' }))
})

test.each([
  ...[
    '[',
    '[a,',
    'a',
    'trace id ',
    'trace id:',
    'b3: z',
    `b3:${SPAN}-`,
    'http://a/ ',
    '\\',
    '"',
    '00-',
    `${TRACE}-`,
  ],
  ...[`${TRACE} `, ' ', 'trace_id=', '.', '/', "trace'"],
])('a long text of %s is refused in linear time', async (part) => {
  expect(() => parseSpanOrTraceId(part.repeat(100_000 / part.length))).toThrow(Failure)
  // Short enough to be read.
  expect(spanIdIn(`${part.repeat(8000 / part.length)}?`) ?? 'none').toBe('none')
  expect(await isLinear((share) => soleIds(part.repeat((share * 100_000) / part.length)))).toBe(true)
})
