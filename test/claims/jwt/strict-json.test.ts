import { describe, expect, it } from 'vitest'
import { parseStrictJson } from '../../../src/claims/jwt/strict-json.ts'

describe('strict JSON', () => {
  it.each([
    '1e5',
    '1E+5',
    '-0.5e-2',
    '"a\\"b\\\\"',
    ' [1 , 2 ] ',
    '{ "a" : [ ] , "b" : { } }',
    '{ \n\t"a":  1\r\n}',
    'null',
  ])('%s is what JSON.parse says', (text) => {
    expect(parseStrictJson(text)).toEqual({ value: JSON.parse(text) })
  })

  it.each([
    '',
    ' ',
    '1 2',
    '{} x',
    '[1',
    '[1 2]',
    '{"a" 1}',
    '{"a":1',
    '{a:1}',
    '"\\x"',
    '"a\nb"',
    '01',
    '+1',
    '.5',
    'nul',
    ',',
  ])('%j is none', (text) => {
    expect(() => JSON.parse(text)).toThrow()
    expect(parseStrictJson(text)).toEqual({ problem: 'json' })
  })

  it.each([
    ['{"a":1}', 1, true],
    ['[1,"x"]', 1, true],
    ['{"a":{}}', 1, false],
    ['{"a":[]}', 1, false],
    ['[[]]', 1, false],
    ['[[1]]', 2, true],
    ['7', 0, true],
    ['[]', 0, false],
    ['{}', 0, false],
  ])('%s within %i levels: %s', (text, depth, fits) => {
    expect(parseStrictJson(text, depth)).toEqual(fits ? { value: JSON.parse(text) } : { problem: 'too-deep' })
  })
})
