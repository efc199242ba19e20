import { expect, it } from 'vitest'
import { readRateLimit } from '../../src/api/rate-limit.ts'

const NOW = Date.parse('2026-11-25T09:00:00Z')

it.each<[Record<string, string>, ReturnType<typeof readRateLimit>]>([
  [{}, {}],
  [
    { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3' },
    { limit: 100, remaining: 0, resetMilliseconds: 3000 },
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
  [{ 'retry-after': 'soon', 'x-ratelimit-remaining': '-1', 'x-ratelimit-reset': '1.5' }, {}],
])('%o', (headers, limit) => {
  expect(readRateLimit(headers, NOW)).toStrictEqual(limit)
})
