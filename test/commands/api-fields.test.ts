import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readHeaders } from '../../src/commands/api/api.ts'
import { fieldsToJson, fieldsToQuery, textField, typedField } from '../../src/commands/api/fields.ts'

const json = (...typed: string[]) =>
  JSON.parse(fieldsToJson(typed.map((one) => typedField(one) as { path: string[]; value: string })))

describe('a field', () => {
  it.each([
    ['a=1', 1],
    ['a=-5', -5],
    ['a=007', 7],
    ['a=1.5', '1.5'],
    ['a=1e3', '1e3'],
    ['a=9007199254740993', '9007199254740993'],
    ['a=true', true],
    ['a=false', false],
    ['a=null', null],
    ['a=', ''],
    ['a=True', 'True'],
    ['a=b=c', 'b=c'],
    ['a=line\nline', 'line\nline'],
  ])('-F %j is %j', (typed, value) => {
    expect(json(typed)).toEqual({ a: value })
    const [, text = ''] = /^a=([\s\S]*)$/.exec(typed) ?? []
    expect(textField(typed)).toEqual({ path: ['a'], value: text })
  })

  it('-F takes a file by @, -f takes the sign as it is', () => {
    expect(typedField('a=@x.json').value).toEqual({ file: 'x.json' })
    expect(typedField('a=@-').value).toEqual({ file: '-' })
    expect(textField('a=@x').value).toBe('@x')
  })

  it.each(['', 'a', '=1', '[a]=1', 'a[=1', 'a]=1', 'a[b]c=1', '[]=1'])('%j is refused', (typed) => {
    expect(() => typedField(typed)).toThrow(/-F: .* is not key=value/)
    expect(() => textField(typed)).toThrow(/-f: .* is not key=value/)
  })
})

describe('fields together', () => {
  it.each([
    [['a=1', 'b=x'], { a: 1, b: 'x' }],
    [['a[b]=1', 'a[c]=2'], { a: { b: 1, c: 2 } }],
    [['a[b][c]=1'], { a: { b: { c: 1 } } }],
    [['a[]=1', 'a[]=2'], { a: [1, 2] }],
    [['a[b][]=1', 'a[b][]=2'], { a: { b: [1, 2] } }],
    [['__proto__=1', 'constructor=2'], JSON.parse('{"__proto__":1,"constructor":2}')],
    [['a[__proto__]=1'], { a: JSON.parse('{"__proto__":1}') }],
  ])('%j', (typed, value) => {
    expect(json(...typed)).toEqual(value)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it.each([
    [['a=1', 'a[b]=2']],
    [['a[b]=2', 'a=1']],
    [['a[]=1', 'a=2']],
    [['a[]=1', 'a[b]=2']],
    [['a[b]=1', 'a[]=2']],
    [['a[][b]=1']],
    [['a=null', 'a[]=1']],
  ])('%j are two kinds of value', (typed) => {
    expect(() => json(...typed)).toThrow(/two kinds of value/)
  })

  it.each([
    [['a=1', 'a=2'], 'a'],
    [['a=1', 'a=1'], 'a'],
    [['a=null', 'a=1'], 'a'],
    [['a[b][c]=1', 'a[b][d]=1', 'a[b][c]=2'], 'a[b][c]'],
  ])('%j: a key is given twice, and would hold the last value only', (typed, key) => {
    expect(() => json(...typed)).toThrow(`the field ${key} is given twice`)
  })

  it('in a query: text, lists repeated', () => {
    const fields = ['q=a b', 'n=5', 'none=null', 'l[]=1', 'l[]=2', 'o[k]=v'].map(
      (one) => typedField(one) as { path: string[]; value: string },
    )
    expect(new URLSearchParams(fieldsToQuery(fields)).toString()).toBe(
      new URLSearchParams([
        ['q', 'a b'],
        ['n', '5'],
        ['none', ''],
        ['l[]', '1'],
        ['l[]', '2'],
        ['o[k]', 'v'],
      ]).toString(),
    )
  })

  it('any text of -f comes back from the JSON as it was typed', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^=[\]]+$/), fc.string(), (key, text) => {
        const field = textField(`${key}=${text}`) as { path: string[]; value: string }
        expect(Object.entries(JSON.parse(fieldsToJson([field])))).toEqual([[key, text]])
      }),
    )
  })
})

describe('a header', () => {
  it('is taken with any value in ASCII', () => {
    expect(readHeaders(['Accept: text/csv', 'X-Request-Id:1  ', 'x-empty:'])).toEqual({
      accept: 'text/csv',
      'x-request-id': '1',
      'x-empty': '',
    })
  })

  it('that is given more than once is one, with its values in their order', () => {
    expect(readHeaders(['X-A: b', 'x-b: 1', 'x-a: c', 'X-A: b', '__proto__: 1', '__proto__: 2'])).toEqual(
      JSON.parse('{"x-a":"b, c, b","x-b":"1","__proto__":"1, 2"}'),
    )
  })

  it.each(['Content-Type', 'User-Agent', 'If-Modified-Since', 'Range', 'Referer', 'Traceparent'])(
    '%s has one value',
    (name) => {
      expect(() => readHeaders([`${name}: a`, `${name.toLowerCase()}: b`])).toThrow(
        `-H: ${name.toLowerCase()} is given twice`,
      )
    },
  )

  it.each([
    'Authorization',
    'authorization',
    'Proxy-Authorization',
    'Host',
    'Accept-Encoding',
    'Content-Length',
    'Transfer-Encoding',
    'Connection',
    'X-Scope-OrgID',
  ])('%s is ours', (name) => {
    expect(() => readHeaders([`${name}: x`])).toThrow(`-H: ${name} is set by ls-auth`)
  })

  it.each([
    'Cookie',
    'cookie',
    'Keep-Alive',
    'TE',
    'Trailer',
    'Upgrade',
    'Expect',
    'X-HTTP-Method',
    'X-HTTP-Method-Override',
    'X-Method-Override',
  ])("%s is nobody's", (name) => {
    expect(() => readHeaders([`${name}: x`])).toThrow(`-H: ${name} is never sent`)
  })

  it.each(['x', ': y', 'a b: c', 'x: a\r\nHost: b', 'x: \u00e9', 'x\n: y', ''])('%j is refused', (line) => {
    expect(() => readHeaders([line])).toThrow(/is not "Name: value"/)
  })

  it('that is refused is not repeated: it may hold a secret', () => {
    expect(() => readHeaders(['x-key: s\u00e9cret'])).toThrow(/^-H: "x-key…" is not/)
  })
})
