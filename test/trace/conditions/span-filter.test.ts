import { expect, test } from 'vitest'
import { valueTest } from '../../../src/trace/attributes.ts'
import type { Span } from '../../../src/trace/model.ts'
import { type SpanFilter, spanTest } from '../../../src/trace/search.ts'
import { makeTrace } from '../make.ts'

const [plain] = makeTrace({
  id: 1,
  ms: 5,
  service: 'web',
  name: 'GET /',
  status: 'error',
  message: 'no stock',
}).spans
const span: Span = {
  ...(plain as Span),
  kind: 'client',
  attributes: [
    ['http.method', 'GET'],
    ['code', 500],
    ['span.odd', 'kept'],
    ['gone', null],
    ['kind', 'odd one'],
    ['twice', 'a'],
    ['twice', 'b'],
    ['roles', ['admin', 'sales']],
    ['codes', [200, 503]],
    ['none', []],
    ['key', new Uint8Array([1, 2, 255])],
    ['map', { a: 1n, b: ['x'] }],
  ],
  resource: [
    ['zone', 'a'],
    ['code', 1],
  ],
  events: [
    { name: 'retry', timeNanos: undefined, attributes: [['attempt', 2]] },
    { name: 'exception', timeNanos: undefined, attributes: [['exception.type', 'IOError']] },
  ],
  links: [{ traceId: '0a', spanId: '0b', attributes: [['reason', 'batch']] }],
  scope: { name: 'lib', version: '2.1', attributes: [['signed', true]] },
}

