import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Destination } from '../../src/api/destination.ts'
import { type ApiRequest, isAboutToken, openApi, target } from '../../src/api/request.ts'
import { authorizationValue } from '../../src/api/request-headers.ts'
import type { HttpAnswer, HttpRequest } from '../../src/ports/http.ts'
import { isLinear } from '../linear-time.ts'
import { toldBy } from '../told.ts'

const BASE = new URL('https://gw.acme.example/traces/')
const answer = (status: number, body = '{}', headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers,
  body: Buffer.from(body),
})

/** An API that gives these answers in turn, and what it was asked; `renewed`: the token after the first. */
function api(
  answers: readonly (HttpAnswer | Error)[],
  over: Partial<Destination> = {},
  renewed?: string | undefined,
  first = 'first-token',
) {
  const seen: HttpRequest[] = []
  const rejected: string[] = []
  let tokens = 0
  const send = openApi(
    {
      base: BASE,
      authorization: 'bearer',
      http: {
        async send(request) {
          const next = answers[seen.push(request) - 1]
          if (next === undefined) throw new Error('asked too often')
          if (next instanceof Error) throw next
          return next
        },
        certificateIssuer: async () => undefined,
        proxyOf: async () => undefined,
      },
      ...over,
    },
    {
      token: async () => {
        tokens++
        return first
      },
      async renew(token) {
        rejected.push(token)
        return renewed
      },
    },
  )
  return { send, seen, rejected, tokens: () => tokens }
}

describe('the value of Authorization', () => {
  it.each([
    ['bearer', 'Bearer t'],
    ['Bearer', 'Bearer t'],
    ['Token', 'Token t'],
    ['Api-Key {token}', 'Api-Key t'],
    ['{token}:{token}', 't:t'],
  ])('%s: %s', (scheme, value) => {
    expect(authorizationValue(scheme, 't')).toBe(value)
  })
})

describe('where a request goes', () => {
  it.each<[string, string, Pick<ApiRequest, 'path' | 'query'>, string]>([
    ['below the path of the base', 'https://a/b', { path: '/c' }, 'https://a/b/c'],
    ['with one slash between', 'https://a/b/', { path: '/c' }, 'https://a/b/c'],
    ['with a slash that was left out', 'https://a/b', { path: 'c' }, 'https://a/b/c'],
    ['with the slashes within the base', 'https://a/b/d', { path: '/c' }, 'https://a/b/d/c'],
    [
      'with its query',
      'https://a',
      { path: '/c', query: { q: 'x y&z', n: '1' } },
      'https://a/c?q=x+y%26z&n=1',
    ],
    [
      'with a name of its query more than once',
      'https://a',
      {
        path: '/c',
        query: [
          ['q', '1'],
          ['q', '2'],
        ],
      },
      'https://a/c?q=1&q=2',
    ],
    ['with a query as it is', 'https://a', { path: '/c', query: 'q=a%20b' }, 'https://a/c?q=a%20b'],
    [
      'with the query of the base',
      'https://a/?k=1',
      { path: '/c', query: { q: '2' } },
      'https://a/c?k=1&q=2',
    ],
    ['never to another host', 'https://a', { path: '//evil.example/c' }, 'https://a//evil.example/c'],
  ])('%s', (_, base, request, url) => {
    expect(target(new URL(base), request).href).toBe(url)
  })

  it('is always the origin of the base, whatever the path', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '@',
      ':',
      '?',
      '#',
      '..',
      '%2f',
      'evil.example',
      'https:',
      '\t',
      '8080',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((all) => all.join('')),
        ),
        (path) => {
          const url = target(BASE, { path })
          expect(url.origin).toBe(BASE.origin)
          expect(url.username + url.password).toBe('')
        },
      ),
    )
  })
})

