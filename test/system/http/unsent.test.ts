import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { processEnv } from '../../../src/system/env.ts'
import { openHttp } from '../../../src/system/http/http.ts'
import { openUpstream } from '../../../src/system/http/upstream.ts'
import { type Listening, listen } from '../../world/loopback-server.ts'
import { makeTls } from '../../world/tls.ts'

const settings = (caFile: string | undefined) => ({
  ...{ proxy: undefined, caFile, clientCert: undefined, clientKey: undefined },
  timeoutMilliseconds: 4_000,
})
type Env = ReturnType<typeof processEnv>

const CLIENTS: [string, (url: URL, env: Env, caFile?: string) => Promise<unknown>][] = [
  [
    'a refresh token',
    async (url, env, caFile) => {
      const http = await openHttp(settings(caFile), env)
      return http.send({ method: 'POST', url, body: 'refresh_token=r', maxBytes: 100 })
    },
  ],
  [
    'a request that is passed on',
    async (url, env, caFile) => {
      const upstream = await openUpstream(settings(caFile), env)
      const { signal } = new AbortController()
      const request = { method: 'POST', url, headers: [], body: Buffer.from('a'), signal }
      return upstream.send(request).finally(() => upstream.close())
    },
  ],
]

const ended = (socket: Socket) => socket.once('data', () => socket.end())
const reset = (socket: Socket) => socket.once('data', () => socket.resetAndDestroy())
const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n'
const tunnel = (then: (socket: Socket) => void) => (socket: Socket) =>
  socket.once('data', () => {
    socket.write(ESTABLISHED)
    then(socket)
  })

let listening: Listening
const serve = async (server: Server) => {
  server.on('connection', (socket: Socket) => socket.on('error', () => {}))
  listening = await listen(server)
  return listening.port
}
let directory: string
let caFile: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ls-auth-unsent-'))
  caFile = join(directory, 'ca.pem')
})
afterEach(() => listening.close())
afterAll(() => rm(directory, { recursive: true }))

describe.each(CLIENTS)('%s', (_, send) => {
  it.each([
    ['closed', ended],
    ['reset', reset],
  ])('was not sent where the connection is %s before TLS is agreed on', async (_how, end) => {
    const url = new URL(`https://127.0.0.1:${await serve(createServer(end))}/`)
    const answer = send(url, { ...processEnv(), variables: {} })
    await expect(answer).rejects.toMatchObject({ code: 'network', sent: false })
  })

  it.each([
    ['reset instead of an answer to CONNECT', reset],
    ['closed in the tunnel before TLS is agreed on', tunnel(ended)],
    ['reset in the tunnel before TLS is agreed on', tunnel(reset)],
  ])('was not sent where the connection is %s', async (_how, end) => {
    const proxy = `http://127.0.0.1:${await serve(createServer(end))}`
    const variables = { HTTPS_PROXY: proxy }
    const answer = send(new URL('https://192.0.2.1/'), { ...processEnv(), variables })
    await expect(answer).rejects.toMatchObject({ code: 'network', sent: false })
  })

  it('may have been sent where the connection breaks after TLS was agreed on', async () => {
    const { ca, ...identity } = await makeTls()
    const server = createTlsServer(identity, (socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.destroy())
    })
    const url = new URL(`https://127.0.0.1:${await serve(server)}/`)
    await writeFile(caFile, ca)
    const answer = send(url, { ...processEnv(), variables: {} }, caFile)
    await expect(answer).rejects.toMatchObject({ code: 'network', sent: true })
  })

  it('may have been sent where the connection breaks after it was opened for plain http', async () => {
    const url = new URL(`http://127.0.0.1:${await serve(createServer(reset))}/`)
    const answer = send(url, { ...processEnv(), variables: {} })
    await expect(answer).rejects.toMatchObject({ code: 'network', sent: true })
  })
})
