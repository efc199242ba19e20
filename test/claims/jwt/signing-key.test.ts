import { describe, expect, it } from 'vitest'
import { ALGORITHMS, fitsAlgorithm, isCurrent, isWeak, signsFor } from '../../../src/claims/jwt/verify.ts'

it('takes public-key signatures alone, each with the type and curve of RFC 7518', () => {
  expect(ALGORITHMS).toEqual({
    ...Object.fromEntries(
      ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((alg) => [alg, { kty: 'RSA' }]),
    ),
    ES256: { kty: 'EC', crv: 'P-256' },
    ES384: { kty: 'EC', crv: 'P-384' },
    ES512: { kty: 'EC', crv: 'P-521' },
    EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  })
})

describe('a key fits', () => {
  it.each<[string, Record<string, unknown>, boolean]>([
    ['RS256', { kty: 'RSA' }, true],
    ['RS256', { kty: 'RSA', crv: 'P-256' }, true],
    ['RS256', { kty: 'RSA', use: 'sig', alg: 'RS256', key_ops: ['sign', 'verify'] }, true],
    ['RS256', { kty: 'RSA', key_ops: ['sign'] }, false],
    ['RS256', { kty: 'RSA', key_ops: [''] }, false],
    ['RS256', { kty: 'RSA', key_ops: 'verify' }, false],
    ['ES256', { kty: 'EC', crv: 'P-256' }, true],
    ['ES256', { kty: 'EC' }, false],
    ['HS256', { kty: 'oct' }, false],
    ['toString', { kty: undefined }, false],
  ])('%s and %j: %s', (algorithm, key, fits) => {
    expect(fitsAlgorithm(key, algorithm)).toBe(fits)
  })
})

describe('a key is current', () => {
  const NOW = 1000
  it.each<[Record<string, unknown>, boolean]>([
    [{}, true],
    [{ nbf: '9999', exp: '1' }, true],
    [{ nbf: NOW + 60 }, true],
    [{ nbf: NOW + 61 }, false],
    [{ exp: NOW - 59 }, true],
    [{ exp: NOW - 60 }, false],
    [{ nbf: NOW, exp: NOW }, true],
  ])('%j at 1000 s, 60 s of leeway: %s', (key, current) => {
    expect(isCurrent(key, NOW * 1000, 60)).toBe(current)
  })
})

describe('a key signs for', () => {
  const tenant = '11111111-2222-4333-8444-555555555555'
  const template = 'https://x/{tenantid}/v2'
  it.each<[unknown, string | undefined, unknown, boolean]>([
    [undefined, undefined, undefined, true],
    ['https://x', 'https://x', undefined, true],
    ['https://x', 'https://x/', undefined, false],
    ['https://x', undefined, undefined, false],
    [7, 'https://x', undefined, false],
    [['https://x'], 'https://x', undefined, false],
    [template, `https://x/${tenant}/v2`, tenant, true],
    [template, `https://x/${tenant}/v2`, undefined, false],
    [template, template, tenant.toUpperCase(), true],
    [template, template, undefined, false],
    [template, template, [tenant], false],
    [template, template, `a${tenant}`, false],
    [template, template, `${tenant}a`, false],
    ['https://x', 'https://x', 'no GUID', true],
  ])('marked with %j, issuer %j, tenant %j: %s', (issuer, expected, tid, signs) => {
    expect(signsFor(issuer === undefined ? {} : { issuer }, expected, tid)).toBe(signs)
  })
})

describe('a key is weak', () => {
  const bits = (count: number) =>
    Buffer.concat([Buffer.from([1 << ((count - 1) % 8)]), Buffer.alloc(Math.ceil(count / 8) - 1)]).toString(
      'base64url',
    )
  const padded = (text: string) =>
    Buffer.concat([Buffer.alloc(2), Buffer.from(text, 'base64url')]).toString('base64url')
  it.each<[string, Record<string, unknown>, boolean]>([
    ['2048 bits', { n: bits(2048), e: 'AQAB' }, false],
    ['2047 bits', { n: bits(2047), e: 'AQAB' }, true],
    ['1024 bits with zeros before', { n: padded(bits(1024)), e: 'AQAB' }, true],
    ['2048 bits with zeros before', { n: padded(bits(2048)), e: padded('AQAB') }, false],
    ['exponent 3', { n: bits(2048), e: 'Aw' }, false],
    ['exponent 1', { n: bits(2048), e: 'AQ' }, true],
    ['exponent 1 with zeros before', { n: bits(2048), e: padded('AQ') }, true],
    ['exponent 0', { n: bits(2048), e: 'AA' }, true],
    ['no exponent', { n: bits(2048) }, true],
    ['an exponent that is no base64url', { n: bits(2048), e: '=' }, true],
    ['no modulus', { e: 'AQAB' }, true],
  ])('RSA, %s: %s', (_, members, weak) => {
    expect(isWeak({ kty: 'RSA', ...members })).toBe(weak)
  })
})
