import { describe, expect, test } from 'vitest'
import { exportTrace } from '../../../src/trace/formats/export-trace.ts'
import { toJsonText } from '../../../src/trace/formats/own/own-json-export.ts'
import { readTraces } from '../../../src/trace/formats/sniff.ts'
import type { Span } from '../../../src/trace/model.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
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

test('Zipkin v1, whose spans have no service and no kind of their own, is named and not half read', () => {
  const endpoint = { serviceName: 'shop', ipv4: '10.0.0.1' }
  const { localEndpoint: _, ...bare } = span('1')
  for (const v1 of [
    { ...bare, annotations: [{ timestamp: 1, value: 'sr', endpoint }] },
    { ...bare, binaryAnnotations: [{ key: 'http.path', value: '/', endpoint }] },
  ]) {
    for (const document of [v1, [v1], [[v1]]])
      expect(() => readOne(document)).toThrow('it is JSON of Zipkin v1')
    for (const document of [[span('2'), v1], `${JSON.stringify(span('2'))}\n${JSON.stringify(v1)}`])
      expect(readOne(document)).toMatchObject({ spans: [{}], partial: left(1) })
  }
})

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

  test.each<[string, object]>([
    ['a document of another format', { traceId: 'a1b2', spans: [], spanCount: 0 }],
    ['metrics', { resourceMetrics: [] }],
    ['an error', { id: 'a', message: 'not found' }],
  ])('%s is no span that lacks an id', (_, other) => {
    expect(readOne([whole, other]).partial).toBeUndefined()
  })

  test('spans of v1 that lack an id do not hide that the document is of v1', () => {
    const { localEndpoint: _, ...bare } = whole
    const v1 = { ...bare, binaryAnnotations: [] }
    expect(() => readOne([v1, { ...bare, id: null }])).toThrow('it is JSON of Zipkin v1')
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

  test('the halves of a call get ids of their own; children go to the side they belong to', () => {
    const trace = readOne([
      span('1', { localEndpoint: { serviceName: 'web' } }),
      span('2', { parentId: '1', kind: 'CLIENT', localEndpoint: { serviceName: 'web' } }),
      span('2', { parentId: '1', kind: 'SERVER', shared: true, localEndpoint: { serviceName: 'cart' } }),
      span('3', { parentId: '2', name: 'query', localEndpoint: { serviceName: 'cart' } }),
      span('4', { parentId: '2', name: 'log', localEndpoint: { serviceName: 'web' } }),
    ])
    expect(new Set(trace.spans.map(({ spanId }) => spanId)).size).toBe(5)
    const server = trace.spans.find(({ kind }) => kind === 'server')
    expect(server).toMatchObject({ service: 'cart', parentId: pad('2') })
    expect(trace.spans.find(({ name }) => name === 'query')?.parentId).toBe(server?.spanId)
    expect(trace.spans.find(({ name }) => name === 'log')?.parentId).toBe(pad('2'))
    const tree = buildTree(trace)
    expect(tree.spans.filter((_, node) => tree.isDuplicate(node))).toEqual([])
  })

  test('a half reported in parts is one span; a lone server half keeps its id', () => {
    const trace = readOne([
      span('2', { shared: true, kind: 'SERVER', duration: undefined, tags: { a: '1' } }),
      span('2', { shared: true, kind: 'SERVER', duration: 7, tags: { b: '2' } }),
    ])
    expect(trace.spans).toHaveLength(1)
    expect(trace.spans[0]).toMatchObject({ spanId: pad('2'), durationNanos: 7000, marks: [] })
    expect(Object.fromEntries(trace.spans[0]?.attributes ?? [])).toMatchObject({ a: '1', b: '2' })
  })

  test('ids that are no hex numbers stay apart, and parents are found by them', () => {
    const [root, child] = readOne([
      span('S1', { traceId: 'load-1' }),
      span('S2', { traceId: 'load-1', parentId: 'S1' }),
    ]).spans
    expect(root).toMatchObject({ marks: ['id-rewritten'] })
    expect(child?.parentId).toBe(root?.spanId)
  })

  test.each(['constructor', '__proto__', 'client', 7, { toString: 1, valueOf: 1 }])(
    'a kind that is none: %j',
    (kind) => {
      expect(readOne([span('1', { kind })]).spans[0]?.kind).toBe('unspecified')
    },
  )

  test('any member may be an object that JavaScript cannot make a text of', () => {
    const value = { toString: 1, valueOf: 1 }
    const endpoint = { serviceName: value, ipv4: value, port: value }
    for (const members of [
      ...['parentId', 'kind', 'name', 'timestamp', 'duration', 'shared', 'tags'].map((key) => ({
        [key]: value,
      })),
      ...['error', 'otel.status_code', 'otel.status_description', 'span.kind', 'otlp.link.0', 'k'].map(
        (key) => ({
          tags: { [key]: value },
        }),
      ),
      { localEndpoint: endpoint, remoteEndpoint: endpoint },
      { annotations: [{ timestamp: value, value }] },
    ]) {
      // Alone it is read from its bytes; in two parts from objects.
      for (const document of [[span('1', members)], [span('1', members), span('1', members)]]) {
        const [read] = readOne(document).spans
        const lazy = [read?.attributes, read?.events, read?.links]
        expect([read?.spanId, ...lazy.map(Array.isArray)]).toEqual([pad('1'), true, true, true])
      }
    }
  })

  test.each([
    ['the same', '1', '1', ['own-parent']],
    ['written with zeros', '1', '0001', ['own-parent']],
    ['a text that is no hex number', 'first', 'first', ['own-parent', 'id-rewritten']],
    ['another', '1', '2', []],
    ['no id', '1', { a: 1 }, ['parent-unreadable']],
    ['a number', '1', 12, ['parent-unreadable']],
  ])('a span that is its own parent is marked so: %s', (_, id, parentId, marks) => {
    const item = span(id, { parentId })
    // Alone it is read from its bytes; as one of two parts from objects.
    for (const document of [[item], [item, item]]) expect(readOne(document).spans[0]).toMatchObject({ marks })
    const [back] = readOne([...toJsonText(readOne([item]), JSON.stringify)].join('')).spans
    expect(back).toMatchObject({ marks })
  })

  test('missing times are marked; a span that is its own parent is a root; 64 and 128 bit ids are one trace', () => {
    const traces = readTraces(
      Buffer.from(
        JSON.stringify([
          span('1', { timestamp: undefined, duration: undefined, parentId: '1' }),
          span('2', { traceId: `ff${'a1b2'.padStart(16, '0')}`, timestamp: undefined }),
        ]),
      ),
    )
    expect(traces).toHaveLength(1)
    expect(traces[0]?.traceId).toBe(`ff${'a1b2'.padStart(16, '0')}`.padStart(32, '0'))
    expect(traces[0]?.spans[0]).toMatchObject({ marks: ['start-missing', 'end-missing', 'own-parent'] })
    expect(traces[0]?.spans[0]?.parentId).toBeUndefined()
    expect(traces[0]?.spans[1]).toMatchObject({ marks: ['start-missing'], durationNanos: 1_000_000 })
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
  const [trace, id] = ['ab'.repeat(16), 'cd'.repeat(8)]
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

  test.each([
    [`${trace}|${id}||{}|0`, []],
    [`${trace}|${id}|a=1|{"k":"v"}|1`, [['k', 'v']]],
  ])('a link %s', (text, attributes) => {
    const found = read({ tags: { 'otlp.link.0': text, k: 'v' } })
    expect(found.links).toEqual([{ traceId: trace, spanId: id, attributes }])
    expect(found.attributes).toEqual([['k', 'v']])
  })

  test.each(['no link', `x|${id}||{}|0`, `${trace}|${id}|`, `${trace}|0||{}|0`])(
    'a tag like a link: %s',
    (text) => {
      const found = read({ tags: { 'otlp.link.0': text } })
      expect([found.links, found.attributes]).toEqual([[], [['otlp.link.0', text]]])
    },
  )

  test.each([
    [
      { error: 'true', 'otel.status_code': 'STATUS_CODE_ERROR', 'otel.status_description': 'refused' },
      'error',
      'refused',
    ],
    [{ error: 'boom', 'otel.status_code': 'Error', 'otel.status_description': 'refused' }, 'error', 'boom'],
    [{ 'otel.status_code': 'ERROR' }, 'error', undefined],
    [{ 'otel.status_code': 'Ok', 'otel.status_description': 'fine' }, 'ok', undefined],
    [{ error: 'false', 'otel.status_code': 'OK' }, 'ok', undefined],
    [{ error: 'false', 'otel.status_code': 'ERROR' }, 'error', undefined],
    [
      { error: 'false', 'otel.status_code': 'ERROR', 'otel.status_description': 'refused' },
      'error',
      'refused',
    ],
    [{ error: 'true', 'otel.status_code': 'OK' }, 'error', undefined],
    [{ error: false }, 'unset', undefined],
    [{ error: null }, 'unset', undefined],
    [{ error: true }, 'error', undefined],
    [{ error: true, 'otel.status_description': 'refused' }, 'error', 'refused'],
    [{ error: '' }, 'error', undefined],
    [{ error: 500 }, 'error', '500'],
    [{ error: false, 'otel.status_code': 'OK' }, 'ok', undefined],
    [{ error: false, 'otel.status_code': 'ERROR' }, 'error', undefined],
    [{ 'otel.status_code': 'what' }, 'unset', undefined],
    [{}, 'unset', undefined],
  ])('the status of %j', (tags, status, statusMessage) => {
    expect(read({ tags })).toMatchObject({ status, statusMessage })
  })

  test('a tag says more than the remote endpoint, and an object in one is its JSON', () => {
    const remoteEndpoint = { serviceName: 'remote', ipv4: '1.2.3.4', port: 1 }
    const tags = { 'peer.service': 'tag', 'net.peer.ip': '9.9.9.9', o: { x: [1] } }
    expect(read({ tags, remoteEndpoint }).attributes).toEqual([
      ['peer.service', 'tag'],
      ['net.peer.ip', '9.9.9.9'],
      ['o', '{"x":[1]}'],
      ['net.peer.port', 1],
    ])
  })

  test('a tag that the status contradicts stays, and so does a tag that is no text', () => {
    expect(read({ tags: { error: 'false', 'otel.status_code': 'ERROR' } }).attributes).toEqual([
      ['error', 'false'],
    ])
    expect(read({ tags: { error: 'true', 'otel.status_code': 'OK' } }).attributes).toEqual([
      ['error', 'true'],
      ['otel.status_code', 'OK'],
    ])
    expect(read({ tags: { error: false, cached: true } }).attributes).toEqual([
      ['error', false],
      ['cached', true],
    ])
  })

  test.each<[object, object | undefined, string[]]>([
    [{ 'otel.library.name': 'lib', 'otel.library.version': '1.2' }, { name: 'lib', version: '1.2' }, []],
    [{ 'otel.scope.version': '1.2', 'otel.scope.name': 'lib' }, { name: 'lib', version: '1.2' }, []],
    [{ 'otel.scope.name': 'lib', 'otel.library.name': 'lib' }, { name: 'lib' }, []],
    [{ 'otel.scope.name': 'lib', 'otel.library.name': 'old' }, { name: 'lib' }, ['otel.library.name']],
    [{ 'otel.scope.name': '', 'otel.library.name': 'old' }, { name: 'old' }, ['otel.scope.name']],
    [{ 'otel.scope.version': '1.2' }, undefined, ['otel.scope.version']],
    [{ 'otel.scope.name': 7 }, undefined, ['otel.scope.name']],
    [{ k: 'v' }, undefined, ['k']],
  ])('the scope of %j', (tags, scope, stays) => {
    const found = read({ tags })
    expect(found.scope).toEqual(scope && { ...scope, attributes: [] })
    expect(found.attributes.map(([key]) => key)).toEqual(stays)
  })

  test('spans of one library share their scope, and what is exported has it', async () => {
    const tags = { 'otel.scope.name': 'lib', 'otel.scope.version': '1.2' }
    const trace = readOne([
      span('1', { tags }),
      span('2', { tags }),
      span('3', { tags: { ...tags, k: 'v' } }),
    ])
    expect(new Set(trace.spans.map(({ scope }) => scope)).size).toBe(1)
    for (const format of ['json', 'ndjson', 'otlp', 'jaeger'] as const) {
      const text = [...(await exportTrace(format, buildTree(trace), undefined, JSON.stringify))].join('')
      const spans = readOne(text).spans.map(({ scope, attributes }) => [scope, attributes])
      expect([format, spans]).toEqual([
        format,
        trace.spans.map(({ scope, attributes }) => [scope, attributes]),
      ])
    }
  })

  test('an event that is nested too deeply stays a text, and the trace is read and written', () => {
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`
    const value = `ev|${deep}|0`
    const { events } = read({ annotations: [{ timestamp: 1, value }] })
    expect(events).toMatchObject([{ name: value, attributes: [] }])
    const near = `ev|${'{"a":'.repeat(99)}1${'}'.repeat(99)}|0`
    expect(read({ annotations: [{ timestamp: 1, value: near }] }).events).toMatchObject([{ name: 'ev' }])
  })

  test('a status that is none stays a tag', () => {
    const status = (code: string) => read({ tags: { 'otel.status_code': code } })
    expect(status('foo')).toMatchObject({ status: 'unset', attributes: [['otel.status_code', 'foo']] })
    expect(status('STATUS_CODE_UNSET')).toMatchObject({ status: 'unset', attributes: [] })
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
