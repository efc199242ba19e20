import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { verifySignature } from '../../../src/claims/jwt/verify.ts'
import { runsOf } from '../../property-runs.ts'
import { part, tokenText } from '../token-text.ts'

const NOW = 1_800_000_000_000
const HOW = { now: NOW }
const PAYLOAD = { iss: 'https://id.acme.example', sub: 'u-1', exp: 1_800_003_600 }

interface Pair {
  privateKey: CryptoKey
  jwk: JWK
}
const pairs: Record<string, Pair> = {}
const ALGORITHMS = ['RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA']

async function pair(algorithm: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  return { privateKey, jwk: await exportJWK(publicKey) }
}
/** The same RSA key for another algorithm: to find its primes takes long. */
async function again(algorithm: string, { privateKey, jwk }: Pair): Promise<Pair> {
  return { privateKey: (await importJWK(await exportJWK(privateKey), algorithm)) as CryptoKey, jwk }
}
beforeAll(async () => {
  for (const algorithm of ALGORITHMS.filter((name) => !/^[RP]S/.test(name)))
    pairs[algorithm] = await pair(algorithm)
  pairs.RS256 = await pair('RS256')
  for (const algorithm of ['RS512', 'PS256']) pairs[algorithm] = await again(algorithm, pairs.RS256)
  pairs.other = await pair('RS256')
})

const rsa = () => pairs.RS256 as Pair
const other = () => pairs.other as Pair

function sign(
  key: CryptoKey | Uint8Array,
  header: { alg: string; [name: string]: unknown },
  payload: object = PAYLOAD,
) {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader(header)
    .sign(key)
}

