import { expect, test } from 'vitest'
import { parseSpanOrTraceId, type TraceReference } from '../../../src/trace/id.ts'

const TRACE = '5759e988bd862e3fe1be46a994272793'
const panes = (json: unknown) => encodeURIComponent(JSON.stringify({ a: json }))
const RANGE = { from: '1795770000000', to: '1795773600000' }

test.each([
  'https://grafana.example.com/d/abcd/board?from=1795770000000',
  'https://grafana.example.com/d/abcd/board?from=1795770000000&to=1795770000000',
  'https://grafana.example.com/d/1795770000000/board',
  `https://grafana.example.com/explore?panes=${panes({ range: { ...RANGE, to: 'now' } })}`,
  'https://app.lightstep.com/acme/trace?at_micros=1795770000000000',
  'https://x.example/trace?timeHint=1701234567890',
  'https://x.example/trace?trace_ts=1795770000000',
  'https://x.example/trace?start=1795770000000000',
  'https://x.example/trace?end=1795770000000000',
  'https://x.example/?valid=1795770000000',
  'https://x.example/app/#/board?from=1795770000000',
  'https://x.example/trace?nanos=1795770000000000000',
  // Of two ids a shorter one beside them is not meant, either.
  `https://x.example/trace/${TRACE}...${'a'.repeat(32)}?uiFind=00f1a2b3c4d5e6f7`,
])('a time, or a number of something else, is no trace id: %s', (url) => {
  expect(() => parseSpanOrTraceId(url)).toThrow(/^this address holds no trace id, or more than one$/)
})

test.each<[string, Partial<TraceReference>]>([
  // Hex of digits alone, where the address says what it is.
  ['http://jaeger:16686/trace/1234567890123456', { traceId: '1234567890123456' }],
  ['http://jaeger:16686/trace/1234567890123456?end=1795770000000000', { traceId: '1234567890123456' }],
  ['http://jaeger:16686/trace/1234567890123', { traceId: '0001234567890123' }],
  ['https://x.example/?trace_id=1234567890123456&from=1795770000000', { traceId: '1234567890123456' }],
  ['https://x.example/?traceID=1234567890123456', { traceId: '1234567890123456' }],
  ['https://x.example/?var-trace=1234567890123456', { traceId: '1234567890123456' }],
  ['https://x.example/?id=1234567890123456', { traceId: '1234567890123456' }],
  [`https://x.example/app/#/trace/1234567890123456?from=1795770000000`, { traceId: '1234567890123456' }],
  [
    `https://g.example/explore?panes=${panes({ queries: [{ query: '12345678901234ab' }], range: RANGE })}`,
    { traceId: '12345678901234ab' },
  ],
  // X-Ray.
  [
    'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#xray:traces/1-5759e988-bd862e3fe1be46a994272793',
    { kind: 'trace', form: 'url', traceId: TRACE },
  ],
  [
    'eu-west-1.console.aws.amazon.com/xray/home#/traces/1-5759e988-bd862e3fe1be46a994272793?timeRange=PT5M',
    { traceId: TRACE },
  ],
])('%s', (url, expected) => {
  expect(parseSpanOrTraceId(url)).toMatchObject(expected)
})
