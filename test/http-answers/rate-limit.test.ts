import { expect, it } from 'vitest'
import { readRateLimit } from '../../src/http-answers/rate-limit.ts'

const NOW = Date.parse('2026-11-25T09:00:00Z')

it.each<[Record<string, string>, ReturnType<typeof readRateLimit>]>([
  [{}, {}],
  [
    { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3' },
    { limit: 100, remaining: 0, resetMilliseconds: 3000 },
  ],
  // As Okta spells them (developer.okta.com/docs/reference/rl-best-practices): the reset is a date.
  [
    {
      'x-rate-limit-limit': '600',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': String(NOW / 1000 + 42),
    },
    { limit: 600, remaining: 0, resetMilliseconds: 42_000 },
  ],
  // A date in place of a time to wait.
  [{ 'x-ratelimit-reset': String(NOW / 1000 + 60) }, { resetMilliseconds: 60_000 }],
  [{ 'x-ratelimit-reset': String(NOW + 60_000) }, { resetMilliseconds: 60_000 }],
  [{ 'x-ratelimit-reset': '1000000000000' }, { resetMilliseconds: 0 }],
  [{ 'x-ratelimit-reset': String(NOW / 1000 - 60) }, { resetMilliseconds: 0 }],
  [
    { 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '99', 'ratelimit-reset': '54' },
    { limit: 100, remaining: 99, resetMilliseconds: 54_000 },
  ],
  [
    { ratelimit: 'limit=100, remaining=80, reset=54' },
    { limit: 100, remaining: 80, resetMilliseconds: 54_000 },
  ],
  [{ ratelimit: '"default";r=80;t=54' }, { remaining: 80, resetMilliseconds: 54_000 }],
  [{ ratelimit: '"default";q=100;r=80' }, { limit: 100, remaining: 80 }],
  [{ ratelimit: 'LIMIT=100' }, { limit: 100 }],
  // The first second that counts as a date: long ago.
  [{ 'x-ratelimit-reset': '1000000000' }, { resetMilliseconds: 0 }],
  [{ 'retry-after': '7' }, { retryMilliseconds: 7000 }],
  [{ 'retry-after': 'Wed, 25 Nov 2026 09:00:30 GMT' }, { retryMilliseconds: 30_000 }],
  [{ 'retry-after': 'Wed, 25 Nov 2026 08:00:00 GMT' }, { retryMilliseconds: 0 }],
  [{ 'retry-after': '7, 7' }, { retryMilliseconds: 7000 }],
  // The clock of the server, where it is known: that of this machine may be wrong.
  [
    { date: 'Wed, 25 Nov 2026 07:00:00 GMT', 'retry-after': 'Wed, 25 Nov 2026 07:00:30 GMT' },
    { retryMilliseconds: 30_000 },
  ],
  [{ date: 'today', 'retry-after': 'Wed, 25 Nov 2026 09:00:30 GMT' }, { retryMilliseconds: 30_000 }],
  // No time and no date, though a lenient reader of dates finds one.
  [{ 'retry-after': '7 s' }, {}],
  [{ 'retry-after': 'soon 7' }, {}],
  [{ 'retry-after': 'soon', 'x-ratelimit-remaining': '-1', 'x-ratelimit-reset': '1.5' }, {}],
])('%o', (headers, limit) => {
  expect(readRateLimit(headers, NOW)).toStrictEqual(limit)
})

it('without any clock a date is no time to wait, and a number is one', () => {
  const date = 'Wed, 25 Nov 2026 09:00:30 GMT'
  expect(readRateLimit({ 'retry-after': date, 'x-ratelimit-reset': '2000000000' })).toStrictEqual({})
  expect(readRateLimit({ 'retry-after': '7' })).toStrictEqual({ retryMilliseconds: 7000 })
})
