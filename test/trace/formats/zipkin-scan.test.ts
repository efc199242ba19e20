import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Collection } from '../../../src/trace/formats/collection.ts'
import { vocabularyOf } from '../../../src/trace/formats/json-scan/vocabulary.ts'
import { readZipkin } from '../../../src/trace/formats/zipkin/zipkin-json.ts'
import { scanZipkinJson, ZIPKIN_KEYS } from '../../../src/trace/formats/zipkin/zipkin-scan.ts'
import { agrees, EDITS, edited } from './scanned.ts'

const scan = (bytes: Buffer) => scanZipkinJson(bytes, vocabularyOf(ZIPKIN_KEYS))
const read = (value: unknown, into: Collection) => readZipkin((value as unknown[]).flat(), into)
const reads = (text: string) => agrees(Buffer.from(text), scan, read)

const ids = [
  ...['1f', '5B8EFFF798038103', '0x2f', 'span-1', 'W47/95gDgQM='],
  ...['cd'.repeat(8), `00${'ab'.repeat(7)}`, '0'.repeat(16)],
]
const endpoint = fc.constantFrom(
  { serviceName: 'shop', ipv4: '10.0.0.7', port: 80 },
  { serviceName: 'cart' },
  { serviceName: 'SHOP', ipv4: '10.0.0.7', ipv6: '::1', port: '80' },
  { ipv6: '::1', port: 0 },
  {},
  null,
)
const member = fc.record(
  {
    traceId: fc.constantFrom('1f', 'ab'.repeat(8), `${'0'.repeat(15)}1${'ab'.repeat(8)}`, 'A'),
    parentId: fc.constantFrom(...ids, '', '000', null, 7, '!'),
    kind: fc.constantFrom('CLIENT', 'SERVER', 'x', null),
    name: fc.constantFrom('get /', 'é"', 7, null),
    timestamp: fc.constantFrom(1_790_000_000_000_001, 0, -5, 1.5, 8_999_999_999_999_999, '17', null),
    duration: fc.constantFrom(1500, 0, -1, 2.5, '8', 1e300),
    localEndpoint: endpoint,
    remoteEndpoint: endpoint,
    tags: fc.oneof(
      fc.dictionary(
        fc.constantFrom(
          'error',
          'k',
          'http.path',
          'otel.status_code',
          'otel.status_description',
          'span.kind',
          'otlp.link.0',
          'otel.scope.name',
          'otel.scope.version',
          'otel.library.name',
          'otel.library.version',
        ),
        fc.constantFrom(
          '',
          'true',
          'false',
          'boom',
          true,
          false,
          null,
          7,
          'ERROR',
          'Ok',
          'internal',
          `${'ab'.repeat(16)}|${'cd'.repeat(8)}||{"k":1}|0`,
        ),
      ),
      fc.constantFrom(null, []),
    ),
    annotations: fc.constantFrom([{ timestamp: 1_790_000_000_000_000, value: 'sent' }], [], null),
    shared: fc.boolean(),
    x: fc.jsonValue({ maxDepth: 2 }),
  },
  { requiredKeys: ['traceId', 'localEndpoint'] },
)

test('any members a span can have are read as by JSON.parse and the reader of objects', () => {
  let accepted = 0
  const list = fc.array(member, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(list, fc.constantFrom(undefined, 1, '\t'), fc.boolean(), (members, space, isNested) => {
      const spans = members.map((span, i) => ({ ...span, id: ids[i] }))
      if (reads(JSON.stringify(isNested ? [spans] : spans, null, space))) accepted++
    }),
    { numRuns: 1000 },
  )
  expect(accepted).toBeGreaterThan(900)
})

test('spans that share an id are left to the reader of objects, others are not', () => {
  const list = fc.array(fc.tuple(member, fc.constantFrom(...ids.slice(0, 4))), { minLength: 2, maxLength: 4 })
  fc.assert(
    fc.property(list, (parts) => {
      const spans = parts.map(([span, id]) => ({ ...span, traceId: '1f', localEndpoint: {}, id, x: 0 }))
      expect(reads(JSON.stringify(spans))).toBe(new Set(spans.map(({ id }) => id)).size === spans.length)
    }),
    { numRuns: 500 },
  )
})

