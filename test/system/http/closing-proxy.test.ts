import { createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { processEnv } from '../../../src/system/env.ts'
import { openHttp } from '../../../src/system/http/http.ts'
import { openUpstream } from '../../../src/system/http/upstream.ts'
import { type Listening, listen } from '../../world/loopback-server.ts'

const SETTINGS = {
  ...{ proxy: undefined, caFile: undefined, clientCert: undefined, clientKey: undefined },
  timeoutMilliseconds: 4_000,
}
const CLOSED = {
  code: 'network',
  sent: false,
  message: 'the proxy on the way to 192.0.2.1 closed the connection',
  hint: 'Check HTTPS_PROXY, NO_PROXY and proxy in the profile.',
}

/** Mostly in an orderly way (FIN), which undici takes for a connection that was only idle for too long. */
const CLOSING: [string, (socket: Socket) => void][] = [
  ['answers CONNECT by closing', (socket) => socket.once('data', () => socket.end())],
  ['resets the connection', (socket) => socket.once('data', () => socket.resetAndDestroy())],
  ['answers half of a line', (socket) => socket.once('data', () => socket.end('HTTP/1.1 2'))],
  ['answers CONNECT with 100', (socket) => socket.once('data', () => socket.end('HTTP/1.1 100 Go\r\n\r\n'))],
]

describe.each(CLOSING)('a proxy that %s', (_, close) => {
  let listening: Listening
  let received = ''
  const open = async () => {
    received = ''
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (part) => {
        received += part
      })
      close(socket)
    })
    listening = await listen(server)
    const url = `http://user:secret@127.0.0.1:${listening.port}`
    return { ...processEnv(), variables: { HTTP_PROXY: url, HTTPS_PROXY: url } }
  }
  const asked = () => received.match(/^CONNECT /gm)?.length
  afterEach(() => listening.close())

  it.each(['https://192.0.2.1/', 'http://192.0.2.1/'])(
    'is asked once, and nothing was sent: %s',
    async (url) => {
      const http = await openHttp(SETTINGS, await open())
      for (const method of ['GET', 'POST'])
        await expect(http.send({ method, url: new URL(url), maxBytes: 100 })).rejects.toMatchObject(CLOSED)
      expect(asked()).toBe(2)
    },
  )

  it('is asked once for a request that is passed on', async () => {
    const upstream = await openUpstream(SETTINGS, await open())
    const request = { method: 'GET', url: new URL('https://192.0.2.1/'), headers: [], body: undefined }
    await expect(upstream.send({ ...request, signal: new AbortController().signal })).rejects.toMatchObject(
      CLOSED,
    )
    expect(asked()).toBe(1)
    await upstream.close()
  })
})
