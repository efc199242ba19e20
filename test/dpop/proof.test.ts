import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, EmbeddedJWK, jwtVerify } from 'jose'
import { expect, it } from 'vitest'
import {
  makeProof,
  makeProofKey,
  pairOf,
  proofTarget,
  signerOf,
  thumbprintOf,
} from '../../src/dpop/proof-key.ts'

const content = {
  method: 'GET',
  url: new URL('https://gw.example/a/b%20c?trace=1#part'),
  token: 'the-token',
  nonce: undefined,
  issuedAt: 1_700_000_000,
  id: 'id-1',
}

it('a proof says what RFC 9449 section 4.2 asks for, and nothing else', async () => {
  const key = await makeProofKey()
  const proof = await makeProof(key, await signerOf(key), content)
  const { d, ...open } = key
  expect(decodeProtectedHeader(proof)).toEqual({ typ: 'dpop+jwt', alg: 'ES256', jwk: open })
  expect(decodeJwt(proof)).toEqual({
    htm: 'GET',
    htu: 'https://gw.example/a/b%20c',
    ath: createHash('sha256').update('the-token').digest('base64url'),
    iat: 1_700_000_000,
    jti: 'id-1',
  })
  expect(Buffer.from(proof.split('.').slice(0, 2).join('.'), 'base64url').toString()).not.toContain(d)
  await expect(jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt' })).resolves.toBeDefined()
})

it('a nonce stands in it as it came', async () => {
  const key = await makeProofKey()
  const proof = await makeProof(key, await signerOf(key), { ...content, nonce: 'n~1' })
  expect(decodeJwt(proof).nonce).toBe('n~1')
})

it.each([
  ['https://gw.example', 'https://gw.example/'],
  ['https://gw.example:443/x?y#z', 'https://gw.example/x'],
  ['http://127.0.0.1:8480/a/?q=https://other', 'http://127.0.0.1:8480/a/'],
  ['https://user:secret@gw.example/x', 'https://gw.example/x'],
])('%s is %s in a proof', (url, target) => {
  expect(proofTarget(new URL(url))).toBe(target)
})

it('each sign-in has a key of its own, whose signer cannot be read out', async () => {
  const [one, other] = [await makeProofKey(), await makeProofKey()]
  expect(one.d).not.toBe(other.d)
  expect(await thumbprintOf(one)).toBe(await calculateJwkThumbprint({ ...one }))
  expect((await signerOf(one)).extractable).toBe(false)
  const { privateKey, publicKey } = await pairOf(one)
  expect([privateKey.extractable, publicKey.extractable]).toEqual([false, true])
})
