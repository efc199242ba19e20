import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { realFiles } from '../../../src/system/files/files.ts'
import { browse } from '../../world/browser.ts'
import { CookieJar } from '../../world/cookie-jar.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { CAN_BE_SOMEBODY_ELSE, fetchAsSomebodyElse } from '../../world/somebody-else.ts'
import { type Outcome, openWorld, type World } from '../../world/world.ts'

let provider: Provider
let world: World
/** Where the opener was sent: the browser that it starts is played by each test. */
let opened: Promise<URL>
let exchanges: number
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld({ secrets: () => provider.secrets })
  opened = new Promise((resolve) => {
    world.override = {
      browser: async () => ({
        open: async (url) => {
          resolve(url)
          return true
        },
      }),
    }
  })
  exchanges = provider.count('POST', '/token', 'authorization_code')
})
afterEach(() => world.close())

const login = (flags = '') =>
  world.type(`ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 ${flags}`)
const printed = () => new URL(/^ {2}(http\S+)$/m.exec(world.said)?.[1] as string)
const codesSpent = () => provider.count('POST', '/token', 'authorization_code') - exchanges

interface Answer {
  readonly status: number
  readonly location: string | undefined
  readonly cookie: string | undefined
  readonly body: string
}

/** One request without following anything. */
const fetchOnce = (url: URL, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<Answer>((resolve, reject) => {
    request(url, { method, headers, agent: false }, (answer) => {
      let body = ''
      answer.on('data', (part) => {
        body += part
      })
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          location: answer.headers.location,
          cookie: answer.headers['set-cookie']?.[0],
          body,
        }),
      )
    })
      .on('error', reject)
      .end()
  })

function refused(outcome: Outcome, why: string): void {
  expect(outcome.stderr).toContain(`error: ${why}`)
  expect(outcome.stderr).toMatch(/hint: .*ls-auth login/)
  expect(outcome.exit).toBe(10)
  expect(world.keychain.items.size).toBe(0)
  expect(codesSpent()).toBe(0)
}

const TWO = 'two browsers opened the sign-in page'
const ANOTHER = 'the answer came from a browser without cookies, or from another browser'

describe('what other users of this machine can read', () => {
  it('the opener is given an address of our own that holds nothing of the request', async () => {
    const running = login()
    const start = await opened
    const { location, cookie } = await fetchOnce(start)
    const target = new URL(location as string)
    expect(target.origin).toBe(new URL(provider.issuer).origin)
    expect(start.origin).toBe(new URL(target.searchParams.get('redirect_uri') as string).origin)
    for (const name of ['state', 'nonce', 'code_challenge', 'client_id', 'scope'])
      for (const address of [start, printed()])
        expect(address.href).not.toContain(target.searchParams.get(name))
    expect(cookie).toMatch(/^ls_auth_\d+=[\w-]{32}; Path=\/callback; Max-Age=300; HttpOnly; SameSite=Lax$/)
    // The second browser ends it.
    await fetchOnce(start)
    await running
  })

  it('the browser that opened it signs in, also when it loads the page twice', async () => {
    const running = login()
    const start = await opened
    const cookies = new CookieJar()
    cookies.store(start, [(await fetchOnce(start)).cookie as string])
    const page = await browse(start.href, { user: 'alice', cookies })
    await expect(page.body).toMatchFileSnapshot('../../golden/screens/browser-signed-in.html')
    expect((await running).stderr).toContain('Signed in as alice@example.test.')
  })

  it.each([
    ['HEAD', (start: URL) => fetchOnce(start, {}, 'HEAD'), 405],
    ['a browser that looks ahead', (start: URL) => fetchOnce(start, { 'sec-purpose': 'prefetch' }), 503],
    ['an older browser that does', (start: URL) => fetchOnce(start, { purpose: 'prefetch' }), 503],
    ['an icon', (start: URL) => fetchOnce(new URL('/favicon.ico', start)), 404],
    ['a guess', (start: URL) => fetchOnce(new URL('guessed', start)), 404],
    ['a name that leads here', (start: URL) => fetchOnce(start, { host: 'rebind.test' }), 421],
  ])('%s does not use the page up', async (_, knock, status) => {
    const running = login()
    const start = await opened
    const answer = await knock(start)
    expect(answer).toMatchObject({ status, location: undefined, cookie: undefined })
    await browse(start.href, { user: 'alice' })
    expect((await running).exit).toBe(0)
  })
})

