import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processEnv } from '../../../src/system/env.ts'
import { openHttp } from '../../../src/system/http/http.ts'
import { startConnectProxy } from '../../world/connect-proxy.ts'
import { httpServer, type Listening, listen, type ServerIdentity } from '../../world/loopback-server.ts'
import { makeTls } from '../../world/tls.ts'

const NO_SETTINGS = {
  proxy: undefined,
  caFile: undefined,
  clientCert: undefined,
  clientKey: undefined,
  timeoutMilliseconds: undefined,
}

/** A server that closes each connection just when the second request comes in, as one with a short idle timeout may. */
describe('a server that closes an idle connection at the moment of the next request', () => {
  const seen: string[] = []
  let listening: Listening
  beforeEach(async () => {
    seen.length = 0
    listening = await listen(closing())
  })
  afterEach(() => listening.close())

  function closing(tls?: ServerIdentity): Server {
    const used = new WeakSet<Socket>()
    return httpServer((request, response) => {
      seen.push(`${request.method} ${used.has(request.socket) ? 'broken' : 'answered'}`)
      if (used.has(request.socket)) return request.socket.destroy()
      used.add(request.socket)
      response.end('here')
    }, tls)
  }

  const client = async () => {
    const http = await openHttp(NO_SETTINGS, { ...processEnv(), variables: {} })
    const url = new URL(`http://127.0.0.1:${listening.port}/`)
    return (method: 'GET' | 'POST') =>
      http.send({ method, url, ...(method === 'POST' && { body: 'code=1' }), maxBytes: 100 })
  }

  it('is never sent a code or a refresh token there: a POST has a connection of its own', async () => {
    const send = await client()
    await send('GET')
    for (let time = 0; time < 3; time++) expect((await send('POST')).status).toBe(200)
    expect(seen).toEqual(['GET answered', 'POST answered', 'POST answered', 'POST answered'])
  })

  it('is asked again what may be asked twice, once, on a new connection', async () => {
    const send = await client()
    await send('GET')
    expect((await send('GET')).status).toBe(200)
    expect(seen).toEqual(['GET answered', 'GET broken', 'GET answered'])
  })

  it('is treated likewise behind a proxy: a tunnel for each POST', async () => {
    const [proxy, tls] = await Promise.all([
      startConnectProxy({ hosts: { 'idp.example': '127.0.0.1' } }),
      makeTls({ hosts: ['idp.example'] }),
    ])
    const directory = await mkdtemp(join(tmpdir(), 'ls-auth-ca-'))
    const caFile = join(directory, 'ca.pem')
    await writeFile(caFile, tls.ca)
    const server = await listen(closing(tls))
    const variables = { HTTPS_PROXY: proxy.url }
    const http = await openHttp({ ...NO_SETTINGS, caFile }, { ...processEnv(), variables })
    const url = new URL(`https://idp.example:${server.port}/`)
    await http.send({ method: 'GET', url, maxBytes: 100 })
    for (let time = 0; time < 2; time++)
      expect((await http.send({ method: 'POST', url, body: 'code=1', maxBytes: 100 })).status).toBe(200)
    expect(proxy.tunnels).toBe(3)
    await Promise.all([proxy.close(), server.close(), rm(directory, { recursive: true })])
  })
})
