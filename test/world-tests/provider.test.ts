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

test('code and PKCE end in verifiable tokens with the claims of the user', async () => {
  await start({ accessTokenSeconds: 77 })
  const tokens = await signIn('alice')
  expect(tokens).toMatchObject({ status: 200, token_type: 'Bearer', expires_in: 77 })
  expect(tokens.scope.split(' ').sort()).toEqual(SCOPE.split(' ').sort())
  const id = await jwtVerify(tokens.id_token, keysOf(), { issuer: provider.issuer, audience: 'ls-auth-cli' })
  expect(id.payload).toMatchObject({
    sub: 'alice',
    name: 'Alice Example',
    email: 'alice@example.test',
    preferred_username: 'alice',
    groups: ['ops', 'dev'],
    nonce: 'n-1',
  })
  const access = await jwtVerify(tokens.access_token, keysOf(), {
    issuer: provider.issuer,
    audience: 'api://traces',
  })
  expect(access.payload).toMatchObject({ client_id: 'ls-auth-cli', groups: ['ops', 'dev'] })
  expect(access.protectedHeader).toMatchObject({ alg: 'RS256', typ: 'at+jwt' })
  expect(provider.secrets).toContain(tokens.access_token)
  expect(provider.secrets.size).toBe(4)
  expect(provider.count('POST', '/token', 'authorization_code')).toBe(1)
  expect(provider.requests.at(-1)?.path).toBe('/jwks')
  expect(provider.connections).toBeGreaterThan(0)
})

test('a user without groups has no groups claim, and offline_access decides about the refresh token', async () => {
  await start()
  const tokens = await signIn('carol', 'openid groups traces:read')
  expect(payload(tokens.id_token)).not.toHaveProperty('groups')
  expect(payload(tokens.access_token)).not.toHaveProperty('groups')
  expect(tokens).not.toHaveProperty('refresh_token')
})

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

test.each(['keep', 'omit'] as const)('refresh token mode %s', async (refreshTokens) => {
  await start({ refreshTokens })
  const { refresh_token } = await signIn()
  const answer = await refresh(provider, refresh_token)
  expect(answer.refresh_token).toBe(refreshTokens === 'keep' ? refresh_token : undefined)
  expect((await refresh(provider, refresh_token)).status).toBe(200)
})

test('revocation ends the session and is counted', async () => {
  await start()
  const { refresh_token } = await signIn()
  const asked = { token: refresh_token, token_type_hint: 'refresh_token' }
  expect((await post(provider, '/token/revocation', asked)).status).toBe(200)
  expect([provider.revocations(), provider.liveRefreshTokens(), provider.grantsRevoked()]).toEqual([1, 0, 0])
})

test('endpoints can be left out of the metadata', async () => {
  await start({ withoutRevocation: true, withoutDeviceFlow: true })
  const response = await fetch(`${provider.issuer}/.well-known/openid-configuration`)
  const metadata = (await response.json()) as Record<string, unknown>
  expect(metadata.revocation_endpoint).toBeUndefined()
  expect(metadata.device_authorization_endpoint).toBeUndefined()
  expect(metadata).toMatchObject({
    issuer: provider.issuer,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  })
  expect(metadata.end_session_endpoint).toBeDefined()
})

test('keys rotate under living sessions', async () => {
  await start()
  const before = await signIn()
  await provider.rotateKeys()
  const after = await refresh(provider, before.refresh_token)
  await jwtVerify(after.id_token, keysOf())
  await expect(jwtVerify(before.id_token, keysOf())).rejects.toThrow()
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

test('closing ends requests in flight', async () => {
  await start()
  const { refresh_token } = await signIn()
  provider.delayTokenMilliseconds = 60_000
  const hanging = refresh(provider, refresh_token)
  hanging.catch(() => undefined)
  while (provider.count('POST', '/token', 'refresh_token') === 0)
    await new Promise((tick) => setTimeout(tick, 5))
  await provider.close()
  await expect(hanging).rejects.toThrow()
})