describe('what is sent', () => {
  it('a plain question', async () => {
    const { send, seen } = api([answer(200)])
    await send({ path: '/x' })
    expect(seen).toStrictEqual([
      {
        method: 'GET',
        url: new URL('https://gw.acme.example/traces/x'),
        headers: {
          accept: 'application/json',
          'accept-encoding': 'gzip, br',
          authorization: 'Bearer first-token',
        },
        maxBytes: 256 * 1024 * 1024,
      },
    ])
  })

  it('a question with all that a back end may say', async () => {
    const { send, seen } = api([answer(200)])
    await send({
      method: 'POST',
      path: '/x',
      accept: 'text/csv',
      headers: { 'x-scope-orgid': 'acme', authorization: 'Basic mine', 'content-type': 'text/plain' },
      body: '{"q":1}',
      maxBytes: 10,
    })
    expect(seen[0]).toMatchObject({ method: 'POST', body: '{"q":1}', maxBytes: 10 })
    expect(seen[0]?.headers).toEqual({
      'x-scope-orgid': 'acme',
      accept: 'text/csv',
      'accept-encoding': 'gzip, br',
      authorization: 'Bearer first-token',
      'content-type': 'text/plain',
    })
  })

  it('a body is JSON where nobody says what it is', async () => {
    const { send, seen } = api([answer(200)])
    await send({ method: 'POST', path: '/x', body: '{}' })
    expect(seen[0]?.headers?.['content-type']).toBe('application/json')
  })

  it.each(['none', 'NONE'])(
    'no token at all for authorization = "%s", not even after a 401',
    async (authorization) => {
      const { send, seen, rejected, tokens } = api([answer(401)], { authorization }, 'second-token')
      expect(await toldBy(() => send({ path: '/x' }))).toEqual([
        'not-allowed: gw.acme.example wants a token (HTTP 401)',
        'This API wants a token, and you sent none. Sign in: ls-auth login https://gw.acme.example/traces',
      ])
      expect(seen).toHaveLength(1)
      expect(seen[0]?.headers).not.toHaveProperty('authorization')
      expect({ rejected, tokens: tokens() }).toEqual({ rejected: [], tokens: 0 })
    },
  )
})

describe('after a 401', () => {
  it('the request is sent once more with another token', async () => {
    const { send, seen, rejected } = api([answer(401), answer(200, '[1]')], {}, 'second-token')
    expect((await send({ path: '/x' })).json()).toEqual([1])
    expect(rejected).toEqual(['first-token'])
    expect(seen.map(({ headers }) => headers?.authorization)).toEqual([
      'Bearer first-token',
      'Bearer second-token',
    ])
  })

  it('never a third time', async () => {
    const { send, seen } = api([answer(401), answer(401, 'not second-token')], {}, 'second-token')
    expect(await toldBy(() => send({ path: '/x' }))).toContain(
      'not-allowed: gw.acme.example did not accept the token (HTTP 401)',
    )
    expect(seen).toHaveLength(2)
  })

  it('without another token it is the answer', async () => {
    const { send, seen } = api([answer(401)])
    expect(await toldBy(() => send({ path: '/x' }))).toContain(
      'not-allowed: gw.acme.example did not accept the token (HTTP 401)',
    )
    expect(seen).toHaveLength(1)
  })

  it.each([403, 404, 500])('only: no new token for %i', async (status) => {
    const { send, rejected } = api([answer(status)], {}, 'second-token')
    await send({ path: '/x', answers: [403, 500] })
    expect(rejected).toEqual([])
  })
})

describe('a proof of a key that was refused', () => {
  /** Of a token that is bound to a key: another proof may be made so many times. */
  const proofs = (again: number) => {
    const learnt: [string, number][] = []
    const taken = {
      bind: () => {},
      headers: async () => ({ authorization: 'DPoP first-token', dpop: `proof ${learnt.length}` }),
      lesson: () => ({}),
      learn: (token: string, { status }: { status: number }) => learnt.push([token, status]) <= again,
    }
    return { learnt, proofs: taken }
  }
  const nonce = answer(401, '', { 'www-authenticate': 'DPoP error="use_dpop_nonce"' })

  it('is made anew once', async () => {
    const { proofs: taken, learnt } = proofs(9)
    const { send, seen } = api([nonce, answer(200, '[1]')], { proofs: taken })
    expect((await send({ path: '/x' })).json()).toEqual([1])
    expect(seen.map(({ headers }) => headers?.dpop)).toEqual(['proof 0', 'proof 1'])
    expect(learnt).toEqual([
      ['first-token', 401],
      ['first-token', 200],
    ])
  })

  it('and not where it was not refused', async () => {
    const { send, seen } = api([answer(200)], { proofs: proofs(0).proofs })
    await send({ path: '/x' })
    expect(seen).toHaveLength(1)
  })

  it('none is made where no token is sent', async () => {
    const { proofs: taken, learnt } = proofs(9)
    const { send, seen } = api([answer(200)], { proofs: taken, authorization: 'none' })
    await send({ path: '/x' })
    expect({ asked: seen.length, learnt }).toEqual({ asked: 1, learnt: [] })
  })
})

