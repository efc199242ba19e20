import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { processEnv } from '../../../src/system/env.ts'
import { openHttp } from '../../../src/system/http/http.ts'
import { networkFailure } from '../../../src/system/http/network-failure.ts'
import { told, toldBy } from '../../told.ts'
import { type Listening, listen } from '../../world/loopback-server.ts'
import { makeTls } from '../../world/tls.ts'

let directory: string
let tls: Awaited<ReturnType<typeof makeTls>>
let listening: Listening | undefined
const at = (name: string) => join(directory, name)
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ls-auth-tls-failure-'))
  tls = await makeTls()
  await writeFile(at('ca'), tls.ca)
})
afterEach(() => listening?.close())
afterAll(() => rm(directory, { recursive: true }))

const quiet = (socket: Socket) => socket.on('error', () => {})
const plain = () =>
  createServer((socket) => quiet(socket).once('data', () => socket.end('HTTP/1.1 400 No\r\n\r\n')))
const withTls = (options: TlsOptions) => () => {
  const { cert, key } = tls
  return createTlsServer({ cert, key, ...options }, quiet).on('tlsClientError', () => {}) as Server
}
const tunnel = () =>
  createServer((socket) =>
    quiet(socket).once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.once('data', () => socket.end('HTTP/1.1 400 No\r\n\r\n'))
    }),
  )
const wanting = (options: TlsOptions) => () =>
  withTls({ requestCert: true, rejectUnauthorized: true, ca: tls.ca, ...options })()

/** The two lines about a host, or about a proxy on the way to one. */
async function ask(server: Server, way: { proxy?: 'http' | 'https' } = {}) {
  listening = await listen(server)
  const { port } = listening
  const proxy = way.proxy && `${way.proxy}://127.0.0.1:${port}`
  const settings = { proxy, caFile: at('ca'), clientCert: undefined, clientKey: undefined }
  const http = await openHttp({ ...settings, timeoutMilliseconds: 4_000 }, { ...processEnv(), variables: {} })
  const url = new URL(proxy ? 'https://traces.example/' : `https://127.0.0.1:${port}/`)
  const lines = await toldBy(() => http.send({ method: 'POST', url, body: 'x', maxBytes: 100 }))
  return lines.map((line) => line.replace(`127.0.0.1:${port}`, 'HOST'))
}

const NO_TLS = 'Is it http://? Check the address and its port, and those in HTTPS_PROXY and proxy.'
const MAY_WANT = 'It may require a client certificate. Set client_cert and client_key in the profile.'

describe('TLS that the two sides do not agree on', () => {
  it.each([
    ['plain http', plain, 'HOST does not speak TLS there', NO_TLS],
    [
      'TLS 1.1 alone',
      withTls({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }),
      'HOST has no TLS version that ls-auth accepts',
      'Ask whoever runs it for TLS 1.2 or 1.3.',
    ],
    [
      'a client certificate that is wanted',
      wanting({}),
      'HOST requires a client certificate',
      'Set client_cert and client_key in the profile.',
    ],
    [
      'a client certificate that TLS 1.2 wants',
      wanting({ maxVersion: 'TLSv1.2' }),
      'HOST ended the TLS handshake',
      MAY_WANT,
    ],
  ])('%s', async (_, server, message, hint) => {
    expect(await ask(server())).toEqual([`network: ${message}`, hint])
  })

  /** A Node.js server closes without an alert; the words are those of OpenSSL. */
  it.each(['unknown ca', 'bad certificate', 'certificate expired', 'certificate revoked'])(
    'a client certificate that is not accepted: %s',
    (alert) => {
      const message = `write EPROTO 40129313B97F0000:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert ${alert}:`
      const failure = networkFailure({ code: 'EPROTO', message }, new URL('https://idp.example/'), false)
      expect(failure).toMatchObject({ code: 'network', sent: true })
      expect(told(failure)).toEqual([
        'network: idp.example rejected the client certificate, or got none',
        'Set client_cert and client_key in the profile, or check them. The certificate may have expired, or the server may not trust its CA.',
      ])
    },
  )

  it.each([
    ['in a tunnel', tunnel, 'http', 'traces.example does not speak TLS there'],
    ['at a proxy', plain, 'https', 'the proxy on the way to traces.example does not speak TLS there'],
  ] as const)('plain text %s', async (_, server, proxy, message) => {
    expect(await ask(server(), { proxy })).toEqual([`network: ${message}`, NO_TLS])
  })
})

describe('a certificate', () => {
  it('that has expired', async () => {
    const { cert, key, ca } = await makeTls({ notAfter: new Date(Date.now() - 60_000) })
    await writeFile(at('ca'), ca)
    expect(await ask(withTls({ cert, key })())).toEqual([
      'refused: the certificate of HOST has expired',
      'If the clock of this machine is right, ask whoever runs that host for a new one. ls-auth never skips this check.',
    ])
  })
})
