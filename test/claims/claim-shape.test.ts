import { describe, expect, it } from 'vitest'
import { asList } from '../../src/claims/claim-shape.ts'

describe('a list', () => {
  it.each([
    [
      ['a', 'b', 'a', '', 7, null],
      ['a', 'b'],
    ],
    [[], []],
    ['ops', ['ops']],
    ['a,b', ['a,b']],
    ['[a]', ['[a]']],
    ['', []],
    [7, undefined],
    [null, undefined],
    [{ 0: 'a', length: 1 }, undefined],
    [[''], []],
    [['', 7], []],
    // Not "in no group": what it says is not read.
    [[{ name: 'ops' }], undefined],
    [[7, null], undefined],
    [[['ops']], undefined],
  ])('%j is %j', (raw, value) => {
    expect(asList(raw, 'groups')).toEqual(value)
  })

  it.each([
    ['["a","b"]', ['a', 'b']],
    ['["a,b", "a,b"]', ['a,b']],
    [' ["a"] ', ['a']],
    ['[]', []],
    ['[1,"a"]', ['a']],
    ['[{"name":"ops"}]', undefined],
    ['[a, b]', ['a', 'b']],
    [' [a,b] ', ['a', 'b']],
    ['a, b ,,a', ['a', 'b']],
    ['a]b[', ['a]b[']],
    ['[[a]]', ['[a]']],
    ['ops', ['ops']],
    ['', []],
    // What is JSON and no list is taken as text.
    ['{"a":1}', ['{"a":1}']],
    ['"a"', ['"a"']],
    ['["a"', ['"a"']],
  ])('in a custom claim, %j is %j', (raw, value) => {
    expect(asList(raw, 'custom:groups')).toEqual(value)
    // The name must begin so.
    expect(asList(raw, 'x-custom:groups')).toEqual(raw === '' ? [] : [raw])
  })

  it('in a custom claim that is a list already is taken as it is', () => {
    expect(asList(['a,b'], 'custom:groups')).toEqual(['a,b'])
  })
})
