import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readTraceFile } from '../../../src/backends/read-trace-file.ts'
import { toJaeger } from '../../../src/trace/formats/export-trace.ts'
import { anyJaegerTrace, plainTrace, readOne } from '../rich.ts'

const tag = (key: string, type: string, value: unknown) => ({ key, type, value })
const span = (members: object = {}) => ({
  traceID: '1f',
  spanID: '2a',
  operationName: 'GET /',
  startTime: 1_790_000_000_000_001,
  duration: 1500,
  processID: 'p1',
  ...members,
})
const trace = (...spans: object[]) => ({
  traceID: '1f',
  spans,
  processes: { p1: { serviceName: 'shop', tags: [tag('host', 'string', 'h1')] } },
})

describe('Jaeger JSON', () => {
  test.each([
    ['bare', trace(span())],
    ['in its envelope', { data: [trace(span())], total: 0, errors: null }],
  ])('%s: ids padded, microseconds, process as resource', (_, document) => {
    const read = readOne(document)
    expect(read.traceId).toBe('1f'.padStart(32, '0'))
    expect(read.spans[0]).toMatchObject({
      spanId: '2a'.padStart(16, '0'),
      service: 'shop',
      startNanos: 1_790_000_000_000_001_000n,
      durationNanos: 1_500_000,
      resource: [
        ['service.name', 'shop'],
        ['host', 'h1'],
      ],
    })
  })

  test('the parent is the first CHILD_OF of the trace, else a FOLLOWS_FROM; other references are links', () => {
    const ref = (refType: string, traceID: string, spanID: string) => ({ refType, traceID, spanID })
    const [a, b, c] = readOne(
      trace(
        span({
          references: [
            ref('FOLLOWS_FROM', '1f', '1'),
            ref('CHILD_OF', '99', '2'),
            ref('CHILD_OF', '1f', '3'),
          ],
        }),
        span({ spanID: 'b', references: [ref('FOLLOWS_FROM', '1f', '4')] }),
        span({ spanID: 'c', parentSpanID: '5' }),
      ),
    ).spans
    expect(a?.parentId).toBe('3'.padStart(16, '0'))
    expect(a?.links.map((link) => link.spanId)).toEqual(['1', '2'].map((id) => id.padStart(16, '0')))
    expect(b?.parentId).toBe('4'.padStart(16, '0'))
    expect(c?.parentId).toBe('5'.padStart(16, '0'))
  })

  test('kind, status and message come from their tags; of these only `error` stays an attribute', () => {
    const tags = [
      tag('span.kind', 'string', 'client'),
      tag('error', 'bool', true),
      tag('otel.status_description', 'string', 'boom'),
      tag('otel.scope.name', 'string', 'lib'),
      tag('error.kind', 'string', 'timeout'),
    ]
    const [read] = readOne(trace(span({ tags }))).spans
    expect(read).toMatchObject({
      kind: 'client',
      status: 'error',
      statusMessage: 'boom',
      scope: { name: 'lib' },
    })
    expect(read?.attributes).toEqual([
      ['error', true],
      ['error.kind', 'timeout'],
    ])
    const untyped = readOne(trace(span({ tags: [tag('error', 'string', 'true')] })))
    expect(untyped.spans[0]?.status).toBe('error')
  })

  test('values by type, and as they came where the type is wrong; long integers keep their digits', () => {
    const tags = [
      tag('i', 'int64', 5),
      tag('s', 'int64', '9007199254740993'),
      tag('f', 'float64', '1.5'),
      tag('b', 'bool', 'true'),
      tag('x', 'binary', 'AQI='),
      tag('odd', 'int64', 'five'),
      tag('plain', 'string', '7'),
      tag('big', 'int64', 'BIG'),
    ]
    const text = JSON.stringify(trace(span({ tags }))).replace('"BIG"', '9007199254740995')
    expect(readOne(text).spans[0]?.attributes).toEqual([
      ['i', 5],
      ['s', 9007199254740993n],
      ['f', 1.5],
      ['b', true],
      ['x', new Uint8Array([1, 2])],
      ['odd', 'five'],
      ['plain', '7'],
      ['big', 9007199254740995n],
    ])
  })
})

test('any members are read, never a crash', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...Object.keys(span()), 'tags', 'logs', 'references'), fc.jsonValue()),
      (members) => {
        plainTrace(readOne(trace(span(members))))
      },
    ),
  )
})

test('what is exported reads as the same trace, to the microsecond', () => {
  fc.assert(
    fc.property(anyJaegerTrace, (trace) => {
      const text = [...toJaeger(trace, JSON.stringify)].join('')
      // Jaeger's own page knows a failed span by this tag.
      const failed = trace.spans.filter(({ status }) => status === 'error').length
      expect(text.split('{"key":"error","type":"bool","value":true}')).toHaveLength(failed + 1)
      expect(plainTrace(readOne(text))).toEqual(plainTrace(trace))
    }),
  )
})

test('a saved error of Jaeger is told in its words: safe for a terminal, and cut', async () => {
  const read = (document: unknown) =>
    expect(readTraceFile(Buffer.from(JSON.stringify(document)), 'a.json')).rejects
  await read({ data: null, errors: [{ code: 404, msg: 'trace not found' }] }).toThrow(
    /^a\.json holds no spans, but has a Jaeger error: trace not found$/,
  )
  await read({ data: [], errors: [{ msg: `\u001b[2J${'x'.repeat(9000)}` }] }).toThrow(
    /^a\.json holds no spans, but has a Jaeger error: [^\u001b]{100,400}$/,
  )
  await read({ data: null, errors: [{ code: 404 }] }).toThrow(/^a\.json holds no spans$/)
})
