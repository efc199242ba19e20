import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { didYouMean, nearName } from '../../src/text/near-name.ts'

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

  it.each([
    ['pay', 'payment'],
    ['payments', 'payment'],
    ['paymnet', 'payment'],
    ['checkout-service', 'checkout'],
    ['crat', 'cart'],
    ['nosuch', undefined],
    ['pa', undefined],
  ])('among services, %s is near %s', (typed, name) => {
    expect(nearName(typed, ['cart', 'checkout', 'email', 'frontend', 'payment'])).toBe(name)
  })

  it('the nearer name goes before one that is only a part', () => {
    expect(nearName('profile', ['default_profile', 'profiles'])).toBe('profiles')
    expect(nearName('defaultprofile', ['default_profile', 'profiles'])).toBe('default_profile')
  })

  it('gives one of the names, and the same word before all others', () => {
    const words = fc.string({ minLength: 1, maxLength: 40 })
    const others = fc.array(words)
    fc.assert(
      fc.property(words, others, others, (name, before, after) => {
        const known = [...before, name, ...after]
        expect(nearName(name, known)?.toLowerCase()).toBe(name.toLowerCase())
        // The same, but for its last letter.
        expect([undefined, ...known]).toContain(nearName(`${name.slice(0, -1)}-`, known))
      }),
    )
  })

  it('a question in a hint, or nothing', () => {
    expect(didYouMean('isuer', NAMES)).toBe('Did you mean issuer? ')
    expect(didYouMean('favourite', NAMES)).toBe('')
  })
})
