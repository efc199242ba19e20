import { decodeJwt, decodeProtectedHeader, EmbeddedJWK, jwtVerify } from 'jose'
import { beforeAll, expect, it, vi } from 'vitest'
import { makeProofKey, type ProofKey } from '../../src/dpop/proof-key.ts'
import type { AnswerHeaders } from '../../src/dpop/proofs.ts'
import { openProofs } from '../../src/dpop/proofs.ts'

const NOW = 1_700_000_000_000
const URL_OF_API = new URL('https://gw.example/x')
const WANTS_NONCE = { 'www-authenticate': 'DPoP algs="ES256", error="use_dpop_nonce"' }

let key: ProofKey
beforeAll(async () => {
  key = await makeProofKey()
})

function bound(skewSeconds = 0) {
  const proofs = openProofs({ now: () => NOW })
  proofs.bind('t', key, skewSeconds)
  const claims = async (token = 't') =>
    decodeJwt((await proofs.headers(token, 'GET', URL_OF_API))?.dpop ?? '')
  const learn = (status: number, headers: AnswerHeaders, before = proofs.lesson()) =>
    proofs.learn('t', { status, headers }, before)
  return { proofs, claims, learn }
}
const at = (seconds: number) => new Date(NOW + seconds * 1000).toUTCString()

it('a token that is not bound to a key has no proof, and nothing is learnt for it', async () => {
  const proofs = openProofs({ now: () => NOW })
  proofs.bind('t', undefined, 0)
  expect(await proofs.headers('t', 'GET', URL_OF_API)).toBeUndefined()
  const answer = { status: 401, headers: { ...WANTS_NONCE, 'dpop-nonce': 'n' } }
  expect(proofs.learn('t', answer, proofs.lesson())).toBe(false)
})

it('each request has a proof of its own', async () => {
  const { claims } = bound()
  const [one, other] = [await claims(), await claims()]
  expect(one.jti).not.toBe(other.jti)
  expect(one).toMatchObject({ iat: NOW / 1000, htm: 'GET', htu: 'https://gw.example/x' })
  expect(one.nonce).toBeUndefined()
})

it('the name of a proof cannot be guessed (RFC 9449 §4.2), also not from those of another process', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  const names: string[] = []
  for (let process = 0; process < 2; process++) {
    vi.resetModules()
    const proofs = (await import('../../src/dpop/proofs.ts')).openProofs({ now: () => NOW })
    proofs.bind('t', key, 0)
    for (let n = 0; n < 100; n++)
      names.push(decodeJwt((await proofs.headers('t', 'GET', URL_OF_API))?.dpop ?? '').jti as string)
  }
  vi.restoreAllMocks()
  expect(new Set(names).size).toBe(names.length)
  // What stands at each place, as bits.
  const places = Array.from(names[0] as string, (_, at) => new Set(names.map((name) => name[at])).size)
  expect(places.reduce((bits, values) => bits + Math.log2(values), 0)).toBeGreaterThan(96)
})

it('a nonce is answered once, and kept for the requests that follow', async () => {
  const { claims, learn } = bound()
  expect(learn(401, { ...WANTS_NONCE, 'dpop-nonce': 'n1' })).toBe(true)
  expect((await claims()).nonce).toBe('n1')
  // The same one again: the server does not take its own.
  expect(learn(401, { ...WANTS_NONCE, 'dpop-nonce': 'n1' })).toBe(false)
  expect(learn(200, { 'dpop-nonce': 'n2' })).toBe(false)
  expect((await claims()).nonce).toBe('n2')
})

it.each([
  ['a refusal for another reason', { 'www-authenticate': 'DPoP error="invalid_token"', 'dpop-nonce': 'n' }],
  ['no nonce', WANTS_NONCE],
  ['a nonce that is none', { ...WANTS_NONCE, 'dpop-nonce': 'a"b' }],
  ['one that is too long', { ...WANTS_NONCE, 'dpop-nonce': 'n'.repeat(513) }],
  ['the word of another scheme', { 'www-authenticate': 'Bearer error="use_dpop_nonce"', 'dpop-nonce': 'n' }],
])('%s is no reason for another proof', (_, headers) => {
  expect(bound().learn(401, headers)).toBe(false)
})

