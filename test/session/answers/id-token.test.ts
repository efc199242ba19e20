import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  checkAccessTokenHash,
  checkIdTokenTimes,
  checkSameAudience,
  checkSamePerson,
  checkSameSubject,
  checkSubject,
} from '../../../src/session/answers/id-token.ts'
import { toldBy } from '../../told.ts'

const NOW = 1_800_000_000_000
const SECONDS = NOW / 1000
const say = (work: () => void) => toldBy(work)

describe('the times of an ID token', () => {
  const check = (claims: object, skew = 0, leeway = 60) =>
    checkIdTokenTimes({ iat: SECONDS, exp: SECONDS + 600, ...claims }, NOW, skew, leeway)

  it.each<[object, number]>([
    [{}, 0],
    [{ exp: SECONDS - 59 }, 0],
    [{ iat: SECONDS + 60 }, 0],
    [{ nbf: SECONDS + 60 }, 0],
    [{ nbf: undefined }, 0],
    [{ iat: SECONDS + 3600, exp: SECONDS + 4200 }, 3600],
    [{ iat: SECONDS - 3600, exp: SECONDS - 3000 }, -3600],
  ])('%j is good, the provider being %d s ahead', (claims, skew) => {
    expect(() => check(claims, skew)).not.toThrow()
  })

  it.each<[object, number, string]>([
    [{ exp: SECONDS - 60 }, 0, 'that has expired'],
    [{ exp: undefined }, 0, 'that has expired'],
    [{ exp: '1900000000' }, 0, 'that has expired'],
    [{ iat: SECONDS + 61 }, 0, 'issued in the future'],
    [{ iat: undefined }, 0, 'issued in the future'],
    [{ nbf: SECONDS + 61 }, 0, 'that is not valid yet'],
    [{ nbf: null }, 0, 'that is not valid yet'],
    [{ exp: SECONDS + 600 }, 3600, 'that has expired'],
    [{}, -3600, 'issued in the future'],
  ])('%j is not, the provider being %d s ahead: %s', async (claims, skew, words) => {
    expect((await say(() => check(claims, skew)))[0]).toBe(`refused: the provider sent an ID token ${words}`)
  })

  it('both clocks are told, where the provider tells its own', async () => {
    expect(await say(() => check({ iat: SECONDS + 100 }))).toEqual([
      'refused: the provider sent an ID token issued in the future',
      "Check the clock of this machine. If it's right, tell whoever runs the identity provider.",
      'this machine says 2027-01-15T08:00:00Z, the ID token was issued at 2027-01-15T08:01:40Z',
    ])
    expect(await say(() => check({ iat: undefined }, 30))).toEqual([
      'refused: the provider sent an ID token issued in the future',
      'Tell whoever runs the identity provider: the token does not fit its own clock.',
      'this machine says 2027-01-15T08:00:00Z',
      'the provider says 2027-01-15T08:00:30Z',
    ])
  })
})

describe('the subject of an ID token', () => {
  it('is a text that names somebody', async () => {
    expect(() => checkSubject({ sub: 'ada' })).not.toThrow()
    for (const sub of ['', undefined, 7, null, ['ada']])
      expect((await say(() => checkSubject({ sub })))[0]).toMatch(/^refused: .*; nothing was saved$/)
  })
})

describe('the hash of the access token in an ID token', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const idToken = (alg: string, at_hash: unknown) => `${part({ alg })}.${part({ at_hash })}.c2ln`
  const half = (hash: string) => {
    const whole = createHash(hash).update('token').digest()
    return whole.subarray(0, whole.length / 2).toString('base64url')
  }

  it.each([
    ['RS256', 'sha256'],
    ['PS384', 'sha384'],
    ['ES512', 'sha512'],
    ['EdDSA', 'sha512'],
    ['Ed25519', 'sha512'],
  ])('%s: %s', async (alg, hash) => {
    expect(() => checkAccessTokenHash(idToken(alg, half(hash)), 'token')).not.toThrow()
    expect(() => checkAccessTokenHash(idToken(alg, `${half(hash)}==`), 'token')).not.toThrow()
    expect(await say(() => checkAccessTokenHash(idToken(alg, half(hash)), 'another'))).toEqual([
      'refused: the ID token belongs to another access token (at_hash); nothing was saved',
      expect.any(String),
    ])
  })

  it.each(['none', 'HS256', 'RS1', 'RS2560', 'xRS256', 'EdDSA2'])('%s has none', async (alg) => {
    expect((await say(() => checkAccessTokenHash(idToken(alg, half('sha256')), 'token')))[0]).toBe(
      "refused: ls-auth does not accept the ID token's signature algorithm (alg)",
    )
  })

  it('may be missing (Core §3.1.3.6)', () => {
    expect(() => checkAccessTokenHash(idToken('none', undefined), 'token')).not.toThrow()
    expect(() => checkAccessTokenHash('opaque', 'token')).not.toThrow()
    expect(() => checkAccessTokenHash('a.b.c', 'token')).not.toThrow()
  })

  const [start, rest] = [half('sha256').slice(0, 5), half('sha256').slice(5)]
  it.each([null, 7, '', ['x'], half('sha512'), `${start}=${rest}`])('%j is another', async (at_hash) => {
    expect((await say(() => checkAccessTokenHash(idToken('RS256', at_hash), 'token')))[0]).toMatch(/at_hash/)
  })
})

