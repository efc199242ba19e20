import { expect, test, vi } from 'vitest'
import { browse } from '../world/browser.ts'
import { startConnectProxy } from '../world/connect-proxy.ts'
import { startGateway } from '../world/gateway.ts'
import { startProvider } from '../world/provider.ts'
import { startTraceApi } from '../world/trace-api.ts'
import { begin, exchange, post, refresh } from './raw-client.ts'

test('the whole world says nothing on stdout or stderr, and emits no process warning', async () => {
  const said: unknown[] = []
  const note = (...values: unknown[]) => {
    said.push(values)
    return true
  }
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(note),
    vi.spyOn(process.stderr, 'write').mockImplementation(note),
    ...(['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(note),
    ),
  ]
  process.on('warning', note)
  try {
    const provider = await startProvider()
    const api = await startTraceApi({ apiKey: 'k' })
    const proxy = await startConnectProxy()
    const gateway = await startGateway({
      issuer: provider.issuer,
      audience: 'api://traces',
      scope: 'traces:read',
      upstream: api.url,
      apiKey: 'k',
    })
    const request = begin(provider)
    const { url } = await browse(request.url, { user: 'alice', stopAt: 'callback' })
    const tokens = await exchange(provider, request, url)
    await refresh(provider, tokens.refresh_token)
    await refresh(provider, tokens.refresh_token)
    await post(provider, '/token/introspection', { token: tokens.refresh_token })
    await post(provider, '/device/auth', { scope: 'openid' })
    await fetch(`${provider.issuer}/no-such-page`)
    await fetch(`${provider.issuer}/session/end`)
    await fetch(`${provider.issuer}/device`)
    provider.tamper.jwks = () => {
      throw new Error('a broken test')
    }
    await fetch(`${provider.issuer}/jwks`)
    await fetch(gateway.url, { headers: { authorization: 'Bearer x' } })
    await Promise.all([gateway.close(), proxy.close(), api.close(), provider.close()])
  } finally {
    process.off('warning', note)
    for (const spy of spies) spy.mockRestore()
  }
  expect(said).toEqual([])
})
