import { afterEach, expect, it } from 'vitest'
import { processEnv } from '../../../src/system/env.ts'
import { openHttp } from '../../../src/system/http/http.ts'
import { httpServer, type Listening, listen } from '../../world/loopback-server.ts'

let listening: Listening | undefined
afterEach(() => listening?.close())

it.each([
  ['has a length', 'content-length: 1000\r\n\r\npart'],
  ['comes in chunks', 'transfer-encoding: chunked\r\n\r\n4\r\npart\r\n'],
  // Its end is the end of the connection (RFC 9112 §6.3), which our own timeout closes, too.
  ['has neither', '\r\npart'],
])('a body that %s and does not come in time is no answer', async (_, rest) => {
  const server = httpServer((_request, response) => void response.socket?.write(`HTTP/1.1 200 OK\r\n${rest}`))
  listening = await listen(server)
  const settings = { proxy: undefined, caFile: undefined, clientCert: undefined, clientKey: undefined }
  const http = await openHttp({ ...settings, timeoutMilliseconds: 300 }, { ...processEnv(), variables: {} })
  const url = new URL(`http://127.0.0.1:${listening.port}/`)
  await expect(http.send({ method: 'GET', url, maxBytes: 100 })).rejects.toMatchObject({ code: 'network' })
})
