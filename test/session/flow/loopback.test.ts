import { once } from 'node:events'
import { get, type IncomingHttpHeaders } from 'node:http'
import { connect, createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type StartPages, startPages } from '../../../src/session/flow/callback.ts'
import { type Loopback, listen } from '../../../src/session/flow/loopback.ts'
import { freePort } from '../../world/free-port.ts'

const STATE = 'the-state-of-this-sign-in'

let loopback: Loopback
let url: URL
let ended: AbortController
let answer: Promise<URL>
beforeEach(async () => {
  loopback = await listen({ host: '127.0.0.1', ports: 'any', path: '/callback' })
  url = new URL(loopback.redirectUri)
  ended = new AbortController()
  answer = loopback.wait(STATE, ended.signal)
  answer.catch(() => {})
})
afterEach(async () => {
  ended.abort(new Error('the test is over'))
  await loopback.finish('done')
})

const redirect = (state: string) => `${url.href}?code=c&state=${state}`

/** The status of the answer; undefined: the connection was closed without one. */
const ask = (address: string) =>
  new Promise<number | undefined>((resolve) => {
    get(address, { agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).on('error', () => resolve(undefined))
  })

/** The answer to one request that follows nothing. */
const look = (address: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number | undefined; headers: IncomingHttpHeaders }>((resolve, reject) => {
    get(address, { agent: false, headers }, (response) => {
      response.resume()
      resolve({ status: response.statusCode, headers: response.headers })
    }).on('error', reject)
  })

describe('the listener for the redirect', () => {
  it.each([
    ['another of the same length', STATE.replace('the', 'The')],
    ['the beginning of it', STATE.slice(0, -1)],
    ['more than it', `${STATE}x`],
    ['none', ''],
  ])('takes no other state: %s', async (_, state) => {
    expect(await ask(redirect(state))).toBe(400)
    void ask(redirect(STATE))
    expect((await answer).searchParams.get('state')).toBe(STATE)
  })

  it('listens on loopback alone', async () => {
    const refused = await new Promise<boolean>((resolve) => {
      // An address of this machine, too, but another one: a listener on all addresses would answer.
      const socket = connect(Number(url.port), '127.0.0.2')
      socket.once('connect', () => resolve(false)).once('error', () => resolve(true))
      socket.once('close', () => socket.destroy())
      setTimeout(() => socket.destroy(), 1_000).unref()
    })
    expect(refused).toBe(true)
  })
})

describe('tied to a browser that was opened here', () => {
  /** How often it was asked whose connection it is. */
  let lookups = 0
  let foreign = false
  let start: StartPages
  beforeEach(() => {
    lookups = 0
    foreign = false
    start = startPages(loopback.redirectUri, new URL('https://idp.example/authorize'))
    const isForeign = async () => {
      lookups++
      return foreign
    }
    answer = loopback.wait(STATE, ended.signal, { start, isForeign })
    answer.catch(() => {})
  })

  it('asks whose connection it is for no request of junk', async () => {
    const junk = [
      `${url.origin}/?state=1`,
      `${url.origin}/favicon.ico`,
      `${url.href}/start/x`,
      redirect('wrong'),
    ]
    for (const address of junk) expect(await ask(address)).toBeGreaterThanOrEqual(400)
    expect(lookups).toBe(0)
  })

  it('leads the browser on with a cookie, once', async () => {
    const first = await look(start.opened.href)
    expect(first).toMatchObject({
      status: 302,
      headers: {
        location: 'https://idp.example/authorize',
        'cache-control': 'no-store',
        'set-cookie': [expect.stringMatching(/^ls_auth_\d+=/)],
      },
    })
    const cookie = first.headers['set-cookie']?.[0]?.split(';')[0] as string
    const again = await look(start.opened.href, { cookie })
    expect(again).toMatchObject({ status: 302, headers: { location: 'https://idp.example/authorize' } })
    expect(again.headers).not.toHaveProperty('set-cookie')
  })

  it.each([
    ['contested', 'two browsers opened the sign-in page'],
    [
      'untied',
      'the answer came from a browser without cookies, or from another browser than the sign-in page',
    ],
  ])('ends at once when it is %s, and that browser is told so', async (what, words) => {
    await look(start.opened.href)
    const shown = look(what === 'contested' ? start.opened.href : redirect(STATE))
    await expect(answer).rejects.toMatchObject({ code: 'refused', message: words })
    await loopback.finish('failed')
    expect(await shown).toMatchObject({ status: 200 })
  })

  it('turns another user away from the page and from the redirect, and the page is still the browser’s', async () => {
    foreign = true
    expect([await ask(start.opened.href), await ask(redirect(STATE))]).toEqual([403, 403])
    foreign = false
    expect(await ask(start.opened.href)).toBe(302)
    expect(lookups).toBe(3)
  })
})

describe('for a redirect to localhost, which may be either loopback family', () => {
  const listenAtLocalhost = (port: number) => listen({ host: 'localhost', ports: [port], path: '/callback' })

  it.each(['127.0.0.1', '::1'])('is heard at %s', async (address) => {
    const both = await listenAtLocalhost(await freePort())
    const { port, host } = new URL(both.redirectUri)
    const status = await new Promise((resolve, reject) => {
      const asked = { host: address, port, path: '/', headers: { host }, agent: false }
      get(asked, (response) => resolve(response.resume().statusCode)).on('error', reject)
    })
    expect(status).toBe(404)
    await both.finish('done')
  })

  it.each(['127.0.0.1', '::1'])('takes no port that somebody else has at %s', async (address) => {
    const port = await freePort()
    const other = createServer().listen(port, address)
    await once(other, 'listening')
    await expect(listenAtLocalhost(port)).rejects.toMatchObject({
      code: 'settings',
      message: `cannot wait for the browser: port ${port} is in use`,
    })
    other.close()
  })
})
