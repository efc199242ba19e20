import { afterEach, beforeEach, expect, test } from 'vitest'
import { approveDevice, browse } from '../world/browser.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { begin, post, startListener } from './raw-client.ts'

let provider: Provider
let listener: Awaited<ReturnType<typeof startListener>>
beforeEach(async () => {
  provider = await startProvider()
  listener = await startListener()
})
afterEach(async () => {
  await provider.close()
  await listener.close()
})

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'
const startDevice = async () => {
  const answer = await post(provider, '/device/auth', { scope: 'openid offline_access traces:read' })
  return answer as unknown as {
    device_code: string
    user_code: string
    verification_uri: string
    verification_uri_complete: string
    interval: number
  }
}
const poll = (code: string) => post(provider, '/token', { grant_type: DEVICE, device_code: code })

test('allow leads to the listener with code, state and iss', async () => {
  const request = begin(provider, listener.url)
  const page = await browse(request.url, { user: 'bob' })
  expect(page).toMatchObject({ status: 200, body: '<p>You can close this page.</p>' })
  expect(listener.seen).toHaveLength(1)
  const query = new URL(listener.seen[0] ?? '', listener.url).searchParams
  expect(Object.fromEntries(query)).toEqual({
    code: expect.any(String),
    state: request.state,
    iss: provider.issuer,
  })
})

test('deny leads to the listener with access_denied', async () => {
  const page = await browse(begin(provider, listener.url).url, { user: 'bob', decision: 'deny' })
  expect(new URL(page.url).searchParams.get('error')).toBe('access_denied')
})

test('stopAt returns the callback without visiting it', async () => {
  const page = await browse(begin(provider, listener.url).url, { user: 'bob', stopAt: 'callback' })
  expect(page.url.startsWith(`${listener.url}?code=`)).toBe(true)
  expect(listener.seen).toEqual([])
})

test('an unknown user and a bad request stay on a page of the provider', async () => {
  const stuck = await browse(begin(provider, listener.url).url, { user: 'mallory' })
  expect(stuck.status).toBe(400)
  expect(stuck.body).toContain('There is no such user.')
  const refused = await browse(begin(provider, 'http://evil.example/callback').url, { user: 'bob' })
  expect(refused.body).toContain('invalid_redirect_uri')
})

test.each(['http://localhost:1/callback', 'http://[::1]:65535/callback'])(
  'any loopback port: %s',
  async (uri) => {
    const page = await browse(begin(provider, uri).url, { user: 'bob', stopAt: 'callback' })
    expect(page.url.startsWith(`${uri}?code=`)).toBe(true)
  },
)

test('a device is approved by its code', async () => {
  const device = await startDevice()
  expect(device.interval).toBe(5)
  expect(await poll(device.device_code)).toMatchObject({ status: 400, error: 'authorization_pending' })
  const page = await approveDevice(
    { verificationUri: device.verification_uri, userCode: device.user_code },
    { user: 'alice' },
  )
  expect(page.body).toContain('Device connected')
  const tokens = await poll(device.device_code)
  expect(tokens).toMatchObject({ status: 200, refresh_token: expect.any(String) })
  expect([...provider.secrets]).toEqual(expect.arrayContaining([device.device_code, tokens.refresh_token]))
})

test('the complete verification address needs no typing', async () => {
  const device = await startDevice()
  await browse(device.verification_uri_complete, { user: 'alice' })
  expect((await poll(device.device_code)).status).toBe(200)
})

test('a device is denied, and a wrong code is told so', async () => {
  const device = await startDevice()
  const verificationUri = device.verification_uri
  const wrong = await approveDevice({ verificationUri, userCode: 'AAAA-AAAA' }, { user: 'alice' })
  expect(wrong.body).toContain('That code cannot be used.')
  const denied = await approveDevice(
    { verificationUri, userCode: device.user_code },
    { user: 'alice', decision: 'deny' },
  )
  expect(denied.body).toContain('The request was denied.')
  expect(await poll(device.device_code)).toMatchObject({ status: 400, error: 'access_denied' })
})
