import { expect, it } from 'vitest'
import { moreTraces } from '../../src/commands/trace/found/read-found.ts'
import { largerLimit } from '../../src/commands/trace/search-filter.ts'

it.each([
  [1, 5],
  [20, 100],
  [2000, 10_000],
  [2001, 10_000],
  [9999, 10_000],
  [10_000, undefined],
])('where a search has stopped at %d, the next limit is %s', (limit, larger) => {
  expect(largerLimit(limit)).toBe(larger)
})

it('where there is no larger limit, another time is what reads more, if a time is heeded', () => {
  expect(moreTraces({ limit: 5000, isOfAnyTime: undefined })).toBe('--limit 10000')
  expect(moreTraces({ limit: 10_000, isOfAnyTime: undefined })).toBe('another time with --from and --to')
  expect(moreTraces({ limit: 5000, isOfAnyTime: true })).toBe('--limit 10000')
  expect(moreTraces({ limit: 10_000, isOfAnyTime: true })).toBeUndefined()
})
