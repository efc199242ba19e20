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
})
