import { describe, expect, it } from 'vitest'
import { didYouMean, nearName } from '../src/near-name.ts'

const NAMES = ['issuer', 'client_id', 'client_key', 'api', 'checkout']

describe('nearName', () => {
  it.each([
    ['isuer', 'issuer'],
    ['issure', 'issuer'],
    ['ISSUER', 'issuer'],
    ['client-id', 'client_id'],
    ['clientid', 'client_id'],
    ['client_ky', 'client_key'],
    ['apy', 'api'],
    ['chekout', 'checkout'],
    ['issuer', 'issuer'],
  ])('%s is near %s', (typed, name) => expect(nearName(typed, NAMES)).toBe(name))

  it.each(['', 'favourite', 'xy', 'x'.repeat(100_000)])('nothing is near %.20s', (typed) =>
    expect(nearName(typed, NAMES)).toBeUndefined(),
  )

  it('a question in a hint, or nothing', () => {
    expect(didYouMean('isuer', NAMES)).toBe('Did you mean issuer? ')
    expect(didYouMean('favourite', NAMES)).toBe('')
  })
})
