import { describe, expect, it } from 'vitest'
import type { HttpAnswer } from '../../../src/ports/http.ts'
import {
  bringsTokens,
  checkTokenCharacters,
  checkTokenType,
  refreshTokenIn,
  withoutEncoding,
  withPlainError,
} from '../../../src/session/answers/token-answer.ts'
import { toldBy } from '../../told.ts'

const check = (id_token: string | undefined) => checkTokenCharacters({ access_token: 'opaque', id_token })

it.each([undefined, 'a.b.c', 'a.b.', 'a.b.c.d.e', 'eyJ.key.iv.text.tag', 'eyJ-_9.e30.'])(
  '%j is an ID token',
  (token) => {
    expect(() => check(token)).not.toThrow()
  },
)

it.each(['', 'a', 'a.b', 'a.b.c.d', 'a.b.c.d.e.f', 'a.b.c\n', 'a.b\r\n.c', 'a.b=.c', 'a.+.c', 'a.\u202e.c'])(
  '%j is none',
  (token) => {
    expect(() => check(token)).toThrow(/an ID token with characters/)
  },
)

it.each(['opaque', 'a.b', '~+/-_.9==', 'eyJhbGciOiJub25lIn0.e30.'])('%j is an access token', (token) => {
  expect(() => checkTokenCharacters({ access_token: token })).not.toThrow()
})

it.each(['', 'a b', 'a\n', '\u001b[2J', 'ä', '=a', 'a,b'])(
  '%j is no access token, and is not quoted',
  (token) => {
    const words = 'the provider sent an access token with characters that no token has; nothing was saved'
    expect(() => checkTokenCharacters({ access_token: token })).toThrow(
      expect.objectContaining({ code: 'refused', message: words }),
    )
  },
)

it('of two bad tokens the access token is named, and an ID token that is bad by itself', async () => {
  const [words] = await toldBy(() => checkTokenCharacters({ access_token: '', id_token: '' }))
  expect(words).toContain('an access token')
  expect(await toldBy(() => check(''))).toEqual([
    'refused: the provider sent an ID token with characters that no token has; nothing was saved',
    expect.any(String),
  ])
})

describe('the type of a token', () => {
  it.each(['Bearer', 'bearer', 'BEARER'])('%s can be used', (type) => {
    expect(() => checkTokenType(type)).not.toThrow()
  })

  it.each([
    ['DPoP', undefined],
    ['dpop', undefined],
    ['Bearer', /^refused: the provider sent a plain bearer token, although dpop = true/],
    ['mac', /^refused: the token response has a token type ls-auth cannot use/],
  ])('%s, where a token was to be bound to a key', async (type, refusal) => {
    if (refusal === undefined) expect(() => checkTokenType(type, 'dpop')).not.toThrow()
    else expect((await toldBy(() => checkTokenType(type, 'dpop')))[0]).toMatch(refusal)
  })

  it.each(['DPoP', 'mac', '', 'N_A', 'bearer '])('%j cannot', async (type) => {
    expect((await toldBy(() => checkTokenType(type)))[0]).toBe(
      'refused: the token response has a token type ls-auth cannot use; nothing was saved',
    )
  })
})

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  ({
    status,
    headers,
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  }) as HttpAnswer

describe('tokens in an answer that may be bad otherwise, so that they can be revoked', () => {
  it.each<[string, number, unknown, string | undefined, boolean]>([
    ['both', 200, { access_token: 'a', refresh_token: 'r' }, 'r', true],
    ['a refresh token alone', 200, { refresh_token: 'r' }, 'r', true],
    ['an access token alone', 200, { access_token: 'a' }, undefined, true],
    ['tokens of a wrong shape', 200, { access_token: 7, refresh_token: ['r'] }, undefined, false],
    ['none', 200, {}, undefined, false],
    ['no JSON', 200, 'x', undefined, false],
    ['a refusal that holds some', 400, { access_token: 'a', refresh_token: 'r' }, undefined, false],
  ])('%s', (_, status, body, refresh, brings) => {
    expect(refreshTokenIn(answer(status, body))).toBe(refresh)
    expect(bringsTokens(answer(status, body))).toBe(brings)
  })
})

describe('a refusal', () => {
  const CHALLENGE = { 'www-authenticate': 'Basic realm="x"', date: 'today', 'content-type': 'text/html' }
  const refused = (status: number, body: unknown) => withPlainError(answer(status, body, CHALLENGE))

  it.each([
    [200, 400],
    [400, 400],
    [401, 401],
    [499, 499],
  ])(
    'of status %i is read as one of %i, in JSON, without the challenge that would hide it',
    (status, read) => {
      const body = { error: 'invalid_client' }
      expect(refused(status, body)).toEqual(
        answer(read, body, { date: 'today', 'content-type': 'application/json' }),
      )
    },
  )

  it.each<[string, number, unknown]>([
    ['another status', 500, { error: 'x' }],
    ['a redirect', 302, { error: 'x' }],
    ['a status below', 399, { error: 'x' }],
    ['an empty error', 400, { error: '' }],
    ['an error that is no text', 400, { error: 7 }],
    ['none', 400, {}],
    ['no JSON', 400, 'x'],
    ['a token beside it', 200, { error: 'x', access_token: 'a' }],
  ])('is none where the answer has %s: only the challenge is left out', (_, status, body) => {
    expect(refused(status, body)).toEqual(
      answer(status, body, { date: 'today', 'content-type': 'text/html' }),
    )
  })
})

it('headers about the encoding are left out, for the body is decoded already', () => {
  const headers = {
    'content-encoding': 'gzip',
    'content-length': '7',
    'transfer-encoding': 'chunked',
    date: 'x',
  }
  expect(withoutEncoding(headers)).toEqual({ date: 'x' })
})
