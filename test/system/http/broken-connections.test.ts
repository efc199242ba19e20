import diagnostics from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NetworkFailure } from '../../../src/errors.ts'
import { processEnv } from '../../../src/system/env.ts'
import { openHttp } from '../../../src/system/http/http.ts'
import { networkFailure } from '../../../src/system/http/network-failure.ts'
import { openUpstream } from '../../../src/system/http/upstream.ts'
import { httpServer, type Listening, listen } from '../../world/loopback-server.ts'

const NO_SETTINGS = {
  proxy: undefined,
  caFile: undefined,
  clientCert: undefined,
  clientKey: undefined,
  timeoutMilliseconds: undefined,
}
const env = { ...processEnv(), variables: {} }

type Send = (url: URL) => Promise<unknown>

const failureOf = (answer: Promise<unknown>): Promise<NetworkFailure> =>
  answer.then(
    () => Promise.reject(new Error('it was answered')),
    (error) => error,
  )

const CLIENTS: [string, () => Promise<Send>][] = [
  [
    'a refresh token',
    async () => {
      const http = await openHttp(NO_SETTINGS, env)
      return (url) => http.send({ method: 'POST', url, body: 'refresh_token=r', maxBytes: 100 })
    },
  ],
  [
    'a request that the proxy passes on',
    async () => {
      const upstream = await openUpstream(NO_SETTINGS, env)
      const { signal } = new AbortController()
      return (url) => upstream.send({ method: 'POST', url, headers: [], body: Buffer.from('a'), signal })
    },
  ],
]

describe.each(CLIENTS)('%s', (_, open) => {
  let listening: Listening
  let received: number
  let lost: string
  const ours = new Set<Socket>()
  const note = (message: unknown) => ours.add((message as { socket: Socket }).socket)

  beforeEach(async () => {
    received = 0
    ours.clear()
    diagnostics.subscribe('net.client.socket', note)
    const server = httpServer(() => {
      received++
      // As Node destroys a socket whose read fails (`onStreamRead`): a route is gone while the answer is on its way.
      for (const socket of ours)
        socket.destroy(Object.assign(new Error(`read ${lost}`), { code: lost, syscall: 'read' }))
    })
    listening = await listen(server)
  })
  afterEach(() => {
    diagnostics.unsubscribe('net.client.socket', note)
    return listening.close()
  })

  it.each(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'])(
    'that has arrived was sent, whatever ends the connection then (%s)',
    async (code) => {
      lost = code
      const send = await open()
      const failure = await failureOf(send(new URL(`http://127.0.0.1:${listening.port}/`)))
      expect({ received, failure: String(failure), sent: failure.sent }).toEqual({
        received: 1,
        failure: expect.stringContaining(`the connection to 127.0.0.1:${listening.port} broke (${code})`),
        sent: true,
      })
    },
  )
})

describe('a connection that could not be opened', () => {
  it.each([
    [{ code: 'ETIMEDOUT', syscall: 'connect' }, 'it does not answer'],
    [{ code: 'UND_ERR_CONNECT_TIMEOUT' }, 'it does not answer'],
    [{ code: 'EHOSTUNREACH', syscall: 'connect' }, 'no route to it'],
    [{ errors: [{ code: 'ENETUNREACH', syscall: 'connect' }] }, 'no route to it'],
    [{ code: 'ENOTFOUND', syscall: 'getaddrinfo' }, 'unknown host name'],
    [{ code: 'EAI_AGAIN', syscall: 'getaddrinfo' }, 'DNS lookup failed'],
    [{ code: 'EAI_FAIL', syscall: 'getaddrinfo' }, 'DNS lookup failed'],
    [{ code: 'ESERVFAIL', syscall: 'getaddrinfo' }, 'DNS lookup failed'],
  ])('has sent nothing: %j', (error, reason) => {
    const failure = networkFailure(error, new URL('https://idp.example/'), false)
    expect(failure.message).toBe(`cannot reach idp.example: ${reason}`)
    expect((failure as NetworkFailure).sent).toBe(false)
  })
})
