import { describe, expect, it } from 'vitest'
import { checkAuthTime } from '../../../src/session/answers/id-token.ts'
import { toldBy } from '../../told.ts'

const SECONDS = 1_800_000_000

/** A sign-in at this moment, where one of at most 300 s ago was asked for. The provider is so many seconds ahead. */
const check = (time: unknown, { maxAge = 300 as number | null, skew = 0, leeway = 60 } = {}) =>
  checkAuthTime({ auth_time: time }, maxAge ?? undefined, SECONDS * 1000, skew, leeway)

describe('the age of a sign-in', () => {
  it.each<[unknown, Parameters<typeof check>[1]]>([
    [SECONDS, {}],
    [SECONDS - 360, {}],
    [SECONDS - 300, { leeway: 0 }],
    [SECONDS - 3_900, { skew: -3_600, leeway: 0 }],
    [0, { maxAge: null }],
    [undefined, {}],
    ['1', {}],
  ])('%s is good, or not said: %j', (time, how) => {
    expect(() => check(time, how)).not.toThrow()
  })

  it.each<[number, Parameters<typeof check>[1]]>([
    [SECONDS - 361, {}],
    [SECONDS - 301, { leeway: 0 }],
    [SECONDS, { skew: 301, leeway: 0 }],
  ])('%s is more than was asked for: %j', async (time, how) => {
    expect(await toldBy(() => check(time, how))).toEqual([
      'refused: the provider answered with a sign-in that is older than was asked for (max_age)',
      'Have it ask you anew: ls-auth login --prompt login',
      'required age of the sign-in: 5m at most',
      expect.stringMatching(/^signed in at 2027-01-15T0\d:\d\d:\d\dZ$/),
    ])
  })
})