it.each([
  ['Bearer error="invalid_token"', true],
  [['Bearer error=insufficient_claims', 'DPoP algs="ES256"'], false],
  ['DPoP error="use_dpop_nonce"', false],
])('another token may mend %j: %s', (challenge, may) => {
  expect(isAboutToken({ 'www-authenticate': challenge })).toBe(may)
})

describe('a token that a server sends back', () => {
  const echo = answer(400, 'bad token first-token, first-token', { 'x-seen': 'first-token' })

  it('is taken out of an error', async () => {
    const { failure, body, headers } = await api([echo]).send({ path: '/x', answers: [400] })
    expect(failure?.detail).toEqual(['server: bad token [token], [token]'])
    expect(body.toString()).toBe('bad token [token], [token]')
    expect(headers).toEqual({ 'x-seen': '[token]' })
  })

  const [JWT, PART] = ['eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln', 'eyJhbGciOiJub25lIn0']
  it.each([
    [`not ${JWT}!`, 'not [token]!', 'not [token]!'],
    [`not ${PART}.!`, 'not [token]!', 'not [token]!'],
    // In a header it may be the claims of a challenge.
    [`not ${PART}!`, 'not [token]!', `not ${PART}!`],
    ['eyJ, heyJhbGciOiJub25lIn0.a', 'eyJ, heyJhbGciOiJub25lIn0.a', 'eyJ, heyJhbGciOiJub25lIn0.a'],
  ])('and so is another one, or its first part: %s', async (text, inBody, inHeader) => {
    const given = await api([answer(400, text, { 'x-seen': text })]).send({ path: '/x', answers: [400] })
    expect(given.body.toString()).toBe(inBody)
    expect(given.headers).toEqual({ 'x-seen': inHeader })
  })

  it.each([
    [299, 'xxxxxxxxxxx'],
    [300, '[token]'],
  ])('also in a good answer, where no length changes: %i', async (status, shown) => {
    const given = await api([answer(status, 'first-token')]).send({ path: '/x', answers: [300] })
    expect(given.body.toString()).toBe(shown)
  })

  /** With signs of every kind that a token may hold. */
  const OPAQUE = 'a/b+c<d=\\e$.f'

  it.each([
    ['as it is', OPAQUE],
    ['with its slashes escaped, as PHP writes JSON', 'a\\/b+c<d=\\\\e$.f'],
    ['with its signs as codes, as .NET and Go do', 'a\\u002Fb\\u002bc\\u003cd\\u003D\\\\e\\u0024\\u002ef'],
    ['in JSON that is a text within JSON', 'a\\\\/b\\\\u002bc\\\\u003Cd=\\\\\\\\e$.f'],
    ['in a URL', 'a%2Fb%2bc%3Cd%3D%5Ce%24.f'],
  ])('%s', async (_, written) => {
    const text = `{"m":"not ${written} a.b"}`
    const given = await api([answer(400, text, { 'x-seen': text })], {}, undefined, OPAQUE).send({
      path: '/x',
      answers: [400],
    })
    expect(given.body.toString()).toBe('{"m":"not [token] a.b"}')
    expect(given.headers).toEqual({ 'x-seen': '{"m":"not [token] a.b"}' })
  })

  it('in linear time, however many of its beginnings stand in an answer', async () => {
    for (const begin of ['+/', 'a/']) {
      const read = (share: number) => {
        const many = 'a\\/'.repeat(share * 40_000) + '\\'.repeat(share * 40_000)
        return api([answer(400, many)], {}, undefined, `${begin.repeat(500)}+`).send({
          path: '/x',
          answers: [400],
        })
      }
      expect(await isLinear(read)).toBe(true)
    }
  })

  it('and nothing is taken out where none was sent', async () => {
    const given = await api([answer(400, 'first-token is undefined')], { authorization: 'none' }).send({
      path: '/x',
      answers: [400],
    })
    expect(given.body.toString()).toBe('first-token is undefined')
  })
})
