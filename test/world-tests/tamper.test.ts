import { afterEach, beforeEach, expect, test } from 'vitest'
import { browse } from '../world/browser.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { begin, exchange, post, refresh } from './raw-client.ts'

let provider: Provider
beforeEach(async () => {
  provider = await startProvider({ deviceInterval: 1 })
})
afterEach(() => provider.close())

async function get(path: string) {
  return (await (await fetch(provider.issuer + path)).json()) as { issuer: string; keys: object[] }
}

async function signIn() {
  const request = begin(provider)
  const { url } = await browse(request.url, { user: 'alice', stopAt: 'callback' })
  return exchange(provider, request, url)
}

test('discovery and JWKS are rewritten, and honest again when the function is unset', async () => {
  provider.tamper.discovery = (document) => ({ ...document, issuer: 'https://evil.example' })
  provider.tamper.jwks = () => ({ keys: [] })
  expect((await get('/.well-known/openid-configuration')).issuer).toBe('https://evil.example')
  expect(await get('/jwks')).toEqual({ keys: [] })
  provider.tamper = {}
  expect((await get('/.well-known/openid-configuration')).issuer).toBe(provider.issuer)
  expect((await get('/jwks')).keys).toHaveLength(1)
})

test('the callback is rewritten', async () => {
  provider.tamper.callback = (url) => {
    url.searchParams.delete('iss')
    url.searchParams.set('state', 'x')
    return url
  }
  const { url } = await browse(begin(provider).url, { user: 'alice', stopAt: 'callback' })
  expect(new URL(url).searchParams.get('state')).toBe('x')
  expect(new URL(url).searchParams.has('iss')).toBe(false)
  expect(provider.secrets).toContain(new URL(url).searchParams.get('code'))
})

test('token answers become other JSON or any bytes, after the work was done', async () => {
  const tokens = await signIn()
  provider.tamper.tokenResponse = (body, grantType) => ({ ...body, token_type: grantType })
  const changed = await refresh(provider, tokens.refresh_token)
  expect(changed.token_type).toBe('refresh_token')
  provider.tamper.tokenResponse = () => ({ status: 500, headers: { 'x-why': 'tampered' }, raw: 'oops' })
  const body = new URLSearchParams({
    client_id: provider.clientId,
    grant_type: 'refresh_token',
    refresh_token: changed.refresh_token,
  })
  const broken = await fetch(`${provider.issuer}/token`, { method: 'POST', body })
  expect([broken.status, broken.headers.get('x-why'), await broken.text()]).toEqual([500, 'tampered', 'oops'])
  expect(provider.refreshCount()).toBe(2)
})

test('token errors are rewritten', async () => {
  provider.tamper.tokenError = (body) => ({
    status: 403,
    raw: JSON.stringify({ ...body, error: 'bad_token' }),
  })
  expect(await refresh(provider, 'nonsense')).toMatchObject({ status: 403, error: 'bad_token' })
})

test('device answers and single polls are rewritten', async () => {
  provider.tamper.deviceResponse = (body) => ({ ...body, expires_in: -1 })
  const device = (await post(provider, '/device/auth', { scope: 'openid' })) as Record<string, unknown>
  expect(device).toMatchObject({ interval: 1, expires_in: -1 })
  provider.tamper.devicePoll = (n) => (n === 2 ? { status: 400, body: { error: 'slow_down' } } : undefined)
  const errors: string[] = []
  for (let n = 1; n <= 3; n += 1) {
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: `${device.device_code}`,
    }
    errors.push((await post(provider, '/token', form)).error)
  }
  expect(errors).toEqual(['authorization_pending', 'slow_down', 'authorization_pending'])
})

test('a refused revocation does not happen', async () => {
  const tokens = await signIn()
  provider.tamper.revocation = () => ({ status: 503, headers: { 'retry-after': '1' } })
  expect((await post(provider, '/token/revocation', { token: tokens.refresh_token })).status).toBe(503)
  expect([provider.revocations(), provider.liveRefreshTokens()]).toEqual([0, 1])
})

test('a request can be intercepted altogether', async () => {
  provider.tamper.intercept = (request) => {
    if (request.url !== '/token') return false
    request.socket.destroy()
    return true
  }
  await expect(refresh(provider, 'any')).rejects.toThrow()
  expect(provider.count('POST', '/token')).toBe(1)
  expect((await get('/jwks')).keys).toHaveLength(1)
})
