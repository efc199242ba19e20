import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auth0 } from '../../world/simulator/behaviours/auth0.ts'
import { openPlace, type Place } from './place.ts'

/** The provider moves endpoints within the day for which ls-auth keeps its metadata. */
let place: Place
beforeEach(async () => {
  place = await openPlace(auth0)
  expect(await place.world.type('ls-auth login')).toMatchObject({ exit: 0 })
  place.pass(auth0.accessSeconds + 1)
})
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)
const asked = (wanted: string) => place.simulator.requests.filter(({ path }) => path === wanted).length

describe('my provider has moved its token endpoint', () => {
  it('a renewal finds it, and the next one goes there at once', async () => {
    const before = asked(auth0.paths.token)
    place.simulator.move('token', '/v2/token')
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
    expect([asked(auth0.paths.token) - before, asked('/v2/token')]).toEqual([1, 1])
    place.pass(auth0.accessSeconds + 1)
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
    expect([asked(auth0.paths.token) - before, asked('/v2/token')]).toEqual([1, 2])
    expect(place.simulator.refreshes).toBe(2)
  })
})

describe('my provider has moved its signing keys, and signs with new ones', () => {
  it('a renewal finds them: the refresh token is used once', async () => {
    await place.simulator.replaceKeys()
    place.simulator.move('jwks', '/v2/keys')
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
    expect(place.simulator.refreshes).toBe(1)
  })

  it('whoami --verify finds them', async () => {
    await place.simulator.replaceKeys()
    expect(await type('ls-auth token')).toMatchObject({ exit: 0 })
    await place.simulator.replaceKeys()
    place.simulator.move('jwks', '/v2/keys')
    place.pass(auth0.accessSeconds + 1)
    expect(await type('ls-auth whoami --verify')).toMatchObject({ exit: 0, stderr: '' })
  })
})
