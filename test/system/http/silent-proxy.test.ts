import type { Socket } from 'node:net'
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processEnv } from '../../../src/system/env.ts'
import { openHttp } from '../../../src/system/http/http.ts'
import { listen } from '../../world/loopback-server.ts'

const NO_SETTINGS = { proxy: undefined, caFile: undefined, clientCert: undefined, clientKey: undefined }
const UNREACHED = {
  code: 'network',
  sent: false,
  message: 'the proxy on the way to 192.0.2.1 does not answer',
  hint: "Check HTTPS_PROXY, NO_PROXY and proxy in the profile. If it's just slow: --timeout 30",
}

describe('a proxy that takes the connection and never answers', () => {
  let listening: Awaited<ReturnType<typeof listen>>
  let sockets: Socket[] = []
  beforeEach(async () => {
    sockets = []
    const server = createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => {})
      socket.resume()
    })
    listening = await listen(server as never)
  })
  afterEach(async () => {
    for (const socket of sockets) socket.destroy()
    await listening.close()
  })
  const env = () => {
    const url = `http://127.0.0.1:${listening.port}`
    return { ...processEnv(), variables: { HTTP_PROXY: url, HTTPS_PROXY: url } }
  }
  const post = { method: 'POST', url: new URL('http://192.0.2.1/'), body: 'token', maxBytes: 100 } as const

  it.each(['https://192.0.2.1/', 'http://192.0.2.1/'])(
    'costs no longer than --timeout says: %s',
    async (url) => {
      const http = await openHttp({ ...NO_SETTINGS, timeoutMilliseconds: 2_000 }, env())
      await expect(http.send({ ...post, url: new URL(url) })).rejects.toMatchObject(UNREACHED)
    },
  )

  it('is given up where nobody says how long', async () => {
    const http = await openHttp({ ...NO_SETTINGS, timeoutMilliseconds: undefined }, env())
    await expect(http.send(post)).rejects.toMatchObject(UNREACHED)
  })

  it('is told where the request had a limit of its own', async () => {
    const http = await openHttp({ ...NO_SETTINGS, timeoutMilliseconds: undefined }, env())
    await expect(http.send({ ...post, timeoutMilliseconds: 2_000 })).rejects.toMatchObject(UNREACHED)
  })

  it('is not waited for by somebody who has given up', async () => {
    const http = await openHttp({ ...NO_SETTINGS, timeoutMilliseconds: undefined }, env())
    const reason = new Error('Ctrl-C')
    const abort = new AbortController()
    setTimeout(() => abort.abort(reason), 300)
    await expect(http.send({ ...post, signal: abort.signal })).rejects.toBe(reason)
  })
})