test.each<[SpanFilter, boolean]>([
  [{}, true],
  [{ service: 'web', name: 'GET /', errors: true, minNanos: 5e6, maxNanos: 5e6 }, true],
  [{ service: 'we' }, false],
  [{ name: 'GET' }, false],
  [{ minNanos: 5e6 + 1 }, false],
  [{ maxNanos: 5e6 - 1 }, false],
  [{ attributes: [['http.method', 'GET']] }, true],
  // As exports and lists of values have it.
  [{ attributes: [['twice', 'b']] }, true],
  [{ attributes: [['twice', 'a']] }, false],
  [{ attributes: [['span.http.method', 'GET']] }, true],
  [{ attributes: [['.http.method', 'GET']] }, true],
  [{ attributes: [['resource.http.method', 'GET']] }, false],
  [{ attributes: [['resource.zone', 'a']] }, true],
  [{ attributes: [['span.zone', 'a']] }, false],
  [{ attributes: [['span.code', '500']] }, true],
  [{ attributes: [['resource.code', '1']] }, true],
  [{ attributes: [['code', '1']] }, true],
  [{ attributes: [['span.odd', 'kept']] }, true],
  [{ attributes: [['gone', 'null']] }, false],
  // Of events and links one that fits is enough, as in Tempo.
  [{ attributes: [['event.exception.type', 'IOError']] }, true],
  [{ attributes: [['event.exception.type', 'IO.*', '=~']] }, true],
  [{ attributes: [['event.attempt', '2', '>=']] }, true],
  [{ attributes: [['event.attempt', '1', '!=']] }, true],
  [{ attributes: [['event.attempt', '2', '!=']] }, false],
  [{ attributes: [['event.exception.type', 'OSError']] }, false],
  [{ attributes: [['event.http.method', 'GET']] }, false],
  [{ attributes: [['link.reason', 'batch']] }, true],
  [{ attributes: [['link.reason', 'retry']] }, false],
  [{ attributes: [['instrumentation.signed', 'true']] }, true],
  [{ attributes: [['instrumentation.signed', 'false']] }, false],
  [{ attributes: [['span.exception.type', 'IOError']] }, false],
  // Fields of TraceQL that are no attributes.
  [{ attributes: [['event:name', 'exception']] }, true],
  [{ attributes: [['event:name', 're.*', '=~']] }, true],
  [{ attributes: [['event:name', 'exc']] }, false],
  [{ attributes: [['link:traceID', '0a']] }, true],
  [{ attributes: [['link:spanID', '0b']] }, true],
  [{ attributes: [['link:spanID', '0a']] }, false],
  [{ attributes: [['instrumentation:name', 'lib']] }, true],
  [{ attributes: [['instrumentation:version', '2.1']] }, true],
  [{ attributes: [['instrumentation:version', '3', '!=']] }, true],
  [{ attributes: [['span:id', '0000000000000001']] }, true],
  [{ attributes: [['span:parentID', '0000000000000001']] }, false],
  [{ attributes: [['span:parentID', '0000000000000001', '!=']] }, false],
  [{ attributes: [['span:statusMessage', 'no stock']] }, true],
  [{ attributes: [['exception.type', 'IOError']] }, false],
  [{ attributes: [['span.kind', 'client']] }, true],
  [{ attributes: [['span.kind', 'server']] }, false],
  [{ attributes: [['span.kind', 'server', '!=']] }, true],
  [{ attributes: [['span.kind', 'odd one']] }, true],
  [{ attributes: [['span.code', '500', '>=']] }, true],
  [{ attributes: [['span.code', '500', '>']] }, false],
  [{ attributes: [['code', '2', '<']] }, true],
  [{ attributes: [['http.method', '2', '<']] }, false],
  [{ attributes: [['http.method', 'POST', '!=']] }, true],
  [{ attributes: [['http.method', 'GET', '!=']] }, false],
  [{ attributes: [['missing', 'GET', '!=']] }, false],
  [{ attributes: [['http.method', 'G.T', '=~']] }, true],
  // Of a list one item is enough, and no item may be what is excluded.
  [{ attributes: [['roles', 'sales']] }, true],
  [{ attributes: [['roles', 'admin,sales']] }, false],
  [{ attributes: [['roles', 'sal.*', '=~']] }, true],
  [{ attributes: [['roles', 'sal', '=~']] }, false],
  [{ attributes: [['roles', 'sales', '!=']] }, false],
  [{ attributes: [['roles', 'guest', '!=']] }, true],
  [{ attributes: [['roles', 'sal.*', '!~']] }, false],
  [{ attributes: [['codes', '500', '>=']] }, true],
  [{ attributes: [['codes', '504', '>=']] }, false],
  [{ attributes: [['none', 'x', '!=']] }, false],
  // As lists of values write them.
  [{ attributes: [['key', 'AQL/']] }, true],
  [{ attributes: [['map', '{"a":1,"b":["x"]}']] }, true],
  [{ attributes: [['http.method', 'G', '=~']] }, false],
  [{ attributes: [['http.method', '(?i)get', '=~']] }, true],
  [{ attributes: [['http.method', 'P.*', '!~']] }, true],
  [
    {
      attributes: [
        ['zone', 'a'],
        ['code', '5'],
      ],
    },
    false,
  ],
])('%j: %s', (filter, fits) => {
  expect(spanTest(filter)(span)).toBe(fits)
})

test('whole numbers are compared to the last digit, however long they are', () => {
  const fits = (value: bigint | number | string, operator: '>' | '>=' | '<' | '<=', wanted: string) =>
    valueTest(['n', wanted, operator])(value)
  for (const big of [9007199254740993n, '9007199254740993', ' 9007199254740993 ']) {
    expect(fits(big, '>', '9007199254740992')).toBe(true)
    expect(fits(big, '<=', '9007199254740992')).toBe(false)
    expect(fits(big, '>=', '9007199254740994')).toBe(false)
    expect(fits(big, '<', '9007199254740994')).toBe(true)
    expect(fits(big, '>', '9007199254740993')).toBe(false)
    expect(fits(big, '>=', '9007199254740993')).toBe(true)
    expect(fits(big, '<=', '9007199254740993')).toBe(true)
    expect(fits(big, '>', '-5')).toBe(true)
    expect(fits(big, '>', '0.5')).toBe(true)
  }
  expect(fits(-9007199254740993n, '<', '-9007199254740992')).toBe(true)
  expect(fits(1e300, '>', '9007199254740992')).toBe(true)
  expect(fits('many', '>', '9007199254740992')).toBe(false)
  expect(fits('many', '<=', '9007199254740992')).toBe(false)
  expect(fits('', '<', '9007199254740992')).toBe(false)
})
