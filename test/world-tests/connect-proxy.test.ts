import { ProxyAgent, fetch as undiciFetch } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConnectProxy, startConnectProxy } from '../world/connect-proxy.ts'
import { httpServer, type Listening, listen } from '../world/loopback-server.ts'
import { makeTls } from '../world/tls.ts'

const tls = await makeTls()
let secure: Listening
let plain: Listening
beforeAll(async () => {
  secure = await listen(httpServer((_request, response) => response.end('secure'), tls))
  plain = await listen(httpServer((request, response) => response.end(JSON.stringify(request.headers))))
})
afterAll(() => Promise.all([secure.close(), plain.close()]))

async function through(proxy: ConnectProxy, url: string, proxyTunnel: boolean) {
  const dispatcher = new ProxyAgent({ uri: proxy.url, requestTls: { ca: tls.ca }, proxyTunnel })
  try {
    const response = await undiciFetch(url, { dispatcher })
    return { status: response.status, text: await response.text() }
  } finally {
    await dispatcher.destroy()
  }
}

test('tunnels and absolute-form requests pass and are counted', async () => {
  const proxy = await startConnectProxy()
  expect(await through(proxy, `https://localhost:${secure.port}/`, true)).toEqual({
    status: 200,
    text: 'secure',
  })
  expect((await through(proxy, `http://127.0.0.1:${plain.port}/`, false)).status).toBe(200)
  expect([proxy.tunnels, proxy.forwarded, proxy.refused]).toEqual([1, 1, 0])
  expect(proxy.targets).toEqual([`localhost:${secure.port}`, `127.0.0.1:${plain.port}`])
  proxy.refuse = true
  await expect(through(proxy, `https://localhost:${secure.port}/`, true)).rejects.toThrow()
  expect(proxy.refused).toBe(1)
  await proxy.close()
})

test('credentials are demanded and not passed on', async () => {
  const proxy = await startConnectProxy({ credentials: 'me:pass' })
  const { text } = await through(proxy, `http://127.0.0.1:${plain.port}/`, false)
  expect(JSON.parse(text)).not.toHaveProperty('proxy-authorization')
  const bare = await fetch(`http://127.0.0.1:${new URL(proxy.url).port}/`)
  expect(bare.status).toBe(400)
  const anonymous = { ...proxy, url: proxy.url.replace('me:pass@', '') }
  await expect(through(anonymous, `http://127.0.0.1:${plain.port}/`, false)).rejects.toMatchObject({
    cause: { message: expect.stringContaining('407') },
  })
  await expect(through(anonymous, `https://localhost:${secure.port}/`, true)).rejects.toThrow()
  await proxy.close()
})

test('closing ends a tunnel', async () => {
  const proxy = await startConnectProxy()
  const dispatcher = new ProxyAgent({ uri: proxy.url, requestTls: { ca: tls.ca } })
  await (await undiciFetch(`https://localhost:${secure.port}/`, { dispatcher })).text()
  await proxy.close()
  await expect(undiciFetch(`https://localhost:${secure.port}/`, { dispatcher })).rejects.toThrow()
  await dispatcher.destroy()
})
