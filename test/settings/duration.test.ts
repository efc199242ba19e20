import { expect, it } from 'vitest'
import { parseDuration } from '../../src/settings/duration.ts'

it.each([
  ['90', 90],
  ['1h30m', 5_400],
  [' 2w ', 1_209_600],
])('%s is %i seconds', (text, seconds) => {
  expect(parseDuration(text, '--min-ttl')).toBe(seconds)
})

it.each(['', '9'.repeat(400), `${'9'.repeat(400)}w`, '1.5h', '5 m', '-5m'])('no duration: %s', (text) => {
  expect(() => parseDuration(text, '--min-ttl')).toThrow(/--min-ttl: ".*" is not a duration/)
})