test('trace ids of 64 and of 128 bits with the same low half, in any order', () => {
  const low = ['a', 'b'].map((sign) => sign.repeat(16))
  const traceId = fc.constantFrom(
    ...low,
    ...low.flatMap((half) => ['0', '1', '2', '3'].map((sign) => sign.repeat(16) + half)),
  )
  let accepted = 0
  const list = fc.array(fc.record({ traceId, id: fc.nat(40) }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(list, (worlds) => {
      const spans = worlds.map(({ traceId, id }) => ({ traceId, id: `${id + 1}`, localEndpoint: {} }))
      if (reads(JSON.stringify(spans))) accepted++
    }),
    { numRuns: 2000 },
  )
  // The others have spans that share an id.
  expect(accepted).toBeGreaterThan(1000)
})

test('spans that share an id in two traces are not halves of a call', () => {
  const [one, two] = ['1', '2'].map((sign) => sign.repeat(16) + 'ab'.repeat(8))
  const spans = (...traceIds: unknown[]) =>
    JSON.stringify(traceIds.map((traceId) => ({ traceId, id: '2a', localEndpoint: {} })))
  expect(reads(spans(one, two))).toBe(true)
  expect(reads(spans(one, two, 'ab'.repeat(8)))).toBe(true)
  expect(reads(spans(one, 'ab'.repeat(8)))).toBe(false)
})

test("spans as OpenTelemetry's collector writes them", () => {
  const spans = ids.slice(0, -1).map((id, i) => ({
    ...{
      timestamp: 1_790_000_000_000_001,
      duration: 1500,
      traceId: '1f',
      id,
      name: 'get /',
      kind: 'SERVER',
      shared: false,
    },
    ...{
      localEndpoint: { serviceName: 'shop' },
      annotations: null,
      tags: { error: i === 1 ? 'boom' : 'false' },
    },
  }))
  expect(reads(JSON.stringify(spans))).toBe(true)
})

const span = {
  traceId: '1f',
  id: '2a',
  kind: 'SERVER',
  name: 'get /',
  timestamp: 1_790_000_000_000_001,
  duration: 1500,
  localEndpoint: { serviceName: 'shop' },
  tags: { 'http.path': '/', error: 'boom' },
}
const text = JSON.stringify([span, { ...span, id: '3a', parentId: '2a' }])

/** Tags that most spans of a service share, with some of their own among them. */
const long = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`host.${i}`, `${i}é`.repeat(16)]))
const own = fc.constantFrom(
  {},
  { error: 'boom' },
  { 'otel.status_code': 'ERROR' },
  { k: 7 },
  { k: 71 },
  { k: 'x' },
)
const service = fc.constantFrom({ serviceName: 'shop' }, { serviceName: 'cart' })

test('spans whose tags begin alike, and differ anywhere', () => {
  const alike = fc.record({
    localEndpoint: service,
    tags: fc.tuple(fc.integer({ min: 0, max: 9 }), own, own).map(([before, first, last]) => ({
      ...(before === 0 ? first : {}),
      ...long,
      ...(before > 3 ? first : {}),
      ...last,
    })),
  })
  const list = fc.array(alike, { minLength: 8, maxLength: 24 })
  const edit = fc.record({ at: fc.nat(20_000), cut: fc.nat(3), put: fc.constantFrom(...EDITS) })
  let accepted = 0
  fc.assert(
    fc.property(
      list,
      fc.constantFrom(undefined, 1),
      fc.option(edit),
      fc.boolean(),
      (members, space, damage, isLast) => {
        const spans = members.map(({ localEndpoint, tags }, i) => ({
          ...{ traceId: '1f', id: `${i + 1}`.padStart(16, '0') },
          ...(isLast ? { tags, localEndpoint } : { localEndpoint, tags }),
        }))
        const whole = JSON.stringify(spans, null, space)
        if (reads(damage === null ? whole : edited(whole, [{ ...damage, at: damage.at % whole.length }])))
          accepted++
      },
    ),
    { numRuns: 400 },
  )
  expect(accepted).toBeGreaterThan(200)
})

test('a document with more different tags than are cached, and members that nobody knows', () => {
  const many = Array.from({ length: 6 }, (_, i) => ({
    ...{ traceId: '1f', id: `${i + 1}`, localEndpoint: {} },
    tags: Object.fromEntries(Array.from({ length: 50 }, (_, tag) => [`tag.${i}.${tag}`, 'x'])),
  }))
  const late = ['false', 'timeout'].map((error, i) => ({
    ...{ traceId: '1f', id: `a${i}`, kind: 'CLIENT', of: 'nobody', duration: 7, more: 99, localEndpoint: {} },
    tags: { error, customer: 'acme', 'otel.status_code': 'OK', order: 'ERROR' },
  }))
  expect(reads(JSON.stringify([...many, ...late]))).toBe(true)
  expect(
    reads(JSON.stringify([...many, ...late, ...late.map((one) => ({ ...one, id: `${one.id}b` }))])),
  ).toBe(true)
})

test('a text that was damaged', () => {
  const edit = fc.record({ at: fc.nat(text.length), cut: fc.nat(3), put: fc.constantFrom(...EDITS) })
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      reads(edited(text, edits))
    }),
    { numRuns: 3000 },
  )
})

test('a text that was cut anywhere is left to JSON.parse', () => {
  for (let end = 0; end < text.length; end++) expect(reads(text.slice(0, end))).toBe(false)
  expect(reads(text)).toBe(true)
})

test.each([
  ['spans that share an id', [span, { ...span, kind: 'CLIENT' }]],
  ['the halves of a call', [span, { ...span, shared: true }]],
  ['version 1', [{ ...span, binaryAnnotations: [] }]],
  ['annotations without an endpoint', [{ ...span, localEndpoint: undefined, annotations: [] }]],
  ['a span without an id', [{ ...span, id: undefined }]],
  ['null as an id', [span, { ...span, id: null }]],
  ['a span of no trace', [{ ...span, traceId: 7 }]],
  ['a span without a trace id', [span, { ...span, id: '3a', traceId: undefined }]],
  ['an empty trace id', [span, { ...span, id: '3a', traceId: '' }]],
  ['zeros as the trace id', [span, { ...span, id: '3a', traceId: '00' }]],
  ['an empty list', []],
  ['lists in lists in a list', [[[span]]]],
  ['a list of something else', [1]],
  ['one span', span],
])('%s: left to JSON.parse', (_, value) => {
  expect(scan(Buffer.from(JSON.stringify(value)))).toBeUndefined()
})
