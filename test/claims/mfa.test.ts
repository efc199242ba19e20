import { describe, expect, it } from 'vitest'
import { levelProvesMfa, methodsProveMfa } from '../../src/claims/normalise.ts'

/** RFC 8176 §2, one row a factor. */
const KNOWN = ['pwd', 'pin', 'kba']
const HELD = ['otp', 'sms', 'tel', 'hwk', 'swk', 'sc', 'pop', 'webauthn']
const BEING = ['fpt', 'face', 'iris', 'retina', 'vbm']

describe('two factors, by the methods of a sign-in', () => {
  it.each(['mfa', 'ngcmfa', 'phr', 'phrh'])('%s says it by itself', (method) => {
    expect(methodsProveMfa([method])).toBe(true)
    expect(methodsProveMfa(['pwd', method])).toBe(true)
  })

  it.each([KNOWN, HELD, BEING].map((methods) => [methods] as const))('%s are one factor', (methods) => {
    expect(methodsProveMfa(methods)).toBe(false)
    for (const method of methods) expect(methodsProveMfa([method, method])).toBe(false)
  })

  const pairs = [
    ...KNOWN.flatMap((one) => [...HELD, ...BEING].map((other) => [one, other] as const)),
    ...HELD.flatMap((one) => BEING.map((other) => [one, other] as const)),
  ]
  it.each(pairs)('%s and %s are two, in any order', (one, other) => {
    expect(methodsProveMfa([one, other])).toBe(true)
    expect(methodsProveMfa([other, one])).toBe(true)
  })

  it.each([
    ['none', []],
    ['an unknown one', ['pwd', 'teapot']],
    ['unknown ones', ['teapot', 'kettle']],
    ['names that every object has', ['pwd', 'constructor', 'toString']],
    ['another letter case', ['pwd', 'OTP']],
    // Entra's own, in no RFC: also a certificate of a service.
    ['a key of Entra', ['pwd', 'rsa']],
    // RFC 8176: more than one challenge, maybe of one factor.
    ['risk and user presence', ['pwd', 'rba', 'user', 'geo', 'wia', 'mca']],
  ])('%s proves nothing', (_, methods) => {
    expect(methodsProveMfa(methods)).toBe(false)
  })
})

describe('two factors at a provider that writes mfa itself', () => {
  it.each([
    [['pwd', 'rsa'], false],
    [['pwd', 'otp'], false],
    [['pwd', 'rsa', 'mfa'], true],
    [['ngcmfa'], true],
  ])('%j: %s', (methods, proved) => {
    expect(methodsProveMfa(methods, false)).toBe(proved)
  })
})

describe('two factors, by the level of a sign-in', () => {
  it.each([
    ['gold', ['gold'], true],
    ['golden', ['gold'], false],
    ['gol', ['gold'], false],
    ['urn:2fa:any', ['urn:2fa:*'], true],
    ['urn:2fa:', ['urn:2fa:*'], true],
    ['urn:2fa', ['urn:2fa:*'], false],
    ['x-urn:2fa:any', ['urn:2fa:*'], false],
    ['urn:2fa:any', ['silver', 'urn:2fa:*'], true],
    ['silver', ['silver', 'urn:2fa:*'], true],
    ['gold', [], false],
    ['', ['gold'], false],
    ['*', ['gold'], false],
  ])('%j where %j count: %s', (level, levels, proved) => {
    expect(levelProvesMfa(level, levels)).toBe(proved)
  })
})
