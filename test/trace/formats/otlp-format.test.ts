import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toOtlp } from '../../../src/trace/formats/json-export.ts'
import { readTraces } from '../../../src/trace/formats/sniff.ts'
import { traceByIdResponse, tracesData } from '../../world/trace/protobuf.ts'
import { EPOCH } from '../make.ts'
import { anyOtlpTrace, otlpDocument, otlpSpan, plainTrace, readOne } from '../rich.ts'

const TRACE = '5b8efff798038103d269b633813fc60c'
const SPAN = 'eee19b7ec3c1b174'
const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')

describe('every shape OTLP/JSON comes in', () => {
  const inner = otlpDocument(otlpSpan())
  const shapes: [string, object | string][] = [
    ['resourceSpans', inner],
    ['Tempo v1: batches', { batches: inner.resourceSpans }],
    ['Tempo v2: trace', { trace: inner, metrics: {} }],
    ['Jaeger v3: result', { result: inner }],
    ['an array of documents', [inner]],
    ['lines', `${JSON.stringify({ resourceMetrics: [] })}\n\n${JSON.stringify(inner)}\r\n`],
    ['after a byte order mark and blanks', `\ufeff \n${JSON.stringify(inner)}`],
    ['indented', JSON.stringify(inner, null, 2)],
    ['gzipped', gzipSync(JSON.stringify(inner))],
    ['base64 ids', otlpDocument(otlpSpan({ traceId: base64(TRACE), spanId: base64(SPAN) }))],
    [
      'enums by name',
      otlpDocument(otlpSpan({ kind: 'SPAN_KIND_SERVER', status: { code: 'STATUS_CODE_UNSET' } })),
    ],
    ['protobuf', tracesData(inner)],
    ['protobuf of Tempo v2', traceByIdResponse(tracesData(inner))],
    ['gzipped protobuf', gzipSync(tracesData(inner))],
  ]
  test.each(shapes)('%s', (_, input) => {
    const trace = readOne(input)
    expect(trace.traceId).toBe(TRACE)
    expect(trace.spans[0]).toMatchObject({
      spanId: SPAN,
      name: 'GET /',
      service: 'shop',
      kind: 'server',
      status: 'unset',
      startNanos: EPOCH + 1n,
      durationNanos: 1_000_001,
      scope: { name: 'lib', version: '1' },
      marks: [],
    })
    expect(trace.spans[0]?.parentId).toBeUndefined()
  })

  test('one trace over several lines is one; several traces in one document are several', () => {
    const line = (spanId: string) => JSON.stringify(otlpDocument(otlpSpan({ spanId })))
    expect(readOne(`${line('a'.repeat(16))}\n${line('b'.repeat(16))}\n`).spans).toHaveLength(2)
    const two = otlpDocument(otlpSpan(), otlpSpan({ traceId: 'f'.repeat(32) }), otlpSpan())
    expect(readTraces(Buffer.from(JSON.stringify(two))).map(({ spans }) => spans.length)).toEqual([2, 1])
  })

  test('a last line that is cut off costs no other; one in the middle is damage', () => {
    const line = (spanId: string) => JSON.stringify(otlpDocument(otlpSpan({ spanId })))
    const [a, b] = [line('a'.repeat(16)), line('b'.repeat(16))]
    for (const end of ['', '\n', '\r\n\n']) {
      const read = readOne(`${a}\n${b}\n${a.slice(0, -9)}${end}`)
      expect(read.spans).toHaveLength(2)
      expect(read.partial).toBe('line 3, the last, is cut off')
    }
    expect(() => readOne(`${a}\n${a.slice(0, -9)}\n${b}`)).toThrow('line 2 is not JSON')
  })

  test('a stream of Jaeger that broke off is a part; of several traces it is said of the file', () => {
    const line = (traceId: string) =>
      JSON.stringify({ result: otlpDocument(otlpSpan({ traceId: traceId.repeat(32) })) })
    const error = (message: string, httpCode = 504) =>
      JSON.stringify({ error: { grpcCode: 4, httpCode, message } })
    const read = (...lines: string[]) => {
      const said: string[] = []
      const tell = (what: string) => said.push(what)
      const traces = readTraces(Buffer.from(lines.join('\n')), { onCutLine: tell, onSpanless: tell })
      return [...traces.map(({ partial }) => partial), ...said]
    }
    expect(read(line('a'), line('a'), error('deadline'))).toEqual(['Jaeger stopped early: deadline'])
    expect(read(line('a'), error('x'.repeat(1000)))[0]?.length).toBeLessThan(330)
    expect(read(line('a'), line('b'), error('deadline'))).toEqual([
      ...[undefined, undefined],
      'Jaeger stopped early: deadline',
    ])
    // The answers to several requests, of which one had no trace, or another shape.
    expect(read(line('a'), error('trace not found', 404))).toEqual([
      undefined,
      '1 line without spans, the first is line 2',
    ])
    expect(read(error('deadline'), line('a'))).toEqual([
      undefined,
      '1 line without spans, the first is line 1',
    ])
    const bare = JSON.stringify(otlpDocument(otlpSpan()))
    expect(read(bare, error('deadline'))).toEqual([undefined, '1 line without spans, the first is line 2'])
  })
})

