import { type IncomingHttpHeaders, request } from 'node:http'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Loopback, type LoopbackOptions, listen } from '../../../src/session/flow/loopback.ts'
import { toldBy } from '../../told.ts'
import { isMet } from '../../world/needs.ts'

const STATE = 'the-state-of-this-sign-in'
const open: Loopback[] = []
const taken: Server[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const loopback of open.splice(0)) await loopback.finish('done')
  for (const server of taken.splice(0)) server.close()
})

async function start(over: Partial<LoopbackOptions> = {}) {
  const loopback = await listen({ host: '127.0.0.1', ports: 'any', path: '/callback', ...over })
  open.push(loopback)
  const ended = new AbortController()
  const answer = loopback.wait(STATE, ended.signal)
  answer.catch(() => {})
  return { loopback, url: new URL(loopback.redirectUri), answer, ended }
}

interface Heard {
  status: number | undefined
  headers: IncomingHttpHeaders
  body: string
}
/** One request; `path` is sent as it is. Its answer, or undefined when the connection was closed without one. */
const ask = (to: URL, path: string, options: { method?: string; host?: string } = {}) =>
  new Promise<Heard | undefined>((resolve) => {
    const sent = request(
      {
        hostname: to.hostname.replace(/^\[|\]$/g, ''),
        port: to.port,
        path,
        method: options.method ?? 'GET',
        headers: { host: options.host ?? to.host },
        agent: false,
      },
      async (response) => {
        let body = ''
        for await (const piece of response.setEncoding('utf8')) body += piece
        resolve({ status: response.statusCode, headers: response.headers, body })
      },
    )
    sent.on('error', () => resolve(undefined)).end()
  })

/** A port that somebody else has, on this address. */
const take = (host: string, port = 0) =>
  new Promise<number>((resolve, reject) => {
    const server = createServer()
    taken.push(server)
    server.once('error', reject)
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
const hasIPv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
)

describe('what the listener answers before the redirect', () => {
  const good = `/callback?code=c&state=${STATE}`
  it.each<[string, string, { method?: string; host?: string }, number]>([
    ['another name of this machine', good, { host: 'localhost:PORT' }, 421],
    ['a page whose name was bound to this address', good, { host: 'evil.example:PORT' }, 421],
    ['the address without the port', good, { host: '127.0.0.1' }, 421],
    ['a form', good, { method: 'POST' }, 405],
    ['a question for the headers', good, { method: 'HEAD' }, 405],
    ['another path', `/other?state=${STATE}`, {}, 404],
    ['a longer path', `/callback/x?state=${STATE}`, {}, 404],
    ['no state', '/callback?code=c', {}, 400],
    ['two states', `${good}&state=${STATE}`, {}, 400],
    ['another state', '/callback?state=other', {}, 400],
    ['an error with another state', '/callback?error=access_denied&state=other', {}, 400],
    ['a whole address of another host', `http://evil.example/callback?state=${STATE}`, {}, 400],
    ['an address that is none', `//[/callback?state=${STATE}`, {}, 400],
  ])('%s: and the wait goes on', async (_, path, options, status) => {
    const { url, answer } = await start()
    const host = options.host?.replace('PORT', url.port)
    const heard = await ask(url, path, { ...options, ...(host && { host }) })
    expect(heard?.status).toBe(status)
    void ask(url, good)
    expect((await answer).searchParams.get('code')).toBe('c')
  })
})

describe('the redirect', () => {
  it('is the whole address, and its browser waits for how the sign-in went', async () => {
    const { loopback, url, answer } = await start()
    const shown = ask(url, `/callback?code=a%20b&state=${STATE}&iss=x`)
    expect((await answer).href).toBe(`${url.origin}/callback?code=a%20b&state=${STATE}&iss=x`)
    await loopback.finish('done')
    const page = await shown
    expect(page?.status).toBe(200)
    expect(page?.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    })
    expect(page?.body).toContain('signed in')
    expect(page?.body).not.toContain(STATE)
  })
})

describe('the end', () => {
  it('closes the port at once, whoever still holds a connection', async () => {
    const { loopback, url } = await start()
    const socket = connect(Number(url.port), '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    await loopback.finish('done')
    await closed
    expect(await ask(url, '/callback')).toBeUndefined()
    open.length = 0
  })
})

describe('the port', () => {
  it('is the first of those registered that is free', async () => {
    const [busy, free] = [await take('127.0.0.1'), await take('127.0.0.1')]
    await new Promise((resolve) => taken.pop()?.close(resolve))
    const { url } = await start({ ports: [busy, free] })
    expect(Number(url.port)).toBe(free)
  })

  it.skipIf(!isMet(hasIPv6, '[::1] cannot be listened at: needs IPv6 on loopback'))(
    'of localhost is held in both families, or another is tried',
    async () => {
      const { url } = await start({ host: 'localhost' })
      expect(url.hostname).toBe('localhost')
      for (const host of ['127.0.0.1', '::1'])
        await expect(take(host, Number(url.port))).rejects.toMatchObject({ code: 'EADDRINUSE' })
      const half = await take('::1')
      const free = await take('127.0.0.1')
      await new Promise((resolve) => taken.pop()?.close(resolve))
      const second = await start({ host: 'localhost', ports: [half, free] })
      expect(Number(second.url.port)).toBe(free)
      expect(await take('127.0.0.1', half), 'the first try was let go').toBe(half)
    },
  )

  it.each([1, 2])('says which are in use: %i', async (count) => {
    const ports = await Promise.all(Array.from({ length: count }, () => take('127.0.0.1')))
    expect(await toldBy(() => listen({ host: '127.0.0.1', ports, path: '' }))).toEqual([
      `settings: cannot wait for the browser: ${count === 1 ? `port ${ports[0]} is in use` : `ports ${ports.join(', ')} are in use`}`,
      'Free a port, or set redirect_ports to other registered ports.',
    ])
  })
})

describe('a request that is too much', () => {
  it('has headers of 32 KiB at most', async () => {
    const { url, answer } = await start()
    expect((await ask(url, `/callback?x=${'x'.repeat(20_000)}&state=no`))?.status).toBe(400)
    expect((await ask(url, `/callback?x=${'x'.repeat(33_000)}&state=no`))?.status).toBe(431)
    void ask(url, `/callback?code=c&state=${STATE}`)
    await answer
  })
})
