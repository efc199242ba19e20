import { describe, expect, it } from 'vitest'
import { startPages } from '../../../src/session/flow/callback.ts'

const TARGET = new URL('https://idp.example/authorize?state=s')
const REDIRECT = 'http://127.0.0.1:8765/callback'

function openPages(redirectUri = REDIRECT) {
  const pages = startPages(redirectUri, TARGET)
  const visit = (page: URL, cookie?: string, headers: Record<string, string> = {}) =>
    pages.visit(page.pathname, { ...headers, ...(cookie !== undefined && { cookie }) })
  /** A visit of a browser without a cookie, which gets one. */
  const enter = (page: URL): string => {
    const answer = visit(page)
    if (typeof answer !== 'object' || answer.cookie === undefined) throw new Error(`it got ${answer}`)
    return answer.cookie.split(';')[0] as string
  }
  return { ...pages, visit, enter }
}
it('pages that tie nothing lead on, and leave every browser as it is', () => {
  const { printed, visit, isTied } = startPages(REDIRECT, TARGET, false)
  expect(visit(printed.pathname, {})).toEqual({ location: TARGET.href })
  expect(visit(`${printed.pathname}x`, {})).toBe(404)
  expect(isTied({})).toBe(true)
})

const ONWARD = { location: TARGET.href }

describe('the pages that lead to the provider', () => {
  it.each([
    ['http://127.0.0.1:8765/callback', '/callback/start/'],
    ['http://127.0.0.1:8765/callback/', '/callback/start/'],
    ['http://127.0.0.1:8765', '/start/'],
  ])('lie below the path of %s, under names that cannot be guessed', (redirectUri, below) => {
    const { opened, printed } = openPages(redirectUri)
    for (const page of [opened, printed]) {
      expect(page.origin).toBe('http://127.0.0.1:8765')
      expect(page.pathname.slice(0, below.length)).toBe(below)
      expect(page.pathname.slice(below.length)).toMatch(/^[\w-]{32}$/)
    }
    expect(opened.href).not.toBe(printed.href)
    expect(openPages(redirectUri).opened.href).not.toBe(opened.href)
  })

  it('are known by their whole path', () => {
    const { opened, printed, has, visit } = openPages()
    expect([has(opened.pathname), has(printed.pathname)]).toEqual([true, true])
    for (const other of [
      '/callback',
      '/callback/start/',
      `${opened.pathname}x`,
      opened.pathname.slice(0, -1),
    ]) {
      expect(has(other)).toBe(false)
      expect(visit(new URL(other, opened))).toBe(404)
    }
  })
})

describe('a browser', () => {
  it('is led on with a cookie for the callback, kept from scripts and from other sites', () => {
    const { opened, visit } = openPages()
    expect(visit(opened)).toEqual({
      ...ONWARD,
      cookie: expect.stringMatching(
        /^ls_auth_8765=[\w-]{32}; Path=\/callback; Max-Age=300; HttpOnly; SameSite=Lax$/,
      ),
    })
  })

  it('that comes again with its cookie is led on, to either page', () => {
    const { opened, printed, visit, enter } = openPages()
    const cookie = enter(opened)
    expect(visit(opened, cookie)).toEqual(ONWARD)
    expect(visit(printed, `theme=dark; ${cookie}; a=b`)).toEqual(ONWARD)
    expect(visit(new URL('/callback/start/guess', opened), cookie)).toBe(404)
  })

  it.each(['opened', 'printed'] as const)('that is the second at the %s page contests it', (name) => {
    const pages = openPages()
    const cookie = pages.enter(pages[name])
    expect(pages.visit(pages[name])).toBe('contested')
    expect(pages.isTied({ cookie }), 'the first is not let go').toBe(true)
  })

  it('at the printed page takes over from one that the person does not see', () => {
    const { opened, printed, visit, enter, isTied } = openPages()
    const hidden = enter(opened)
    const seen = enter(printed)
    expect(seen).not.toBe(hidden)
    expect([isTied({ cookie: hidden }), isTied({ cookie: seen })]).toEqual([false, true])
    expect(visit(opened, hidden)).toBe(404)
    expect(visit(opened)).toBe(404)
    expect(visit(opened, seen)).toEqual(ONWARD)
  })

  it.each<[string, Record<string, string>]>([
    ['today', { 'sec-purpose': 'prefetch;prerender' }],
    ['in older browsers', { purpose: 'prefetch' }],
  ])('that looks ahead (%s) is tied to nothing and contests nothing', (_, headers) => {
    const { opened, visit, enter } = openPages()
    expect(visit(opened, undefined, headers)).toBe(503)
    const cookie = enter(opened)
    expect(visit(opened, undefined, headers)).toBe(503)
    expect(visit(opened, cookie, headers)).toBe(503)
    expect(visit(opened, cookie, { purpose: 'navigate' })).toEqual(ONWARD)
  })

  it('is known by its cookie alone', () => {
    const { opened, enter, isTied } = openPages()
    const before = ['', 'ls_auth_8765=', 'ls_auth_8765=undefined', undefined]
    for (const cookie of before) expect(isTied(cookie === undefined ? {} : { cookie })).toBe(false)
    const cookie = enter(opened)
    expect(isTied({ cookie })).toBe(true)
    expect(isTied({ cookie: `ls_auth_8766=x; ${cookie}` })).toBe(true)
    const value = cookie.slice('ls_auth_8765='.length)
    const wrong = [
      `ls_auth_8766=${value}`,
      `x${cookie}`,
      `${cookie}x`,
      cookie.slice(0, -1),
      value,
      `a=1;${cookie}`,
    ]
    for (const other of [...before, ...wrong])
      expect(isTied(other === undefined ? {} : { cookie: other })).toBe(false)
  })
})
