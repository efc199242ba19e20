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
})
