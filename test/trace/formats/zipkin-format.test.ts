import { describe, expect, test } from 'vitest'
import { readTraces } from '../../../src/trace/formats/sniff.ts'
import type { Span } from '../../../src/trace/model.ts'
import { readOne } from '../rich.ts'

const left = (count: number) =>
  `${count === 1 ? '1 span is' : `${count} spans are`} left out: without an id or a trace id, or of Zipkin v1`

const span = (id: string, members: object = {}) => ({
  traceId: 'a1b2',
  id,
  name: 'get /',
  timestamp: 1_790_000_000_000_000,
  duration: 1000,
  localEndpoint: { serviceName: 'shop', ipv4: '10.0.0.1', port: 80 },
  ...members,
})
const pad = (id: string) => id.padStart(16, '0')

test('spans without an id are left out, and counted', () => {
  const without = [span(''), span('0')]
  expect(readOne([span('1'), ...without]).partial).toBe(left(2))
  expect(readOne([span('1'), span('1', { kind: 'SERVER', shared: true }), span('')]).partial).toBe(left(1))
})

describe('spans that cannot be placed', () => {
  const whole = span('1')
  const noId = span('2', { id: undefined })
  const noTrace = span('2', { traceId: undefined })
  test.each<[string, object[], number]>([
    ['no id', [whole, noId], 1],
    ['every other one', [noId, whole, span(''), span('2', { id: null })], 3],
    ['no trace id', [whole, noTrace, span('2', { traceId: '' }), span('2', { traceId: null })], 3],
    [
      'one of each, and of v1',
      [whole, noId, noTrace, span('3', { localEndpoint: undefined, binaryAnnotations: [] })],
      3,
    ],
  ])('%s', (_, spans, count) => {
    for (const document of [spans, [spans], spans.toReversed()])
      expect(readOne(document)).toMatchObject({ spans: [{ spanId: pad('1') }], partial: left(count) })
  })
})

describe('Zipkin v2', () => {
  const one = span('1', {
    kind: 'CLIENT',
    tags: { error: 'timed out', 'http.method': 'GET' },
    annotations: [{ timestamp: 1_790_000_000_000_005, value: 'retry' }],
    remoteEndpoint: { serviceName: 'db' },
  })
  test.each([
    ['an array', [one]],
    ['an array of traces', [[one]]],
    ['one span', one],
    ['lines', `${JSON.stringify(one)}\n${JSON.stringify({ ...one, id: '2', parentId: '1' })}`],
  ])('%s', (_, document) => {
    const trace = readOne(document)
    expect(trace.traceId).toBe('a1b2'.padStart(32, '0'))
    expect(trace.spans[0]).toMatchObject({
      spanId: pad('1'),
      service: 'shop',
      kind: 'client',
      status: 'error',
      statusMessage: 'timed out',
      durationNanos: 1_000_000,
      events: [{ name: 'retry', timeNanos: 1_790_000_000_000_005_000n }],
      resource: [
        ['service.name', 'shop'],
        ['net.host.ip', '10.0.0.1'],
        ['net.host.port', 80],
      ],
    })
    expect(trace.spans[0]?.attributes).toContainEqual(['peer.service', 'db'])
  })
})

describe('trace ids of which the low half is the same', () => {
  const low = 'ab'.repeat(8)
  const [short, one, two, third] = ['0'.repeat(16), '1'.repeat(16), '2'.repeat(16), '3'.repeat(16)].map(
    (high) => high + low,
  ) as [string, string, string, string]
  const read = (ids: readonly string[]) => {
    const spans = ids.map((traceId, i) => span(String(i + 1), { traceId }))
    const byTrace = (document: object) =>
      readTraces(Buffer.from(JSON.stringify(document))).map(({ traceId, spans }) => [
        traceId,
        spans.map(({ spanId }) => Number(spanId)),
      ])
    // Halves of a call are read from objects, not from bytes.
    const far = { traceId: 'ff', localEndpoint: {}, id: 'ff' }
    const [, ...byObjects] = byTrace([far, { ...far, kind: 'SERVER' }, ...spans])
    expect(byObjects).toEqual(byTrace(spans))
    return byObjects
  }

  test.each<[string, string[], object]>([
    [
      'two of 128 bits are two traces',
      [one, two, one],
      [
        [one, [1, 3]],
        [two, [2]],
      ],
    ],
    ['of 64 bits and of 128 are one', [short, one, low, one], [[one, [1, 3, 2, 4]]]],
    ['of 128 bits and of 64 are one', [one, low, one], [[one, [1, 3, 2]]]],
    ['of 64 bits, with and without zeros, are one', [short, low], [[short, [1, 2]]]],
    [
      'of 64 bits beside two of 128 are a trace of their own',
      [one, low, two, short],
      [
        [one, [1]],
        [short, [2, 4]],
        [two, [3]],
      ],
    ],
    [
      'the same for three',
      [third, two, low, one],
      [
        [third, [1]],
        [two, [2]],
        [short, [3]],
        [one, [4]],
      ],
    ],
  ])('%s', (_, ids, traces) => {
    expect(read(ids)).toEqual(traces)
  })
})

describe("what OpenTelemetry's collector writes as texts", () => {
  const read = (members: object) => {
    const [only] = readOne([span('1', members)]).spans
    return only as Span
  }

  test.each([
    [
      'login|{"user.name":"ada","n":1,"deep":{"a":[1]}}|0',
      'login',
      { 'user.name': 'ada', n: 1, deep: { a: [1] } },
    ],
    ['a|b|{"k":"}|0|{"}|12', 'a|b', { k: '}|0|{' }],
    ['large|{"id":9007199254740993}|0', 'large', { id: '9007199254740993' }],
    ['empty|{}|3', 'empty', {}],
    ['retry', 'retry', {}],
    ['no end|{"a":1}', 'no end|{"a":1}', {}],
    ['no number|{"a":1}|x', 'no number|{"a":1}|x', {}],
    ['no JSON|{a:1}|0', 'no JSON|{a:1}|0', {}],
    ['}|{|0', '}|{|0', {}],
  ])('an event %s', (value, name, attributes) => {
    const { events } = read({ annotations: [{ timestamp: 1_790_000_000_000_005, value }] })
    expect(events).toEqual([
      { name, timeNanos: 1_790_000_000_000_005_000n, attributes: Object.entries(attributes) },
    ])
  })

  test('a tag is an attribute, too, but where a member says all of it', () => {
    const tags = {
      'span.kind': 'internal',
      error: 'true',
      'otel.status_code': 'ERROR',
      'otel.status_description': 'no',
    }
    expect(read({ tags })).toMatchObject({ kind: 'internal', attributes: [['error', 'true']] })
    expect(read({ kind: 'SERVER', tags: { ...tags, error: 'boom' } }).attributes).toEqual([
      ['span.kind', 'internal'],
      ['error', 'boom'],
      ['otel.status_description', 'no'],
    ])
  })
})
