import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterEach, expect, test } from 'vitest'
import { browse } from '../world/browser.ts'
import { CookieJar } from '../world/cookie-jar.ts'
import { type Provider, type ProviderOptions, startProvider } from '../world/provider.ts'
import { begin, exchange, payload, post, refresh, SCOPE } from './raw-client.ts'

let provider: Provider
afterEach(() => provider?.close())

async function start(options: ProviderOptions = {}) {
  provider = await startProvider(options)
}

async function signIn(user = 'alice', scope = SCOPE) {
  const request = begin(provider, undefined, scope)
  const { url } = await browse(request.url, { user, stopAt: 'callback' })
  return exchange(provider, request, url)
}

const keysOf = () => createRemoteJWKSet(new URL(`${provider.issuer}/jwks`))

test('refresh tokens rotate, and reuse destroys the grant', async () => {
  await start()
  const first = await signIn()
  expect(provider.liveRefreshTokens()).toBe(1)
  const second = await refresh(provider, first.refresh_token)
  expect(second.refresh_token).not.toBe(first.refresh_token)
  expect([provider.refreshCount(), provider.liveRefreshTokens()]).toEqual([1, 1])
  expect(await refresh(provider, first.refresh_token)).toMatchObject({ status: 400, error: 'invalid_grant' })
  expect(await refresh(provider, second.refresh_token)).toMatchObject({ status: 400, error: 'invalid_grant' })
  expect([provider.grantsRevoked(), provider.liveRefreshTokens(), provider.refreshCount()]).toEqual([1, 0, 1])
})

test('of many simultaneous uses of one refresh token only one succeeds', async () => {
  await start()
  const { refresh_token } = await signIn()
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(provider, refresh_token)))
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
})

test('forged ID tokens: ours verifies, foreign and none do not', async () => {
  await start()
  const claims = { iss: provider.issuer, sub: 'alice', aud: 'ls-auth-cli', exp: 'tomorrow' }
  const options = { key: 'foreign' } as const
  const good = await provider.signIdToken({ ...claims, exp: 4_000_000_000 })
  expect((await jwtVerify(good, keysOf())).payload.sub).toBe('alice')
  await expect(jwtVerify(await provider.signIdToken(claims, options), keysOf())).rejects.toThrow(/signature/)
  expect(await provider.signIdToken(claims, { header: { alg: 'none' } })).toMatch(/\.$/)
  expect(payload(await provider.signIdToken(claims))).toEqual(claims)
})

test('two sign-ins of one browser share a grant, so revoking one ends both; two browsers do not', async () => {
  await start()
  const cookies = new CookieJar()
  const again = async () => {
    const request = begin(provider)
    const { url } = await browse(request.url, { user: 'alice', stopAt: 'callback', cookies })
    return exchange(provider, request, url)
  }
  const first = await again()
  await again()
  await signIn('alice')
  expect(provider.liveRefreshTokens()).toBe(3)
  await post(provider, '/token/revocation', { token: first.refresh_token })
  expect(provider.liveRefreshTokens()).toBe(1)
})
