import { expect, test } from 'vitest'
import { parseSpanOrTraceId, type TraceReference } from '../../../src/trace/id.ts'

const TRACE = '5759e988bd862e3fe1be46a994272793'
const panes = (json: unknown) => encodeURIComponent(JSON.stringify({ a: json }))
const RANGE = { from: '1795770000000', to: '1795773600000' }

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
