import { describe, expect, it } from 'vitest'
import { fieldsToJson, textField, typedField } from '../../src/commands/api-fields.ts'
import { readHeaders } from '../../src/verbs/api.ts'

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

  it.each(['', 'a', '=1', '[a]=1', 'a[=1', 'a]=1', 'a[b]c=1', '[]=1'])('%j is refused', (typed) => {
    expect(() => typedField(typed)).toThrow(/-F: .* is not key=value/)
    expect(() => textField(typed)).toThrow(/-f: .* is not key=value/)
  })
})

describe('a header', () => {
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

  it.each(['x', ': y', 'a b: c', 'x: a\r\nHost: b', 'x: \u00e9', 'x\n: y', ''])('%j is refused', (line) => {
    expect(() => readHeaders([line])).toThrow(/is not "Name: value"/)
  })

  it('that is refused is not repeated: it may hold a secret', () => {
    expect(() => readHeaders(['x-key: s\u00e9cret'])).toThrow(/^-H: "x-key…" is not/)
  })
})
