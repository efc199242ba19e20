import { expect, it } from 'vitest'
import { parseDuration } from '../../src/settings/duration.ts'
import { typedDuration, wholeDuration } from '../../src/time/whole-duration.ts'

it.each([
  ['90', 90],
  ['1h30m', 5_400],
  [' 2w ', 1_209_600],
  ['1.5h', 5_400],
  ['1.1h', 3_960],
  ['.5m', 30],
  ['1500ms500ms', 2],
  ['20000w', 12_096_000_000],
])('%s is %i seconds', (text, seconds) => {
  expect(parseDuration(text, '--min-ttl')).toBe(seconds)
})

it.each(['', '9'.repeat(400), `${'9'.repeat(400)}w`, '1.5', '1.h', '5 m', '-5m'])(
  'no duration: %s',
  (text) => {
    expect(() => parseDuration(text, '--min-ttl')).toThrow(/--min-ttl: ".*" is not a duration/)
  },
)

it.each([
  [0, '0s'],
  [59, '59s'],
  [60, '1m'],
  [100, '1m 40s'],
  [3_600, '1h'],
  [3_605, '1h 5s'],
  [86_399, '23h 59m 59s'],
  [90_000, '1d 1h'],
  [1_209_600, '14d'],
])('%i seconds are told back as %s, with nothing left out', (seconds, told) => {
  expect(wholeDuration(seconds)).toBe(told)
  expect(parseDuration(typedDuration(seconds), '--ttl')).toBe(seconds)
})