describe('who a renewed access token is for', () => {
  it.each<[string | undefined, string | undefined, string | undefined, boolean]>([
    ['ada', 'ada', 'ada', true],
    ['ada', 'pairwise', 'pairwise', true],
    ['ada', 'pairwise', 'ada', true],
    ['ada', undefined, 'eve', true],
    ['ada', 'ada', undefined, true],
    [undefined, undefined, undefined, true],
    ['ada', 'ada', 'eve', false],
    [undefined, 'ada', 'eve', false],
  ])('ID token %s, before %s, now %s: %s', async (idToken, before, after, good) => {
    const work = () => checkSameSubject(idToken, before, after)
    if (good) return expect(work).not.toThrow()
    expect(await say(work)).toEqual([
      'refused: the provider answered for another account (access token); nothing was saved',
      'Sign in again: ls-auth login. If it happens again, tell whoever runs the identity provider.',
    ])
  })
})

describe('who a renewed ID token is about', () => {
  const before = { iss: 'i', sub: 'ada', aud: 'cli' }

  it.each<[object | undefined, object | undefined]>([
    [undefined, { sub: 'eve' }],
    [before, undefined],
    [before, { ...before, aud: ['other'] }],
  ])('%j, then %j', (then, now) => {
    expect(() => checkSamePerson(then as never, now as never)).not.toThrow()
  })

  it.each<object>([{ sub: 'eve' }, { iss: 'j' }, { sub: undefined }])('%j is another', async (over) => {
    expect(await say(() => checkSamePerson(before, { ...before, ...over }))).toEqual([
      'refused: the provider answered for another account; nothing was saved',
      'Sign in again: ls-auth login. If it happens again, tell whoever runs the identity provider.',
    ])
  })
})

describe('who a renewed ID token is for', () => {
  const before = { aud: 'cli' }
  const two = { aud: ['cli', 'other'] }

  it.each<[object | undefined, object | undefined, boolean]>([
    [undefined, before, false],
    [before, undefined, false],
    [before, before, false],
    [before, { aud: ['cli'] }, false],
    [before, { aud: ['cli', 'cli'] }, false],
    [two, { aud: ['other', 'cli'] }, false],
    [before, { aud: ['api', 'cli'] }, true],
  ])('%j, then %j', (then, now, forOtherApi) => {
    expect(() => checkSameAudience(then as never, now as never, forOtherApi)).not.toThrow()
  })

  it.each<[object, object, boolean, string, string]>([
    [before, { aud: 'other' }, false, 'cli', 'other'],
    [before, { aud: ['cli', 'api'] }, false, 'cli', 'cli api'],
    [before, { aud: undefined }, false, 'cli', 'undefined'],
    [before, { aud: ['api'] }, true, 'cli', 'api'],
    [two, { aud: ['cli', 'third'] }, false, 'cli other', 'cli third'],
    [two, { aud: ['cli'] }, false, 'cli other', 'cli'],
    [before, { aud: ['cli', '\u001b[2J'] }, false, 'cli', 'cli \\u{1b}[2J'],
  ])('%j, then %j (for another API: %s): told', async (then, now, forOtherApi, was, is) => {
    expect(await say(() => checkSameAudience(then as never, now as never, forOtherApi))).toEqual([
      'refused: the renewed ID token has another audience (aud), so ls-auth does not use it',
      'You stay signed in. Tell whoever runs the identity provider that a renewal must not change aud (OpenID Connect Core, section 12.2).',
      `aud before: ${was}`,
      `aud now: ${is}`,
    ])
  })
})