describe('another user of this machine opens the page first', () => {
  it('the person’s own browser ends the sign-in, and the other cannot complete it', async () => {
    const running = login()
    const start = await opened
    const thief = new CookieJar()
    const callback = await browse(start.href, { user: 'bob', cookies: thief, stopAt: 'callback' })
    const own = await fetchOnce(start)
    expect(own).toMatchObject({ location: undefined, cookie: undefined })
    expect(own.body).toContain('The sign-in did not succeed.')
    await expect(browse(callback.url, { user: 'bob', cookies: thief })).rejects.toThrow()
    refused(await running, TWO)
  })

  it('and brings an answer before that: the state alone is not enough', async () => {
    const running = login()
    const { url } = await browse((await opened).href, { user: 'bob', stopAt: 'callback' })
    const answer = await fetchOnce(new URL(url))
    expect(answer.body).toContain('The sign-in did not succeed.')
    refused(await running, ANOTHER)
  })

  it.each(['ls_auth_PORT=guess', 'other=x', ''])('nor with the cookie "%s"', async (cookie) => {
    const running = login()
    const start = await opened
    const { url } = await browse(start.href, { user: 'bob', stopAt: 'callback' })
    await fetchOnce(new URL(url), { cookie: cookie.replace('PORT', start.port) })
    refused(await running, ANOTHER)
  })
})

describe.skipIf(!CAN_BE_SOMEBODY_ELSE)('where users can be told apart', () => {
  it('another user gets nothing, however fast, and the person signs in', async () => {
    world.looksAtSockets = true
    const running = login()
    const start = await opened
    for (const page of [start, printed()]) expect(await fetchAsSomebodyElse(page)).toBe('403 null')
    const cookies = new CookieJar()
    const { url } = await browse(start.href, { user: 'alice', cookies, stopAt: 'callback' })
    expect(await fetchAsSomebodyElse(new URL(url))).toBe('403 null')
    await browse(url, { user: 'alice', cookies })
    expect((await running).stderr).toContain('Signed in as alice@example.test.')
  })
})

it('where another user has made the table of sockets too long to be read, no browser gets the page', async () => {
  const readForeign = async (path: string, most: number) => {
    if (!path.startsWith('/proc/net/tcp')) return realFiles.readForeign(path, most)
    throw Object.assign(new Error('too large'), { code: 'EFBIG' })
  }
  world.override = { ...world.override, files: async () => ({ ...realFiles, readForeign }) }
  login()
  const start = await opened
  for (const page of [start, printed()]) {
    const { status, location, cookie } = await fetchOnce(page)
    expect({ status, location, cookie }).toEqual({ status: 403, location: undefined, cookie: undefined })
  }
})

describe('the printed address, for a browser that shows no page', () => {
  it('signs in, and the page of the opener leads nowhere after that', async () => {
    const running = login()
    const start = await opened
    expect(printed().href).not.toBe(start.href)
    const { url } = await browse(printed().href, { user: 'alice', stopAt: 'callback' })
    const late = await fetchOnce(start)
    expect(late).toMatchObject({ status: 404, location: undefined, cookie: undefined })
    expect(late.body).toContain('Continue in the other window')
    await fetchOnce(new URL(url))
    refused(await running, ANOTHER)
  })
})

it('without a browser here the state alone decides: a cookie cannot travel with a pasted address', async () => {
  const running = login('--no-browser')
  while (!/^ {2}http\S+$/m.test(world.said)) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(printed().origin).toBe(new URL(provider.issuer).origin)
  const { url } = await browse(printed().href, { user: 'alice', stopAt: 'callback' })
  expect((await fetchOnce(new URL(url))).body).toContain('You are signed in as alice@example.test.')
  expect((await running).exit).toBe(0)
})