describe('numbers', () => {
  test('nanoseconds and integers that came as JSON numbers keep every digit', () => {
    const start = EPOCH + 123_456_789n
    const big = '9007199254740993'
    const text = JSON.stringify(
      otlpDocument(
        otlpSpan({
          startTimeUnixNano: 'START',
          endTimeUnixNano: 'END',
          name: 'order 12345678901234567890 "quoted\\" 9007199254740993',
          attributes: [{ key: 'n', value: { intValue: 'BIG' } }],
        }),
      ),
    )
    const raw = text
      .replace('"START"', String(start))
      .replace('"END"', String(start + 7n))
      .replace('"BIG"', big)
    for (const input of [raw, `${raw}\n${raw}`]) {
      const [span] = readOne(input).spans
      expect(span).toMatchObject({ startNanos: start, durationNanos: 7 })
      expect(span?.name).toBe('order 12345678901234567890 "quoted\\" 9007199254740993')
      expect(span?.attributes).toEqual([['n', BigInt(big)]])
    }
  })
})

test('members of any wrong type are read as absent', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(otlpSpan())), fc.jsonValue()), (members) => {
      const trace = readOne(
        otlpDocument(otlpSpan({ ...members, events: [members], links: [members], status: members })),
      )
      plainTrace(trace)
      expect(trace.spans).toHaveLength(1)
    }),
  )
})

test('a value nested too deep is refused, not followed', () => {
  const open = '{"arrayValue":{"values":['.repeat(20_000)
  const text = `${open}{}${']}}'.repeat(20_000)}`
  const json = JSON.stringify(otlpDocument(otlpSpan({ attributes: [{ key: 'deep', value: 'HERE' }] })))
  const trace = readOne(json.replace('"HERE"', text))
  expect(() => trace.spans[0]?.attributes).toThrow(/nested too deep/)
})

const exported = (trace: Parameters<typeof toOtlp>[0]) => [...toOtlp(trace, JSON.stringify)].join('')

test('what is exported reads as the same trace, from JSON and from protobuf', () => {
  fc.assert(
    fc.property(anyOtlpTrace, (trace) => {
      const text = exported(trace)
      expect(plainTrace(readOne(text))).toEqual(plainTrace(trace))
      expect(plainTrace(readOne(tracesData(JSON.parse(text))))).toEqual(plainTrace(trace))
    }),
  )
})

const DROPPED = { droppedAttributesCount: 3, droppedEventsCount: 120, droppedLinksCount: 0 }
const withDropped = otlpDocument(otlpSpan(DROPPED), otlpSpan({ spanId: '1'.repeat(16) }))
test.each<[string, object | Uint8Array]>([
  ['JSON', withDropped],
  ['JSON that is parsed whole', [withDropped]],
  ['protobuf', tracesData(withDropped)],
])('%s: what a span has dropped is counted, and written back', (_, input) => {
  const read = readOne(input)
  const counts = { attributes: 3, events: 120, links: 0 }
  expect(read.spans.map(({ dropped }) => dropped)).toEqual([counts, undefined])
  const written = [...toOtlp(read, JSON.stringify)].join('')
  expect(written).toContain('"droppedEventsCount":120')
  expect(written).not.toContain('droppedLinksCount')
  expect(readOne(written).spans.map(({ dropped }) => dropped)).toEqual([counts, undefined])
})
