import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { processEnv } from '../../../src/system/env.ts'
import { openHttp } from '../../../src/system/http/http.ts'
import { makeTls } from '../../world/tls.ts'

/** A proxy that is spoken to by TLS. By an IP address no server name is sent (RFC 6066 §3): Node would warn of one (DEP0123). */
let directory: string
let server: Server | undefined
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ls-auth-https-proxy-'))
})
afterEach(async () => {
  server?.close()
  await rm(directory, { recursive: true })
})

/** Asks through a proxy of these certified hosts, which refuses all. Gives what was told, and the server names that were sent. */
async function ask(proxy: string, hosts: readonly string[]) {
  const { ca, cert, key } = await makeTls({ hosts })
  const names: unknown[] = []
  const started = createServer({ cert, key }, (socket: TLSSocket) => {
    names.push(socket.servername)
    socket.on('error', () => {})
    socket.once('data', () => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'))
  })
  server = started
  await new Promise<void>((resolve) => started.listen(0, '::', resolve))
  const { port } = started.address() as AddressInfo
  const caFile = join(directory, 'ca.pem')
  await writeFile(caFile, ca)
  const settings = { proxy: `https://${proxy}:${port}`, caFile, clientCert: undefined, clientKey: undefined }
  const http = await openHttp(
    { ...settings, timeoutMilliseconds: undefined },
    { ...processEnv(), variables: {} },
  )
  const url = new URL('https://traces.example/')
  const told = await http.send({ method: 'GET', url, headers: {}, maxBytes: 100 }).then(
    () => 'an answer',
    (error: Error) => error.message,
  )
  return { told, names }
}

const REFUSED = 'the proxy refused to reach traces.example (HTTP 403)'

it.each([
  ['127.0.0.1', false],
  ['[::1]', false],
  ['localhost', 'localhost'],
])('a proxy at %s is reached with the server name %s', async (proxy, name) => {
  expect(await ask(proxy, ['127.0.0.1', '::1', 'localhost'])).toEqual({ told: REFUSED, names: [name] })
})

it('its certificate must be for its address all the same', async () => {
  const { told } = await ask('127.0.0.1', ['127.0.0.9', 'localhost'])
  expect(told).not.toBe(REFUSED)
  expect(told).not.toBe('an answer')
})
