import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  ALGORITHMS,
  fitsAlgorithm,
  isCurrent,
  isWeak,
  keysOf,
  publicPart,
  signsFor,
} from '../../../src/claims/jwt/signing-key.ts'
import { verifySignature } from '../../../src/claims/jwt/verify.ts'
import { tokenText } from '../token-text.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })

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

it.each([undefined, null, [], 'x', {}, { keys: {} }])('%j is no set of keys', (document) => {
  expect(keysOf(document)).toEqual([])
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

  it('only if it is RSA', () => {
    expect(isWeak({ kty: 'EC' })).toBe(false)
  })
})

it('of a key only its public members are used', () => {
  const all = { n: 'n', e: 'e', d: 'd', crv: 'c', x: 'x', y: 'y', k: 'k', alg: 'a' }
  expect(publicPart({ kty: 'RSA', ...all })).toEqual({ kty: 'RSA', n: 'n', e: 'e' })
  expect(publicPart({ kty: 'EC', ...all })).toEqual({ kty: 'EC', crv: 'c', x: 'x', y: 'y' })
  expect(publicPart({ kty: 'OKP', ...all })).toEqual({ kty: 'OKP', crv: 'c', x: 'x' })
  expect(publicPart({ kty: 'oct', ...all })).toEqual({ kty: 'oct' })
})

describe('why a signature is not verified, in words', () => {
  const keys = { keys: [{ ...rsa, kid: 'k1' }] }
  const why = async (header: object, set: unknown = keys) =>
    verifySignature(tokenText(header, {}), set, { now: 0 })
  const long = 'x'.repeat(80)
  it.each<[object, string]>([
    [{ alg: 'none' }, 'signed with "none", which is not accepted'],
    [{}, 'signed with (none), which is not accepted'],
    [{ alg: 7 }, 'signed with of a wrong type, which is not accepted'],
    [{ alg: long }, `signed with "${long.slice(0, 60)}", which is not accepted`],
    [{ alg: 'RS256', crit: [] }, 'the header asks for an extension not known here'],
    [{ alg: 'RS256', kid: 'k2' }, 'no key of the provider fits RS256, kid "k2"'],
    [{ alg: 'ES256' }, 'no key of the provider fits ES256, kid (none)'],
    [{ alg: 'RS256', kid: 'k1' }, 'the signature was not made with the provider\'s key "k1"'],
  ])('%j', async (header, detail) => {
    expect(await why(header)).toMatchObject({ verified: false, detail })
  })

  it('of keys that are too short, of a text that is no token', async () => {
    expect(await why({ alg: 'RS256' }, { keys: [{ ...rsa, e: 'AQ' }] })).toMatchObject({
      detail: 'the key is shorter than 2048 bits or otherwise unsafe',
    })
    expect(await verifySignature('opaque', keys, { now: 0 })).toMatchObject({
      detail: 'the token is not a JWT: only its provider can check it',
    })
  })
})
