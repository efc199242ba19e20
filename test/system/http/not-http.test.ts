import { createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { processEnv } from '../../../src/system/env.ts'
import { openHttp } from '../../../src/system/http/http.ts'
import { openUpstream } from '../../../src/system/http/upstream.ts'
import { toldBy } from '../../told.ts'
import { type Listening, listen } from '../../world/loopback-server.ts'

const settings = (proxy: string | undefined) => ({
  ...{ proxy, caFile: undefined, clientCert: undefined, clientKey: undefined },
  timeoutMilliseconds: 4_000,
})
const env = { ...processEnv(), variables: {} }
let listening: Listening
afterEach(() => listening.close())

/** The address of a server that answers with these bytes. */
async function answering(bytes: string): Promise<string> {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(bytes))
  })
  listening = await listen(server)
  return `http://127.0.0.1:${listening.port}`
}

const get = async (url: string, proxy?: string) => {
  const http = await openHttp(settings(proxy), env)
  return http.send({ method: 'GET', url: new URL(url), maxBytes: 100 })
}
const passOn = async (url: string) => {
  const upstream = await openUpstream(settings(undefined), env)
  const { signal } = new AbortController()
  const request = { method: 'GET', url: new URL(url), headers: [], body: undefined, signal }
  return upstream.send(request).finally(() => upstream.close())
}

const SSH = 'SSH-2.0-OpenSSH_9.6\r\n'
const LARGE = `HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(20_000)}\r\ncontent-length: 0\r\n\r\n`
const NO_HTTP = 'does not speak HTTP'
const HINT = 'Check the address and its port. If both are right, ask whoever runs that host.'

describe.each([
  ['what is asked for', get],
  ['what is passed on', passOn],
])('%s', (_, send) => {
  it.each([
    ['another protocol', SSH, NO_HTTP],
    ['large headers', LARGE, 'sent more than 16 kB of headers'],
  ])('%s', async (_what, bytes, message) => {
    const url = await answering(bytes)
    expect(await toldBy(() => send(url))).toEqual([`network: ${new URL(url).host} ${message}`, HINT])
  })
})

it('a proxy that is none', async () => {
  const proxy = await answering(SSH)
  const lines = await toldBy(() => get('https://traces.example/', proxy))
  expect(lines).toEqual([`network: the proxy on the way to traces.example ${NO_HTTP}`, HINT])
})

it.each(['', 'identity', ' Identity '])('a body in no encoding (%j) is read as it came', async (encoding) => {
  const head = `HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: 4\r\n\r\n`
  expect((await get(await answering(`${head}junk`))).body.toString()).toBe('junk')
})
