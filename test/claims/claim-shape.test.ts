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

  it('in a custom claim that is a list already is taken as it is', () => {
    expect(asList(['a,b'], 'custom:groups')).toEqual(['a,b'])
  })
})
