import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auth0 } from '../../world/simulator/behaviours/auth0.ts'
import { openPlace, type Place } from './place.ts'

/** A provider that sends an ID token at sign-in and none with a renewal. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)
const HOURS = 3600

describe.each([
  { line: 'ls-auth token --id-token', settings: [] },
  { line: 'ls-auth token', settings: ['use_token = "id"'] },
])('$line with $settings', ({ line, settings }) => {
  beforeEach(async () => {
    place = await openPlace({ ...auth0, idTokenOnce: true }, settings)
    expect(await type('ls-auth login')).toMatchObject({ exit: 0 })
  })

  it('gives the ID token of the sign-in while it is fresh, whatever has been renewed', async () => {
    const first = await type(line)
    place.pass(3 * HOURS)
    await type('ls-auth token --narrow --scope openid')
    expect(await type(line)).toMatchObject({ exit: 0, stdout: first.stdout, stderr: '' })
  })

  it('then is exit 2, says what brings a new one, and spends no refresh token again and again', async () => {
    place.pass(11 * HOURS)
    for (let time = 0; time < 3; time++) {
      const { exit, stdout, stderr } = await type(line)
      expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
      expect(stderr).toMatch(/^error: the provider renewed no ID token/)
      expect(stderr).toMatch(/^hint: .*ls-auth login/m)
    }
    const ends = await Promise.all([1, 2, 3, 4, 5].map(() => type(line)))
    expect(ends.map(({ exit }) => exit)).toEqual([2, 2, 2, 2, 2])
    expect(place.simulator.refreshes).toBe(1)
    expect(await type('ls-auth login')).toMatchObject({ exit: 0 })
    expect(await type(line)).toMatchObject({ exit: 0, stderr: '' })
  })
})
