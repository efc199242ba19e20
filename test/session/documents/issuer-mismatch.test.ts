import { describe, expect, it } from 'vitest'
import { issuerMismatch } from '../../../src/claims/issuer.ts'
import { told } from '../../told.ts'

describe('two issuers that differ', () => {
  it.each([
    ['https://a', 'https://b', 8],
    ['https://a', 'https://a/', 9],
    ['https://a/', 'https://a', 9],
    ['', 'x', 0],
  ])('%j and %j, from character %i on', (expected, actual, at) => {
    expect(told(issuerMismatch(expected, actual)).slice(1)).toEqual([
      'If the received issuer is right, set exactly that as issuer. Otherwise stop here.',
      `expected ${expected}`,
      `received ${actual}`,
      `         ${' '.repeat(at)}^`,
    ])
  })

  it('of one that does not exist, nothing is set', () => {
    expect(told(issuerMismatch('https://a', undefined))[1]).toBe(
      'The sender of the answer is unknown. Ask whoever runs the identity provider.',
    )
  })

  it('the same ones end the search for the difference, and a hint can be given', () => {
    expect(told(issuerMismatch('https://a', 'https://a', 'look')).slice(1)).toEqual([
      'look',
      'expected https://a',
      'received https://a',
      `         ${' '.repeat(9)}^`,
    ])
  })
})
