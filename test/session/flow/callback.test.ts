import type { IncomingMessage } from 'node:http'
import { beforeEach, describe, expect, it } from 'vitest'
import { judge, type StartPages, startPages } from '../../../src/session/flow/callback.ts'

const STATE = 'the-state-of-this-sign-in'
const ORIGIN = new URL('http://127.0.0.1:8765')
const GOOD = `/callback?code=c&state=${STATE}`
const SOCKET = { remotePort: 7 }

const requestOf = (
  url: string,
  over: { method?: string; host?: string | undefined; cookie?: string } = {},
) => {
  const { method = 'GET', ...headers } = { host: ORIGIN.host, ...over }
  return { url, method, headers, socket: SOCKET } as unknown as IncomingMessage
}

const JUNK: readonly [string, string, Parameters<typeof requestOf>[1], number][] = [
  ['another name of this machine', GOOD, { host: 'localhost:8765' }, 421],
  ['a page whose name was bound to this address', GOOD, { host: 'evil.example:8765' }, 421],
  ['no host', GOOD, { host: undefined }, 421],
  ['an address that is none', '//[/callback', {}, 400],
  ['a whole address of another host', `http://evil.example${GOOD}`, {}, 400],
  ['an address by https', `https://127.0.0.1:8765${GOOD}`, {}, 400],
  ['a form', GOOD, { method: 'POST' }, 405],
  ['a question for the headers', GOOD, { method: 'HEAD' }, 405],
  ['another path', `/other?state=${STATE}`, {}, 404],
  ['a longer path', `/callback/?state=${STATE}`, {}, 404],
  ['no state', '/callback?code=c', {}, 400],
  ['an empty state', '/callback?code=c&state=', {}, 400],
  ['two states', `${GOOD}&state=${STATE}`, {}, 400],
  ['another state', `/callback?state=${STATE.replace('the', 'The')}`, {}, 400],
  ['an error with another state', '/callback?error=access_denied&state=other', {}, 400],
]

describe('what a redirect must be, wherever the browser is', () => {
  const ask = (...about: Parameters<typeof requestOf>) =>
    judge(requestOf(...about), ORIGIN, '/callback', STATE, undefined)

  it.each(JUNK)('%s is none', async (_, url, over, status) => {
    expect(await ask(url, over)).toBe(status)
  })

  it('the right path and the exact state, with a code or an error', async () => {
    expect(await ask(GOOD)).toBe('ours')
    expect(await ask(`/callback?error=access_denied&state=${STATE}`)).toBe('ours')
    expect(await ask(`${ORIGIN.origin}${GOOD}`)).toBe('ours')
  })
})

describe('where the browser was opened here', () => {
  let start: StartPages
  let lookups: unknown[]
  let isForeign: boolean
  beforeEach(() => {
    start = startPages(`${ORIGIN.origin}/callback`, new URL('https://idp.example/authorize'))
    lookups = []
    isForeign = false
  })
  const ask = (...about: Parameters<typeof requestOf>) =>
    judge(requestOf(...about), ORIGIN, '/callback', STATE, {
      start,
      async isForeign(connection) {
        lookups.push(connection)
        return isForeign
      },
    })

  it.each(JUNK)('%s costs no look at the table of sockets', async (_, url, over, status) => {
    expect(await ask(url, over)).toBe(status)
    expect(lookups).toEqual([])
  })

  it('its page leads on, and its answer is taken by the cookie from there', async () => {
    const onward = await ask(start.opened.pathname)
    expect(onward).toMatchObject({ location: 'https://idp.example/authorize' })
    const { cookie = '' } = onward as { cookie?: string }
    expect(await ask(GOOD, { cookie: cookie.split(';')[0] as string })).toBe('ours')
    expect(await ask(start.opened.pathname)).toBe('contested')
    expect(lookups).toEqual([SOCKET, SOCKET, SOCKET])
  })

  it('an answer without that cookie ends the sign-in', async () => {
    expect(await ask(GOOD)).toBe('untied')
    await ask(start.opened.pathname)
    expect(await ask(GOOD, { cookie: 'ls_auth_8765=guess' })).toBe('untied')
  })

  it('another user of the machine is turned away, and uses nothing up', async () => {
    isForeign = true
    expect([await ask(start.opened.pathname), await ask(GOOD)]).toEqual([403, 403])
    isForeign = false
    expect(await ask(start.opened.pathname)).toMatchObject({ cookie: expect.any(String) })
  })
})