describe('verifySignature', () => {
  it.each(ALGORITHMS)('accepts %s', async (alg) => {
    const { privateKey, jwk } = pairs[alg] as Pair
    const token = await sign(privateKey, { alg, kid: 'k1' })
    const keys = { keys: [{ ...jwk, kid: 'k1', alg, use: 'sig' }] }
    expect(await verifySignature(token, keys, HOW)).toEqual({ verified: true, kid: 'k1', alg })
  })

  it.each([
    'none',
    'None',
    'NONE',
    'nOnE',
    '',
    'HS256',
    'HS384',
    'HS512',
    'rs256',
    'RS1',
    'ES256K',
    'constructor',
    'dir',
  ])('refuses the algorithm %j', async (alg) => {
    const answer = await verifySignature(tokenText({ alg }, PAYLOAD), { keys: [rsa().jwk] }, HOW)
    expect(answer).toMatchObject({ verified: false, reason: 'algorithm' })
  })

  it.each([undefined, null, 7, ['RS256'], { a: 1 }])('refuses the algorithm %j', async (alg) => {
    const answer = await verifySignature(tokenText({ alg }, PAYLOAD), { keys: [rsa().jwk] }, HOW)
    expect(answer).toMatchObject({ verified: false, reason: 'algorithm' })
  })

  it('refuses a MAC made with the public key', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(rsa().jwk))
    const token = await sign(secret, { alg: 'HS256', kid: 'k1' })
    const keys = {
      keys: [
        { ...rsa().jwk, kid: 'k1' },
        { kty: 'oct', kid: 'k1', k: part(secret) },
      ],
    }
    expect(await verifySignature(token, keys, HOW)).toMatchObject({ reason: 'algorithm' })
  })

  it('refuses a good header over another key', async () => {
    const token = await sign(other().privateKey, { alg: 'RS256', kid: 'k1' })
    expect(await verifySignature(token, { keys: [{ ...rsa().jwk, kid: 'k1' }] }, HOW)).toMatchObject({
      reason: 'bad-signature',
    })
  })

  it('knows an unknown key id from a bad signature', async () => {
    const token = await sign(rsa().privateKey, { alg: 'RS256', kid: '../../etc/passwd' })
    expect(await verifySignature(token, { keys: [{ ...rsa().jwk, kid: 'k1' }] }, HOW)).toMatchObject({
      reason: 'unknown-key',
    })
  })

  it('tries sixteen keys at most: a provider gone bad must not keep us busy', async () => {
    const { privateKey, jwk } = pairs.EdDSA as Pair
    const token = await sign(privateKey, { alg: 'EdDSA' })
    const wrong = { ...jwk, x: part(Buffer.alloc(32, 7)) }
    const keys = (count: number) => ({ keys: [...Array(count).fill(wrong), jwk] })
    expect(await verifySignature(token, keys(15), HOW)).toMatchObject({ verified: true })
    expect(await verifySignature(token, keys(16), HOW)).toMatchObject({ reason: 'bad-signature' })
  })

  it('names the key that signed by its id, which must be a text', async () => {
    const token = await sign(rsa().privateKey, { alg: 'RS256' })
    expect(await verifySignature(token, { keys: [{ ...rsa().jwk, kid: 7 }] }, HOW)).toEqual({
      verified: true,
      kid: undefined,
      alg: 'RS256',
    })
  })

  it.each([7, null, ['https://id.acme.example']])(
    'takes a marked key for no token of the issuer %j',
    async (iss) => {
      const token = await sign(rsa().privateKey, { alg: 'RS256' }, { iss })
      const keys = { keys: [{ ...rsa().jwk, issuer: 'https://id.acme.example' }] }
      expect(await verifySignature(token, keys, HOW)).toMatchObject({ reason: 'unknown-key' })
    },
  )

  it('wants the curve that belongs to the algorithm', async () => {
    const token = await sign((pairs.ES256 as Pair).privateKey, { alg: 'ES256' })
    expect(await verifySignature(token, { keys: [(pairs.ES384 as Pair).jwk] }, HOW)).toMatchObject({
      reason: 'unknown-key',
    })
  })

  it('uses a key of one tenant for that tenant alone', async () => {
    const tenant = '11111111-2222-4333-8444-555555555555'
    const issuer = `https://login.example/${tenant}/v2.0`
    const token = await sign(rsa().privateKey, { alg: 'RS256' }, { iss: issuer, tid: tenant })
    const marked = (mark: string) => ({ keys: [{ ...rsa().jwk, issuer: mark }] })
    const template = marked('https://login.example/{tenantid}/v2.0')
    expect(await verifySignature(token, template, HOW)).toMatchObject({ verified: true })
    expect(await verifySignature(token, template, { now: NOW, issuer })).toMatchObject({ verified: true })
    expect(
      await verifySignature(token, template, { now: NOW, issuer: 'https://login.example/x/v2.0' }),
    ).toMatchObject({ reason: 'unknown-key' })
    const common = { now: NOW, issuer: 'https://login.example/{tenantid}/v2.0' }
    expect(await verifySignature(token, template, common)).toMatchObject({ verified: true })
    const foreign = marked('https://login.example/99999999-2222-4333-8444-555555555555/v2.0')
    expect(await verifySignature(token, foreign, HOW)).toMatchObject({ reason: 'unknown-key' })
    expect(await verifySignature(token, foreign, common)).toMatchObject({ reason: 'unknown-key' })
    const odd = await sign(
      rsa().privateKey,
      { alg: 'RS256' },
      { iss: 'https://login.example/x/v2.0', tid: 'x' },
    )
    expect(await verifySignature(odd, template, common)).toMatchObject({ reason: 'unknown-key' })
    expect(await verifySignature(odd, template, HOW)).toMatchObject({ reason: 'unknown-key' })
  })

  it('refuses a short RSA key and a senseless exponent', async () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
    const token = await sign(rsa().privateKey, { alg: 'RS256' })
    for (const jwk of [
      short,
      { ...rsa().jwk, e: 'AQ' },
      { ...rsa().jwk, e: 'AA' },
      { ...rsa().jwk, n: 'AQAB' },
      { ...rsa().jwk, n: 7 },
    ]) {
      expect(await verifySignature(token, { keys: [jwk] }, HOW)).toMatchObject({ reason: 'weak-key' })
    }
  })

  it('looks at no key that the token brings along', async () => {
    const header = {
      alg: 'RS256',
      jwk: other().jwk,
      jku: 'http://127.0.0.1/keys',
      x5u: 'http://127.0.0.1/cert',
    }
    const token = await sign(other().privateKey, header)
    expect(await verifySignature(token, { keys: [rsa().jwk] }, HOW)).toMatchObject({
      reason: 'bad-signature',
    })
  })

  it('refuses critical extensions', async () => {
    const token = tokenText({ alg: 'RS256', crit: ['b64'], b64: false }, PAYLOAD)
    expect(await verifySignature(token, { keys: [rsa().jwk] }, HOW)).toMatchObject({
      reason: 'critical-header',
    })
  })

  it('survives a key that cannot be imported', async () => {
    const token = await sign((pairs.ES256 as Pair).privateKey, { alg: 'ES256' })
    const broken = { ...(pairs.ES256 as Pair).jwk, x: 'AAAA' }
    expect(await verifySignature(token, { keys: [broken] }, HOW)).toMatchObject({ reason: 'bad-signature' })
    expect(await verifySignature(token, { keys: [broken, (pairs.ES256 as Pair).jwk] }, HOW)).toMatchObject({
      verified: true,
    })
  })

  it('refuses a token with any one character changed', async () => {
    const { privateKey, jwk } = pairs.EdDSA as Pair
    const token = await sign(privateKey, { alg: 'EdDSA', kid: 'k1' })
    const keys = { keys: [{ ...jwk, kid: 'k1' }] }
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.='
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...alphabet), async (at, character) => {
        fc.pre(token[at] !== character)
        const changed = token.slice(0, at) + character + token.slice(at + 1)
        expect(await verifySignature(changed, keys, HOW)).toMatchObject({ verified: false })
      }),
      { numRuns: runsOf(400) },
    )
  })
})
