import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { processEnv } from '../../../src/system/env.ts'
import { openHttp } from '../../../src/system/http/http.ts'
import { type ConnectProxy, startConnectProxy } from '../../world/connect-proxy.ts'

const NO_SETTINGS = {
  proxy: undefined,
  caFile: undefined,
  clientCert: undefined,
  clientKey: undefined,
  timeoutMilliseconds: undefined,
}

/** Plain http is for this machine alone, so a proxy on the way there would be given every token in clear. */
describe('behind a proxy, this machine', () => {
  const server = createServer((_, response) => response.end('here'))
  let proxy: ConnectProxy
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '::', resolve))
    proxy = await startConnectProxy()
  })
  afterAll(async () => {
    server.closeAllConnections()
    server.close()
    await proxy.close()
  })

  it.each(['localhost', '127.0.0.1', '127.0.0.2', '127.255.255.254', '[::1]'])(
    '%s is reached without it',
    async (host) => {
      const variables = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: 'example.com' }
      const http = await openHttp(NO_SETTINGS, { ...processEnv(), variables })
      const { port } = server.address() as AddressInfo
      const answer = await http.send({
        method: 'GET',
        url: new URL(`http://${host}:${port}/`),
        headers: { authorization: 'Bearer t' },
        maxBytes: 100,
      })
      expect(answer.body.toString()).toBe('here')
      expect(proxy.connections).toBe(0)
    },
  )

  it('any other address goes through it', async () => {
    const before = proxy.connections
    proxy.refuse = true
    const http = await openHttp(NO_SETTINGS, { ...processEnv(), variables: { HTTP_PROXY: proxy.url } })
    const url = new URL('http://192.0.2.1/')
    await http.send({ method: 'GET', url, headers: {}, maxBytes: 100 }).catch(() => {})
    expect(proxy.connections).toBe(before + 1)
  })
})