it('a refusal that shows another clock is answered by that clock', async () => {
  const { claims, learn } = bound()
  expect(learn(401, { date: at(90) })).toBe(true)
  expect((await claims()).iat).toBe(NOW / 1000 + 90)
  expect(learn(401, { date: at(90) })).toBe(false)
})

it('requests that were on their way together are each refused for the same reason, and each may be sent again', async () => {
  const { proofs, claims, learn } = bound()
  const before = proofs.lesson()
  for (let i = 0; i < 3; i++) expect(learn(401, { ...WANTS_NONCE, 'dpop-nonce': 'n1' }, before)).toBe(true)
  const clock = proofs.lesson()
  for (let i = 0; i < 3; i++) expect(learn(401, { date: at(90) }, clock)).toBe(true)
  expect(await claims()).toMatchObject({ nonce: 'n1', iat: NOW / 1000 + 90 })
  // What they have taught is kept, and is no reason for one that knew it.
  expect(learn(401, { ...WANTS_NONCE, 'dpop-nonce': 'n1', date: at(90) })).toBe(false)
})

it('a good answer by another clock changes nothing', async () => {
  const { claims, learn } = bound(40)
  expect(learn(200, { date: at(0) })).toBe(false)
  expect((await claims()).iat).toBe(NOW / 1000 + 40)
})

it('a renewed token keeps the key; the one before it is still on its way', async () => {
  const { proofs, claims } = bound()
  proofs.bind('t2', key, 0)
  expect(await claims('t')).toMatchObject({ htm: 'GET' })
  const [before, after] = await Promise.all(['t', 't2'].map((t) => proofs.headers(t, 'GET', URL_OF_API)))
  const jwk = (proof: string | undefined) => decodeProtectedHeader(proof ?? '').jwk
  expect(jwk(after?.dpop)).toEqual(jwk(before?.dpop))
  expect(after?.authorization).toBe('DPoP t2')
  proofs.bind('t3', key, 0)
  expect(await proofs.headers('t', 'GET', URL_OF_API)).toBeUndefined()
})

it.each([
  'DPoP error=use_dpop_nonce',
  'dpop error = "use_dpop_nonce"',
  'DPoP error=  use_dpop_nonce, algs="ES256"',
])('a nonce is wanted in other spellings: %s', (challenge) => {
  expect(bound().learn(401, { 'www-authenticate': challenge, 'dpop-nonce': 'n' })).toBe(true)
})

it.each(['Bearer realm="x"', 'Negotiate'])('a nonce is wanted beside another scheme: %s', (other) => {
  const challenges = [other, 'DPoP error="use_dpop_nonce"']
  expect(bound().learn(401, { 'www-authenticate': challenges, 'dpop-nonce': 'n' })).toBe(true)
})

it('an answer without a nonce leaves the one before', async () => {
  const { claims, learn } = bound()
  learn(200, { 'dpop-nonce': 'n1' })
  expect(learn(401, {})).toBe(false)
  expect(learn(200, { 'dpop-nonce': 'undef"ined' })).toBe(false)
  expect(learn(401, WANTS_NONCE)).toBe(false)
  expect((await claims()).nonce).toBe('n1')
})

it('a clock that is two seconds off agrees, and nothing is learnt of it', async () => {
  const { claims, learn } = bound(40)
  for (const seconds of [38, 42]) expect(learn(401, { date: at(seconds) })).toBe(false)
  expect((await claims()).iat).toBe(NOW / 1000 + 40)
  expect(learn(401, {})).toBe(false)
  expect((await claims()).iat).toBe(NOW / 1000 + 40)
  expect(learn(401, { date: at(43) })).toBe(true)
})

it('a token that is bound again stays, and the one before it, too', async () => {
  const { proofs } = bound()
  proofs.bind('t2', key, 0)
  proofs.bind('t2', key, 0)
  expect(await proofs.headers('t', 'GET', URL_OF_API)).toBeDefined()
})

it('a token of another sign-in is signed for with its own key', async () => {
  const { proofs, claims } = bound()
  await claims()
  const other = await makeProofKey()
  proofs.bind('t2', other, 0)
  const { dpop = '' } = (await proofs.headers('t2', 'GET', URL_OF_API)) ?? {}
  await expect(jwtVerify(dpop, EmbeddedJWK, { currentDate: new Date(NOW) })).resolves.toMatchObject({
    protectedHeader: { jwk: { x: other.x } },
  })
})
