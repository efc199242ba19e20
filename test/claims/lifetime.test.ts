import { describe, expect, it } from 'vitest'
import { normalise } from '../../src/claims/normalise.ts'
import { judgeLifetime, type LifetimeLimits } from '../../src/claims/policy.ts'
import { instant } from '../../src/text/duration.ts'
import { inWords } from './in-words.ts'

const NOW = 1_800_000_000_000
const SECONDS = NOW / 1000

const findings = (payload: Record<string, unknown>, limits: LifetimeLimits = {}) =>
  judgeLifetime(normalise(payload, { kind: 'access' }), limits, NOW).map(inWords)

describe('the times of a token, in words', () => {
  it('all of them', () => {
    const limits = { leewaySeconds: 120, minTtlSeconds: 300, maxTokenLifetimeSeconds: 3600 }
    expect(findings({ iat: SECONDS - 600, nbf: SECONDS - 600, exp: SECONDS + 600.5 }, limits)).toStrictEqual([
      {
        assertion: 'not expired',
        expected: 'expiry after 2027-01-15T07:58:00Z',
        actual: '2027-01-15T08:10:00Z',
        verdict: 'pass',
        source: 'exp',
      },
      {
        assertion: 'already valid',
        expected: 'start before 2027-01-15T08:02:00Z',
        actual: '2027-01-15T07:50:00Z',
        verdict: 'pass',
        source: 'nbf',
      },
      {
        assertion: 'time left',
        expected: 'at least 5m',
        actual: '10m',
        verdict: 'pass',
        source: 'exp',
      },
      {
        assertion: 'token lifetime',
        expected: 'at most 1h',
        actual: '20m 1s',
        verdict: 'pass',
        source: 'exp - iat',
      },
    ])
  })

  it('an nbf of null says that there is none', () => {
    expect(findings({ nbf: null, exp: SECONDS + 60 })).toMatchObject([{ assertion: 'not expired' }])
  })

  it.each([String(SECONDS + 600), '0x7fffffff', true, Number.POSITIVE_INFINITY])(
    'an exp that is no number (%j) says nothing, whatever the token response says: an ID token or a gateway is as strict',
    (exp) => {
      const identity = normalise({ exp }, { kind: 'access', responseExpiry: SECONDS + 600 })
      expect(judgeLifetime(identity, { minTtlSeconds: 1 }, NOW)).toMatchObject([
        { assertion: 'not expired', actual: 'not a time', verdict: 'unknown' },
        { assertion: 'time left', verdict: 'unknown' },
      ])
    },
  )

  it('none of them', () => {
    const unsaid = { actual: 'unknown', verdict: 'unknown', reason: 'claim-absent' }
    expect(findings({}, { minTtlSeconds: 300, maxTokenLifetimeSeconds: 3600 })).toStrictEqual([
      { assertion: 'not expired', expected: 'expiry after 2027-01-15T07:59:00Z', ...unsaid },
      { assertion: 'time left', expected: 'at least 5m', ...unsaid },
      { assertion: 'token lifetime', expected: 'at most 1h', ...unsaid },
    ])
  })

  it.each([
    [{ iat: 100, exp: 100 }, 'pass'],
    [{ iat: 101, exp: 100 }, 'fail'],
    [{ exp: 100 }, 'unknown'],
    [{ iat: 100 }, 'unknown'],
  ])('a life from %j: %s', (payload, verdict) => {
    const [, lifetime] = findings(payload as Record<string, number>, { maxTokenLifetimeSeconds: 0 })
    expect(lifetime?.verdict).toBe(verdict)
  })
})

describe('an instant', () => {
  it.each([
    [0, '1970-01-01T00:00:00Z'],
    [1.9, '1970-01-01T00:00:01Z'],
    [-1.9, '1969-12-31T23:59:59Z'],
    [8.64e12, '+275760-09-13T00:00:00Z'],
    [8.64e12 + 1, '8640000000001'],
    [-8.64e12 - 1, '-8640000000001'],
  ])('%d is %s', (seconds, text) => {
    expect(instant(seconds)).toBe(text)
  })
})
