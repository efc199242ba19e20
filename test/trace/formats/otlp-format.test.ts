import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toOtlp } from '../../../src/trace/formats/otlp/otlp-export.ts'
import { readTraces } from '../../../src/trace/formats/sniff.ts'
import { traceByIdResponse, tracesData } from '../../world/trace/protobuf.ts'
import { EPOCH } from '../make.ts'
import { anyOtlpTrace, bySchemaNames, otlpDocument, otlpSpan, plainTrace, readOne } from '../rich.ts'

const TRACE = '5b8efff798038103d269b633813fc60c'
const SPAN = 'eee19b7ec3c1b174'
const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')

const PRINTED = `{
  "resource_spans": [
    {
      "resource": {"attributes": [{"key": "service.name", "value": {"string_value": "shop"}}]},
      "scope_spans": [
        {
          "scope": {"name": "lib", "version": "1"},
          "spans": [
            {
              "trace_id": "${base64(TRACE)}",
              "span_id": "${base64(SPAN)}",
              "name": "GET /",
              "kind": "SPAN_KIND_SERVER",
              "start_time_unix_nano": "${EPOCH + 1n}",
              "end_time_unix_nano": "${EPOCH + 1_000_002n}",
              "status": {"code": "STATUS_CODE_UNSET"}
            }
          ]
        }
      ]
    }
  ]
}`

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
    ['names of the schema', bySchemaNames(inner) as object],
    ['names of the schema, indented', JSON.stringify(bySchemaNames(inner), null, 2)],
    ['names of the schema, Tempo v2', { trace: bySchemaNames(inner) }],
    ['names of the schema, Jaeger v3', { result: bySchemaNames(inner) }],
    ['names of the schema, a list', [bySchemaNames(inner)]],
    ['names of the schema, lines', `{"resource_logs":[]}\n${JSON.stringify(bySchemaNames(inner))}\n`],
    ["what Python's MessageToJson prints with preserving_proto_field_name", PRINTED],
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

  test('the old instrumentationLibrarySpans', () => {
    const spans = [{ instrumentationLibrary: { name: 'old' }, spans: [otlpSpan()] }]
    const trace = readOne({ resourceSpans: [{ instrumentationLibrarySpans: spans }] })
    expect(trace.spans[0]).toMatchObject({ service: 'unknown_service', scope: { name: 'old' } })
  })

  test('names of the schema say the same as the usual ones, to the last attribute', () => {
    fc.assert(
      fc.property(anyOtlpTrace, fc.boolean(), (trace, isOdd) => {
        const usual = JSON.parse([...toOtlp(trace, JSON.stringify)].join('')) as object
        const named = bySchemaNames(usual) as { resource_spans: object[] }
        // The resource behind its spans: what the scan leaves to JSON.parse.
        const odd = named.resource_spans.map((item) => Object.fromEntries(Object.entries(item).reverse()))
        const read = readOne(isOdd ? { resource_spans: odd } : named)
        expect(plainTrace(read)).toEqual(plainTrace(readOne(usual)))
      }),
      { numRuns: 300 },
    )
    const dropped = { droppedAttributesCount: 1, droppedEventsCount: 2, droppedLinksCount: 3 }
    const read = readOne(bySchemaNames(otlpDocument(otlpSpan(dropped))) as object)
    expect(read.spans[0]?.dropped).toEqual({ attributes: 1, events: 2, links: 3 })
  })

  test('the old instrumentation_library_spans', () => {
    const spans = [{ instrumentation_library: { name: 'old' }, spans: [bySchemaNames(otlpSpan())] }]
    for (const rest of [{}, { resource: {} }]) {
      const trace = readOne({ resource_spans: [{ instrumentation_library_spans: spans, ...rest }] })
      expect(trace.spans[0]).toMatchObject({ spanId: SPAN, scope: { name: 'old' } })
    }
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
    expect(() => readOne(`{"n":1}\n${a.slice(0, -9)}`)).toThrow()
  })

  test.each([
    'Error: connection reset',
    '}',
    '</html>',
    'null x',
    '{"a":1,}',
    '{"a" 1',
    '[INFO] ended',
    '{}}',
  ])('a last line that can never become JSON is damage as one in the middle is: %s', (last) => {
    const line = JSON.stringify(otlpDocument(otlpSpan()))
    for (const end of ['', '\n', '\r\n\n']) {
      expect(() => readOne(`${line}\n${line}\n${last}${end}`)).toThrow(/^line 3 is not JSON$/)
      expect(() => readOne(`${line}\n${line} ${last}${end}`)).toThrow(/^line 2 is not JSON$/)
    }
  })

  test('a last line is cut off wherever it ends too early', () => {
    const line = JSON.stringify(otlpDocument(otlpSpan()))
    for (let end = 1; end < line.length; end++)
      expect([end, readOne(`${line}\n${line.slice(0, end)}`).partial]).toEqual([
        end,
        'line 2, the last, is cut off',
      ])
  })

  test('what a full disk leaves behind a last line, bytes of zero, is no part of it', () => {
    const line = (spanId: string) => JSON.stringify(otlpDocument(otlpSpan({ spanId })))
    const [a, b] = [line('a'.repeat(16)), line('b'.repeat(16))]
    const zeros = '\0'.repeat(4096)
    for (const [end, number] of [
      [`\n${a.slice(0, -9)}${zeros}`, 3],
      [`\n${a.slice(0, 30)}${zeros}\r\n`, 3],
      [`\n${zeros}`, 3],
      [zeros, 2],
    ] as const) {
      const read = readOne(`${a}\n${b}${end}`)
      expect(read.spans).toHaveLength(2)
      expect(read.partial).toBe(`line ${number}, the last, is cut off`)
    }
    expect(() => readOne(`${a}\n${b}\n${zeros}\n${a}`)).toThrow('line 3 is not JSON')
    expect(() => readOne(`${a}\n${b}\nError${zeros}`)).toThrow('line 3 is not JSON')
    expect(() => readOne(`${a}\n${b}\n${a.slice(0, -9)}\0"`)).toThrow('line 3 is not JSON')
  })

  test.each(['\ufeff', '\ufeff  '])('a line of joined files that begins with %j is read', (mark) => {
    const line = (spanId: string) => JSON.stringify(otlpDocument(otlpSpan({ spanId })))
    const [a, b, c] = [line('a'.repeat(16)), line('b'.repeat(16)), line('c'.repeat(16))]
    for (const end of ['', '\n', `\n${c}`, `\n${mark}${c}\n`]) {
      const read = readOne(`${mark}${a}\n${mark}${b}${end}`)
      expect(read.spans).toHaveLength(end.length > 1 ? 3 : 2)
      expect(read.partial).toBeUndefined()
    }
    expect(readOne(`${a}\n${mark}${b.slice(0, -9)}`).partial).toBe('line 2, the last, is cut off')
    for (const joined of [
      `${a}\n${mark}${b}${c}`,
      `${mark}${a}${mark}${b}${mark}${c}`,
      `${a}\n${b}${mark}${c}\n`,
      [a, b, c].map((line) => mark + JSON.stringify(JSON.parse(line), null, 1)).join('\r\n'),
    ]) {
      const { spans, partial } = readOne(joined)
      expect([spans.length, partial]).toEqual([3, undefined])
    }
  })

  test('a last line that is cut off may be of any of several traces: said of the file, not of each', () => {
    const line = (traceId: string) => JSON.stringify(otlpDocument(otlpSpan({ traceId: traceId.repeat(32) })))
    const said: string[] = []
    const text = `${line('a')}\n${line('b')}\n${line('b').slice(0, -9)}`
    const read = readTraces(Buffer.from(text), { onCutLine: (why) => said.push(why) })
    expect(read.map(({ partial }) => partial)).toEqual([undefined, undefined])
    expect(said).toEqual(['line 3, the last, is cut off'])
    // Who is not told of the file is told of the traces.
    const both = readTraces(Buffer.from(text)).map(({ partial }) => partial)
    expect(both).toEqual(['line 3, the last, is cut off', 'line 3, the last, is cut off'])
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
    expect(read(line('a'), line('a'), error('deadline'))).toEqual(['Jaeger broke off: deadline'])
    expect(read(line('a'), error('\u001b[2J'), '')).toEqual(['Jaeger broke off: \\u{1b}[2J'])
    expect(read(line('a'), error(''))).toEqual(['Jaeger broke off'])
    expect(read(line('a'), error('x'.repeat(1000)))[0]?.length).toBeLessThan(330)
    expect(read(line('a'), line('b'), error('deadline'))).toEqual([
      ...[undefined, undefined],
      'Jaeger broke off: deadline',
    ])
    // The answers to several requests, of which one had no trace, or another shape.
    expect(read(line('a'), error('trace not found', 404))).toEqual([undefined, 'line 2 holds no spans'])
    expect(read(error('deadline'), line('a'))).toEqual([undefined, 'line 1 holds no spans'])
    const bare = JSON.stringify(otlpDocument(otlpSpan()))
    expect(read(bare, error('deadline'))).toEqual([undefined, 'line 2 holds no spans'])
  })

  test('documents that are not one a line are read as if they were', () => {
    const [a, b] = ['a', 'b'].map((id) =>
      otlpDocument(otlpSpan({ traceId: id.repeat(32), name: `}\n"${id}{` })),
    )
    const layouts = [
      [a, b].map((one) => JSON.stringify(one, null, 2)).join('\n'),
      [a, b].map((one) => JSON.stringify(one, null, 2)).join('\r\n\r\n'),
      [a, b].map((one) => JSON.stringify(one)).join(''),
      `\ufeff${[a, b].map((one) => JSON.stringify(one)).join(' ')}\n`,
      `${JSON.stringify(a)}\n${JSON.stringify(b, null, 2)}\n`,
      `${JSON.stringify(a, null, 2)}${JSON.stringify([b])}`,
      `{"n":1}\n${JSON.stringify(a)} ${JSON.stringify(b)}\n`,
      `${JSON.stringify(a)}${JSON.stringify(b)}\n{"n":1}`,
    ]
    for (const text of layouts) {
      const names = readTraces(Buffer.from(text)).map(({ traceId, spans }) => [traceId[0], spans[0]?.name])
      expect([text, names]).toEqual([
        text,
        [
          ['a', '}\n"a{'],
          ['b', '}\n"b{'],
        ],
      ])
    }
    const text = layouts[0] as string
    expect(() => readTraces(Buffer.from(`${text}x`))).toThrow('the JSON is broken at line')
    expect(() => readTraces(Buffer.from(text.slice(0, -2)))).toThrow('document 2 in it is cut off or broken')
    expect(() => readTraces(Buffer.from(`{"a": ,}`))).toThrow('the JSON is broken')
  })

  test('of documents on one line the last may be cut off', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((id) =>
      JSON.stringify(otlpDocument(otlpSpan({ traceId: id.repeat(32) }))),
    )
    const said: string[] = []
    const read = readTraces(Buffer.from(`${a}\n${b}${c?.slice(0, -5)}\n`), {
      onCutLine: (why) => said.push(why),
    })
    expect(read.map(({ traceId }) => traceId[0])).toEqual(['a', 'b'])
    expect(said).toEqual(['line 2, the last, is cut off'])
  })

  test('very many documents without a span end soon, however they stand', () => {
    const trace = JSON.stringify(otlpDocument(otlpSpan()))
    const many = (document: string, count: number) => Buffer.from(document.repeat(count))
    expect(() => readTraces(many('{}', 3_000_000))).toThrow('more than 100,000 documents of it hold no spans')
    expect(() => readTraces(many('{}\n', 3_000_000))).toThrow('more than 100,000 lines of it hold no spans')
    expect(() => readTraces(many(`${trace}\n${'{}'.repeat(30)}`, 1))).not.toThrow()
    expect(readTraces(many(`${trace}\n${'{"n":1}\n'.repeat(150_000)}`, 1))).toHaveLength(1)
  })

  test('lines of JSON that hold no spans are told of, with the first one; those of metrics and logs belong there', () => {
    const good = JSON.stringify(otlpDocument(otlpSpan()))
    const told = (...lines: string[]) => {
      const said: string[] = []
      const read = readTraces(Buffer.from(lines.join('\n')), { onSpanless: (what) => said.push(what) })
      return [read.length, ...said]
    }
    const error = '{"error":"rate limited"}'
    expect(told(error, good, '{"a":1}', '5', '', 'null', good)).toEqual([
      1,
      '4 lines hold no spans (the first is line 1)',
    ])
    expect(told(good, '', '  ', error, '')).toEqual([1, 'line 4 holds no spans'])
    expect(told(good, '[]', '{"data":null,"errors":[{"code":429,"msg":"too many"}]}')).toEqual([
      1,
      '2 lines hold no spans (the first is line 2)',
    ])
    const others = [{ resourceMetrics: [] }, { resourceLogs: [{}] }, { resourceSpans: [] }]
    expect(told(good, ...others.map((one) => JSON.stringify(one)), '', good)).toEqual([1])
    expect(() => told(error, error)).toThrow('the JSON holds no spans')
  })

  test('what one document says of its trace says nothing of the traces of others', () => {
    const of = (traceId: string) => otlpDocument(otlpSpan({ traceId: traceId.repeat(32) }))
    const part = (traceId: string) => ({
      trace: of(traceId),
      status: 'PARTIAL',
      message: `${traceId} is too large`,
    })
    const own = (traceId: string, partial: string | null) => ({
      traceId: traceId.repeat(32),
      spanCount: 1,
      partial,
      spans: [{ spanId: '1'.repeat(16), durationNanos: '1' }],
    })
    const inBoth = (documents: readonly object[]) => [
      documents.map((one) => JSON.stringify(one)).join('\n'),
      documents,
    ]
    const partialOf = (input: unknown) =>
      readTraces(Buffer.from(typeof input === 'string' ? input : JSON.stringify(input))).map(
        ({ partial }) => partial,
      )
    for (const input of inBoth([part('a'), of('b'), part('c')]))
      expect(partialOf(input)).toEqual(['a is too large', undefined, 'c is too large'])
    for (const input of inBoth([own('a', 'the rest is gone'), own('b', null)]))
      expect(partialOf(input)).toEqual(['the rest is gone', undefined])
    // A part and the rest of it.
    for (const input of inBoth([of('a'), part('a'), of('a')]))
      expect(partialOf(input)).toEqual(['a is too large'])
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

  test.each(['events', 'links'])('integers of %s that came as JSON numbers keep every digit', (member) => {
    const attributes = [{ key: 'n', value: { arrayValue: { values: [{ intValue: 'BIG' }] } } }]
    const text = JSON.stringify(otlpDocument(otlpSpan({ [member]: [{ attributes }] })))
    const [span] = readOne(text.replace('"BIG"', '9007199254740993')).spans
    expect([...(span?.events ?? []), ...(span?.links ?? [])][0]?.attributes).toEqual([
      ['n', [9007199254740993n]],
    ])
  })

  test('an integer attribute that cannot be read as one stays the text that it is', () => {
    const long = '7'.repeat(41)
    const values = [long, `-${long}`, '1'.repeat(400), 'many', '']
    const attributes = values.map((intValue, i) => ({ key: `n${i}`, value: { intValue } }))
    const list = { key: 'list', value: { arrayValue: { values: [{ intValue: long }] } } }
    const document = otlpDocument(otlpSpan({ attributes: [...attributes, list] }))
    // As numbers of JSON, too, which have no quotes.
    const bare = JSON.stringify(document).replaceAll(`"${long}"`, long)
    for (const input of [document, bare, `${bare}\n${bare}`]) {
      expect(readOne(input).spans[0]?.attributes).toEqual([
        ...values.map((value, i) => [`n${i}`, value]),
        ['list', [long]],
      ])
    }
  })

  test.each([
    [{ startTimeUnixNano: '0' }, ['start-missing'], 0],
    [{ endTimeUnixNano: undefined }, ['end-missing'], 0],
    [{ endTimeUnixNano: '5' }, ['end-before-start'], 0],
    [{ startTimeUnixNano: 'soon', endTimeUnixNano: null }, ['start-missing', 'end-missing'], 0],
    [{ parentSpanId: 'nonsense' }, ['parent-unreadable'], 1_000_001],
    [{ parentSpanId: '0000000000000000' }, [], 1_000_001],
  ])('%j is read with the marks %j', (members, marks, durationNanos) => {
    expect(readOne(otlpDocument(otlpSpan(members))).spans[0]).toMatchObject({ marks, durationNanos })
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

test('the export keeps a missing end, and a duration without a start', () => {
  const [span] = readOne(otlpDocument(otlpSpan())).spans
  if (!span) throw new Error('no span')
  const { attributes, events, links } = span
  const broken = { ...span, attributes, events, links }
  for (const given of [
    { ...broken, marks: ['end-missing' as const], durationNanos: 0 },
    { ...broken, marks: ['start-missing' as const], startNanos: 0n, durationNanos: 17 },
  ]) {
    const back = readOne(exported({ traceId: TRACE, spans: [given] })).spans[0]
    expect(back).toMatchObject({ marks: given.marks, durationNanos: given.durationNanos })
  }
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

test.each([-1, 'many', 2 ** 32, null, 1e300])('%s is no count of what was dropped', (count) => {
  const [span] = readOne(otlpDocument(otlpSpan({ droppedEventsCount: count }))).spans
  expect(span?.dropped).toBeUndefined()
})

test('only text as long as base64 of zeros is no parent: an id of hex may be the digit A alone', () => {
  const parents = ['A'.repeat(16), 'A'.repeat(11), `${'A'.repeat(11)}=`, `${'A'.repeat(22)}==`]
  const { spans } = readOne(
    otlpDocument(
      ...parents.map((parentSpanId, i) => otlpSpan({ spanId: `${i + 1}`.repeat(16), parentSpanId })),
    ),
  )
  expect(spans.map(({ parentId }) => parentId)).toEqual(['a'.repeat(16), undefined, undefined, undefined])
  expect(spans.map(({ marks }) => marks)).toEqual([[], [], [], []])
})
