import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { storedTokens } from '../../../src/session/protocol/tokens.ts'
import {
  earlierAttempt,
  findFresh,
  findValid,
  isPlain,
  matches,
  sameSlot,
  secondsLeft,
  tokenHash,
  type Want,
  whyEnded,
} from '../../../src/session/renewal/freshness.ts'
import type { SessionBody, StoredToken } from '../../../src/session/store/session-file.ts'

const NOW = 1_800_000_000_000
const PLAIN = { use: 'access', audience: '', scopes: '' } as const
const SLOTS = [{ use: 'id' as const }, { audience: 'api' }, { scopes: 'openid' }]
const token = (over: Partial<StoredToken> = {}): StoredToken => ({
  ...PLAIN,
  value: 'the-token',
  receivedAt: NOW,
  expiresIn: 3600,
  ...over,
})
const body = (...tokens: StoredToken[]): SessionBody => ({ tokens, skewSeconds: 0, signedInAt: NOW })

describe('a token fits', () => {
  it('its own use, audience and scopes alone', () => {
    expect(matches(token(), PLAIN)).toBe(true)
    expect(sameSlot(token(), token({ value: 'another' }))).toBe(true)
    expect(isPlain(PLAIN)).toBe(true)
    for (const other of SLOTS) {
      expect(matches(token(other), PLAIN)).toBe(false)
      expect(matches(token(), { ...PLAIN, ...other })).toBe(false)
      expect(sameSlot(token(), token(other))).toBe(false)
      expect(isPlain({ ...PLAIN, ...other })).toBe('use' in other)
    }
  })

  it('until the API has refused it', () => {
    expect(tokenHash('the-token')).toBe(createHash('sha256').update('the-token').digest('base64url'))
    expect(matches(token(), { ...PLAIN, rejectedHash: tokenHash('the-token') })).toBe(false)
    expect(matches(token(), { ...PLAIN, rejectedHash: tokenHash('another') })).toBe(true)
  })
})

describe('what is left of a token', () => {
  it.each([
    [0, 3600],
    [1_500, 3598.5],
    [3_600_000, 0],
    [4_000_000, -400],
    [-60_000, 3660],
    [-60_001, 0],
  ])('%i ms after it came: %d s', (passed, left) => {
    expect(secondsLeft(token(), NOW + passed)).toBe(left)
  })

  it.each<[Partial<StoredToken>, Partial<Want>, number, boolean]>([
    [{}, {}, 3539, true],
    [{}, {}, 3540, false],
    [{ expiresIn: 100 }, {}, 89, true],
    [{ expiresIn: 100 }, {}, 90, false],
    [{}, { minTtlSeconds: 600 }, 2999, true],
    [{}, { minTtlSeconds: 600 }, 3000, false],
    [{}, { minTtlSeconds: 0 }, 3599, true],
    [{}, { minTtlSeconds: 0 }, 3600, false],
    [{ use: 'id' }, {}, 0, false],
  ])('%j for %j, %i s later: fresh is %s', (over, want, seconds, fresh) => {
    const held = body(token({ audience: 'other' }), token(over))
    expect(findFresh(held, { ...PLAIN, ...want }, NOW + seconds * 1000) === held.tokens[1]).toBe(fresh)
  })

  it.each([
    [3598, true],
    [3599, false],
  ])('after %i s it is still valid: %s', (seconds, valid) => {
    const held = body(token({ scopes: 'x' }), token())
    expect(findValid(held, PLAIN, NOW + seconds * 1000) === held.tokens[1]).toBe(valid)
  })
})

describe('what became of an earlier renewal', () => {
  const hash = createHash('sha256').update('refresh').digest('base64url')
  it.each([
    [undefined, undefined],
    [{ hash: 'of another token', at: 1 }, undefined],
    [{ hash, at: 1 }, 'interrupted'],
    [{ hash, at: 1, outcome: 'failed' as const }, 'failed'],
    [{ hash, at: 1, outcome: 'unexplained' as const }, 'unexplained'],
    [{ hash, at: 1, outcome: 'lost' as const }, 'lost'],
    [{ hash, at: 1, outcome: 'perhaps-spent' as const }, 'perhaps-spent'],
  ])('%j: %s', (attempt, outcome) => {
    expect(earlierAttempt(attempt === undefined ? {} : { attempt }, 'refresh')).toBe(outcome)
  })

  it.each([
    ['interrupted', 'dead-token', 'an earlier renewal was interrupted and its answer lost'],
    ['interrupted', 'none', 'an earlier renewal was interrupted and its answer lost'],
    ['lost', undefined, 'an earlier renewal was interrupted and its answer lost'],
    ['failed', 'given', 'the provider refused to renew it'],
    [undefined, 'given', 'the provider refused to renew it'],
    [
      ...(['perhaps-spent', 'given'] as const),
      'the provider refused to renew it; an earlier request for another audience may have used it up',
    ],
    ['another-person', undefined, 'a renewal returned another account'],
    ['unexplained', 'none', 'the provider did not renew it and gave no reason'],
  ] as const)('as told to the person (%s, reason: %s)', (earlier, reason, words) => {
    expect(whyEnded(earlier, reason)).toBe(`your sign-in has ended: ${words}`)
  })
})

describe('the tokens of an answer, as they are kept', () => {
  const answer = { accessToken: 'a', idToken: 'i', receivedAt: NOW, expiresIn: 600, skewSeconds: 0 }
  const kept = (over: object, slot?: { audience: string; scopes: string }) =>
    storedTokens({ ...answer, ...over } as never, slot)
  const access = { ...PLAIN, value: 'a', receivedAt: NOW, expiresIn: 600 }

  it('both, the ID token for as long as it says itself', () => {
    expect(kept({ idClaims: { iat: NOW / 1000, exp: NOW / 1000 + 900 } })).toEqual([
      access,
      { ...PLAIN, use: 'id', value: 'i', receivedAt: NOW, expiresIn: 900 },
    ])
    expect(kept({ idToken: undefined }, { audience: 'api', scopes: 's' })).toEqual([
      { ...access, audience: 'api', scopes: 's' },
    ])
  })

  it.each([
    ['that was issued a while ago', -300, 8, 0, 8],
    ['by a clock that is ahead of this one', 100, 700, 100, 600],
    ['by a clock that is behind this one', -100, 500, -100, 600],
    ['by a clock that is ahead, without a word about it', 100, 700, 0, 600],
    ['that has run out within the leeway', -300, -20, 0, 0],
  ])('an ID token %s', (_, issued, ends, skewSeconds, expiresIn) => {
    const idClaims = { iat: NOW / 1000 + issued, exp: NOW / 1000 + ends }
    expect(kept({ idClaims, skewSeconds })[1]).toMatchObject({ use: 'id', expiresIn })
  })

  it.each([
    {},
    { idClaims: {} },
    { idClaims: { iat: 1 } },
    { idClaims: { exp: 1 } },
    { idClaims: { iat: '1', exp: 2 } },
    { idToken: undefined, idClaims: { iat: 1, exp: 2 } },
  ])('the access token alone: %j', (over) => {
    expect(kept(over)).toEqual([access])
  })
})
