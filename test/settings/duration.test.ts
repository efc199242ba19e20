import { expect, it } from 'vitest'
import { parseDuration, shortDuration } from '../../src/settings/duration.ts'
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

it.each(['500ms', '1s500ms', '0.5s', '.5s', '1.5s', '250us', '250µs', '100ns', '90d1ns', '0.001m'])(
  '%s is a duration, and none in whole seconds',
  (text) => {
    const refused = expect.objectContaining({
      code: 'usage',
      message: `--step: "${text}" has parts of a second`,
      hint: 'Write whole seconds, at least 1s: 90s, 5m, 1h30m, 90d.',
    })
    expect(() => parseDuration(text, '--step')).toThrow(refused)
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

it('a token that ended before it began has less than nothing, and a part of a second is one', () => {
  expect(wholeDuration(-65)).toBe('-1m 5s')
  expect(wholeDuration(300.5)).toBe('5m 1s')
})

it.each([
  [-5, '0s'],
  [59.9, '59s'],
  [90, '1m'],
  [118, '1m'],
  [119, '2m'],
  [880, '14m'],
  [899, '15m'],
  [3_000, '50m'],
  [3_569, '59m'],
  [3_599, '1h'],
  [3_900, '1h 5m'],
  [3_899, '1h 5m'],
  [84_570, '23h 30m'],
  [86_399, '1d'],
  [129_600, '1d'],
  [172_799, '2d'],
  [604_799, '7d'],
  [597_000, '6d'],
  [31_397_760, '363d'],
  [31_535_999, '365d'],
])('%d seconds are told to a person as %s: nearly a whole unit is that unit', (seconds, told) => {
  expect(shortDuration(seconds)).toBe(told)
})
