import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toOtlp } from '../../../src/trace/formats/json-export.ts'
import { readOtlpJson } from '../../../src/trace/formats/otlp/otlp-json.ts'
import { otlpVocabulary, scanOtlpJson } from '../../../src/trace/formats/otlp/otlp-scan.ts'
import { anyOtlpTrace, otlpDocument, otlpSpan } from '../rich.ts'
import { EDITS, edited, agrees as scanAgrees } from './scanned.ts'

const scan = (bytes: Buffer, vocabulary = otlpVocabulary()) => scanOtlpJson(bytes, vocabulary)
const agrees = (text: string | Buffer, vocabulary = otlpVocabulary()) =>
  scanAgrees(Buffer.from(text), (bytes) => scan(bytes, vocabulary), readOtlpJson)
const declines = (text: string) => expect(scan(Buffer.from(text))).toBeUndefined()

const LONG_INTEGER = /[:[,\s]-?\d{16,}[\]},\s]/

describe('the scan reads what JSON.parse and the reader of objects make of it', () => {
  test('any trace, dense or indented', () => {
    const indent = fc.constantFrom(undefined, 1, '\t', '\r\n ')
    fc.assert(
      fc.property(anyOtlpTrace, indent, (trace, space) => {
        const dense = [...toOtlp(trace, JSON.stringify)].join('')
        const text = space === undefined ? dense : JSON.stringify(JSON.parse(dense), null, space)
        expect(agrees(text) || LONG_INTEGER.test(text)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  const members = fc.dictionary(
    fc.constantFrom('traceId', 'spanId', 'parentSpanId', 'name', 'kind', 'startTimeUnixNano', 'status', 'x'),
    fc.oneof(
      fc.constantFrom('5b8efff798038103d269b633813fc60c', '5B8EFFF798038103', 'W47/95gDgQPSabYzgT/GDA==', ''),
      fc.constantFrom('1790000000000000001', '179000000000000000x', '0', '-5', '00', 'AAAAAAAAAAA='),
      fc.constantFrom({}, { code: 2 }, { code: 'STATUS_CODE_OK', message: 'm' }, [], null, true, 1, 12, 2.5),
      fc.jsonValue({ maxDepth: 2 }),
    ),
  )
  test('any members a span can have', () => {
    let accepted = 0
    fc.assert(
      fc.property(fc.array(members, { maxLength: 4 }), (spans) => {
        const document = { resourceSpans: [{ scopeSpans: [{ spans }] }] }
        if (agrees(JSON.stringify(document))) accepted++
      }),
      { numRuns: 1000 },
    )
    // It declines about 25: one that declines them all would agree, too.
    expect(accepted).toBeGreaterThan(900)
  })

  const attributes = [
    { key: 'k', value: { arrayValue: { values: [{ doubleValue: -1.5e3 }, { intValue: '7' }] } } },
  ]
  const events = [{ timeUnixNano: '5', name: 'é\n\u2028', attributes: [] }]
  const status = { code: 2, message: 'boom' }
  const document = otlpDocument(otlpSpan({ attributes, events, status }), otlpSpan({ status: {} }))
  const text = JSON.stringify({ trace: document, status: 'PARTIAL', message: 'too large' })

  test('a text that was damaged', () => {
    const damage = fc.record({
      at: fc.nat(text.length),
      cut: fc.nat(3),
      put: fc.constantFrom(...EDITS),
    })
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
        agrees(edited(text, damages))
      }),
      { numRuns: 3000 },
    )
  })

  test('a text that was cut anywhere is left to JSON.parse', () => {
    for (let end = 0; end < text.length; end++) declines(text.slice(0, end))
    expect(agrees(text)).toBe(true)
  })
})

const span = JSON.stringify(otlpSpan())
describe('what it leaves to JSON.parse', () => {
  test.each([
    ['spans before their scope', `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}],"scope":{}}]}]}`],
    ['spans before their resource', `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}],"resource":{}}]}`],
    ['two lists of spans', `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}],"spans":[]}]}]}`],
    ['two lists of scopes', `{"resourceSpans":[{"scopeSpans":[],"instrumentationLibrarySpans":[]}]}`],
    ['two lists of resources', `{"resourceSpans":[],"batches":[]}`],
    ['a key with escapes', `{"resourceSpans":[{"scopeSpans":[{"spans":[{"n\\u0061me":"x"}]}]}]}`],
    [
      'an integer JSON.parse rounds',
      `{"resourceSpans":[{"scopeSpans":[{"spans":[{"endTimeUnixNano":17900000000000001}]}]}]}`,
    ],
    ['an empty envelope', '{"trace":{}}'],
    ['another kind of JSON', '{"data":[]}'],
    ['a list', '[]'],
    ['envelopes without end', `${'{"trace":'.repeat(50_000)}`],
    ['lists without end', `{"resourceSpans":[${'['.repeat(50_000)}`],
    ['two documents', '{"resourceSpans":[]}{"resourceSpans":[]}'],
    ['nothing', ''],
  ])('%s', (_, text) => {
    declines(text)
  })
})
