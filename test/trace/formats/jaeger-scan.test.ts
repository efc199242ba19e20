import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toJaeger } from '../../../src/trace/formats/jaeger/jaeger-export.ts'
import { readJaeger } from '../../../src/trace/formats/jaeger/jaeger-json.ts'
import { JAEGER_KEYS, scanJaegerJson } from '../../../src/trace/formats/jaeger/jaeger-scan.ts'
import { vocabularyOf } from '../../../src/trace/formats/json-scan/vocabulary.ts'
import { anyJaegerTrace } from '../rich.ts'
import { agrees, EDITS, edited } from './scanned.ts'

const scan = (bytes: Buffer) => scanJaegerJson(bytes, vocabularyOf(JAEGER_KEYS))
const reads = (text: string) => agrees(Buffer.from(text), scan, readJaeger)

test('any trace, dense or indented, is read as by JSON.parse and the reader of objects', () => {
  let accepted = 0
  fc.assert(
    fc.property(anyJaegerTrace, fc.constantFrom(undefined, 1, '\t', '\r\n '), (trace, space) => {
      const dense = [...toJaeger(trace, JSON.stringify)].join('')
      if (reads(space === undefined ? dense : JSON.stringify(JSON.parse(dense), null, space))) accepted++
    }),
    { numRuns: 300 },
  )
  // It declines those with times that JSON.parse could have rounded.
  expect(accepted).toBeGreaterThan(100)
})

const ids = ['5b8efff798038103', '5B8EFFF798038103', '1f', '0x1f', 'span-1', '', '0', 'W47/95gDgQM=', null, 7]
const tagKeys = ['span.kind', 'error', 'otel.status_code', 'otel.status_description', 'otel.scope.name', 'k']
const tag = fc.record(
  {
    key: fc.constantFrom(...tagKeys, 'otel.scope.version', 'server.port', 7),
    type: fc.constantFrom('string', 'bool', 'int64', 'float64', 'binary'),
    value: fc.constantFrom(
      'server',
      'CLIENT',
      'ERROR',
      'Ok',
      'true',
      true,
      false,
      'x',
      '',
      12,
      1_790_000_000_000_000,
      1.5,
      null,
    ),
  },
  { requiredKeys: [] },
)
const reference = fc.record(
  {
    refType: fc.constantFrom('CHILD_OF', 'FOLLOWS_FROM', 1),
    traceID: fc.constantFrom('1f', '2f', null),
    spanID: fc.constantFrom(...ids),
  },
  { requiredKeys: [] },
)
const member = fc.record(
  {
    spanID: fc.constantFrom(...ids),
    parentSpanID: fc.constantFrom(...ids),
    operationName: fc.constantFrom('GET /', 'é"', 7, null),
    references: fc.oneof(fc.array(reference, { maxLength: 3 }), fc.constantFrom(null, {})),
    startTime: fc.constantFrom(1_790_000_000_000_001, 0, -5, 1.5, 8_999_999_999_999_999, '17', null, 5e-324),
    duration: fc.constantFrom(1500, 0, -1, 2.5, '8', 1e300),
    tags: fc.oneof(
      fc.array(fc.oneof(tag, fc.constantFrom(null, 7)), { maxLength: 5 }),
      fc.constantFrom(null, {}),
    ),
    processID: fc.constantFrom('p1', 'p2', 7),
    process: fc.constantFrom({ serviceName: 'own', tags: [] }, null),
    warnings: fc.constantFrom(null, [], ['clock skew'], 'text', ['more than 5 spans']),
    logs: fc.constantFrom(null, [
      { timestamp: 1_790_000_000_000_000, fields: [{ key: 'event', value: 'e' }] },
    ]),
    x: fc.jsonValue({ maxDepth: 2 }),
  },
  { requiredKeys: [] },
)
const document = (spans: readonly object[]) => ({
  traceID: '1f',
  spans,
  processes: { p1: { serviceName: 'shop', tags: [{ key: 'host', type: 'string', value: 'h1' }] } },
  warnings: ['w'],
})

test('any members a span can have', () => {
  let accepted = 0
  const spans = fc.array(
    fc.oneof({ weight: 9, arbitrary: member }, { weight: 1, arbitrary: fc.constant(null) }),
    {
      maxLength: 4,
    },
  )
  fc.assert(
    fc.property(spans, fc.boolean(), (list, isInEnvelope) => {
      const trace = document(list as object[])
      if (reads(JSON.stringify(isInEnvelope ? { data: [trace, trace], total: 0, errors: null } : trace)))
        accepted++
    }),
    { numRuns: 1000 },
  )
  expect(accepted).toBeGreaterThan(900)
})

const span = {
  spanID: '2a',
  operationName: 'GET /',
  references: [{ refType: 'CHILD_OF', traceID: '1f', spanID: '1a' }],
  startTime: 1_790_000_000_000_001,
  tags: [{ key: 'span.kind', type: 'string', value: 'server' }],
  processID: 'p1',
}
const text = JSON.stringify({ data: [document([span, span])], errors: null })

test('a text that was damaged', () => {
  const edit = fc.record({ at: fc.nat(text.length), cut: fc.nat(3), put: fc.constantFrom(...EDITS) })
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      reads(edited(text, edits))
    }),
    { numRuns: 3000 },
  )
})

test.each([
  ['{"key":"error","value":true}', '{"key":"\\u0065rror","value":true}'],
  ['{"key":"span.kind","value":"server"}', '{"key":"\\u0073pan.kind","value":"server"}'],
  ['{"key":"http.route","value":"/x"}', '{"key":"\\u0068ttp.route","value":"/x"}'],
])('a tag whose name is written with an escape is the same tag: %s as %s', (plain, escaped) => {
  const withTag = (tag: string) =>
    JSON.stringify(document([{ ...span, tags: ['TAG'] }])).replace('"TAG"', tag)
  expect(reads(withTag(plain))).toBe(true)
  expect(reads(withTag(escaped))).toBe(true)
})

test('a text that was cut anywhere is left to JSON.parse', () => {
  for (let end = 0; end < text.length; end++) expect(reads(text.slice(0, end))).toBe(false)
  expect(reads(text)).toBe(true)
})

test.each([
  ['an integer JSON.parse rounds', text.replace('1790000000000001', '9007199254740993')],
  ['two lists of spans', '{"traceID":"1f","spans":[],"spans":[]}'],
  ['no id', '{"spans":[]}'],
  ['no list', '{"traceID":"1f","spans":null}'],
  ['a member that Jaeger does not write', '{"traceID":"1f","spans":[],"resourceSpans":[]}'],
  ['an envelope with nothing in it', '{"data":[]}'],
  ['an envelope with something else in it', '{"data":[{"a":1}]}'],
  ['an envelope that is a trace, too', '{"data":[{"traceID":"1f","spans":[]}],"traceID":"2f"}'],
])('%s is left to JSON.parse', (_, odd) => {
  expect(reads(odd)).toBe(false)
})
