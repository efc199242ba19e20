import { describe, expect, it } from 'vitest'
import {
  asFlag,
  asList,
  asNonEmptyText,
  asScopes,
  asSeconds,
  asTimeOfSignIn,
} from '../../src/claims/claim-shape.ts'

describe('a text', () => {
  it.each([
    ['ada', 'ada'],
    [' ', ' '],
    ['', undefined],
    [7, undefined],
    [null, undefined],
    [['ada'], undefined],
    [undefined, undefined],
  ])('%j is %j', (raw, value) => {
    expect(asNonEmptyText(raw, 'sub')).toBe(value)
  })
})

describe('a flag', () => {
  it.each([
    [true, true],
    [false, false],
    ['true', true],
    ['false', false],
    ['True', undefined],
    ['', undefined],
    [1, undefined],
    [0, undefined],
    [null, undefined],
  ])('%j is %j', (raw, value) => {
    expect(asFlag(raw, 'email_verified')).toBe(value)
  })
})

describe('a time', () => {
  it.each([
    [0, 0],
    [1_800_000_000, 1_800_000_000],
    [1.5, 1.5],
    ['1800000000', undefined],
    ['1800000000.5', undefined],
    ['1e9', undefined],
    ['0x10', undefined],
    ['', undefined],
    ['tomorrow', undefined],
    [-1, undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [true, undefined],
    [null, undefined],
    [[1_800_000_000], undefined],
    [['1800000000'], undefined],
    [{}, undefined],
    [undefined, undefined],
  ])('%j is %j', (raw, value) => {
    expect(asSeconds(raw, 'exp')).toBe(value)
  })

  it('of a sign-in is never 0, which stands for not known', () => {
    expect(asTimeOfSignIn(0, 'auth_time')).toBeUndefined()
    expect(asTimeOfSignIn('0', 'auth_time')).toBeUndefined()
    expect(asTimeOfSignIn(1, 'auth_time')).toBe(1)
    expect(asTimeOfSignIn('x', 'auth_time')).toBeUndefined()
  })
})

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

describe('scopes', () => {
  it.each([
    ['a b  a', ['a', 'b']],
    ['', []],
    ['a,b', ['a,b']],
    [' a ', ['a']],
    ['a\tb', ['a\tb']],
    [
      ['a b', 'c', 1],
      ['a b', 'c'],
    ],
    [7, undefined],
    [null, undefined],
    [{}, undefined],
    [[], []],
    [[{ name: 'a' }], undefined],
  ])('%j are %j', (raw, value) => {
    expect(asScopes(raw, 'scope')).toEqual(value)
  })
})
