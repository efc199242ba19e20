import { request } from 'node:https'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { browse } from '../world/browser.ts'
import { type Gateway, startGateway } from '../world/gateway.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { makeTls } from '../world/tls.ts'
import { startTraceApi, type TraceApi } from '../world/trace-api.ts'
import { begin, exchange, SCOPE } from './raw-client.ts'

let provider: Provider
let api: TraceApi
let gateway: Gateway
const common = { audience: 'api://traces', scope: 'traces:read', apiKey: 'the-key' }
beforeAll(async () => {
  provider = await startProvider()
  api = await startTraceApi({ apiKey: 'the-key' })
  gateway = await startGateway({ ...common, issuer: provider.issuer, groups: ['ops'], upstream: api.url })
})
afterAll(() => Promise.all([gateway.close(), api.close(), provider.close()]))

async function token(user: string, scope = SCOPE): Promise<string> {
  const start = begin(provider, undefined, scope)
  const { url } = await browse(start.url, { user, stopAt: 'callback' })
  return (await exchange(provider, start, url)).access_token
}
async function get(authorization?: string, method = 'GET') {
  const headers = authorization === undefined ? {} : { authorization }
  const response = await fetch(`${gateway.url}/public/v0.2/acme/projects`, { method, headers })
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    text: await response.text(),
  }
}

test('the token is exchanged for the key and never arrives', async () => {
  const bearer = await token('alice')
  const { status, text } = await get(`Bearer ${bearer}`)
  expect([status, JSON.parse(text).data[0].id]).toEqual([200, 'prod'])
  expect(api.requests.at(-1)?.headers.authorization).toBe('Bearer the-key')
  expect(JSON.stringify(api.requests)).not.toContain(bearer)
  expect(gateway.log.at(-1)).toEqual({
    iss: provider.issuer,
    sub: 'alice',
    client: 'ls-auth-cli',
    jti: expect.any(String),
    method: 'GET',
    path: '/public/v0.2/acme/projects',
    status: 200,
  })
  expect((await get(`Bearer ${bearer}`, 'DELETE')).status).toBe(405)
})

test('refusals carry a challenge', async () => {
  const before = api.requests.length
  expect(await get()).toMatchObject({ status: 401, challenge: 'Bearer realm="traces", scope="traces:read"' })
  const claims = {
    iss: provider.issuer,
    sub: 'alice',
    aud: 'api://traces',
    scope: 'traces:read',
    groups: ['ops'],
  }
  const exp = 4_000_000_000
  const forged = await Promise.all([
    provider.signIdToken({ ...claims, exp }, { key: 'foreign' }),
    provider.signIdToken({ ...claims, exp: 1 }),
    provider.signIdToken({ ...claims }),
    provider.signIdToken({ ...claims, exp }, { header: { alg: 'none' } }),
    provider.signIdToken({ ...claims, exp }, { header: { alg: 'HS256' } }),
    provider.signIdToken({ ...claims, exp }, { header: { alg: 'PS256' } }),
    provider.signIdToken({ ...claims, exp, aud: 'ls-auth-cli' }),
    provider.signIdToken({ ...claims, exp, iss: 'https://evil.example' }),
  ])
  for (const jwt of [...forged, 'opaque']) {
    const { status, challenge } = await get(`Bearer ${jwt}`)
    expect(status).toBe(401)
    expect(challenge).toMatch(/^Bearer realm="traces", error="invalid_token", error_description="[^"]+"$/)
  }
  const noScope = await get(`Bearer ${await token('alice', 'openid groups')}`)
  expect(noScope).toMatchObject({
    status: 403,
    challenge: expect.stringMatching(/insufficient_scope.*scope="traces:read"/),
  })
  expect(await get(`Bearer ${await token('bob')}`)).toMatchObject({ status: 403 })
  expect(gateway.log.at(-1)).toMatchObject({ sub: 'bob', status: 403 })
  expect(api.requests.length).toBe(before)
})

test('a rotated key works at once', async () => {
  await provider.rotateKeys()
  expect((await get(`Bearer ${await token('alice')}`)).status).toBe(200)
})

test('TLS, and an upstream that is not there', async () => {
  const tls = await makeTls()
  const secure = await startGateway({
    ...common,
    issuer: provider.issuer,
    upstream: 'http://127.0.0.1:1',
    tls,
  })
  try {
    const headers = { authorization: `Bearer ${await token('bob')}` }
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(secure.url, { ca: tls.ca, headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .once('error', reject)
        .end()
    })
    expect(status).toBe(502)
    expect([secure.requests, secure.connections]).toEqual([1, 1])
  } finally {
    await secure.close()
  }
})
