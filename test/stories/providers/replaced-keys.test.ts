import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auth0 } from '../../world/simulator/behaviours/auth0.ts'
import { okta } from '../../world/simulator/behaviours/okta.ts'
import { openPlace, type Place } from './place.ts'

/** A rotating provider without any grace: a refresh token that is lost once is a session that is lost. */
let place: Place
beforeEach(async () => {
  place = await openPlace(auth0)
  expect(await place.world.type('ls-auth login')).toMatchObject({ exit: 0 })
  place.pass(auth0.accessSeconds + 1)
})
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)

describe('a signing key that was replaced under its old name', () => {
  it('is fetched before the verdict: the renewal goes through, and the new keys are kept', async () => {
    await place.simulator.replaceKeys()
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
    const fetched = place.simulator.asked('jwks').length
    place.pass(auth0.accessSeconds + 1)
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
    expect(place.simulator.asked('jwks').length).toBe(fetched)
    expect(place.simulator.refreshes).toBe(2)
  })

  it('is fetched before an access token is called wrong, where no ID token comes with it', async () => {
    await place.close()
    place = await openPlace({ ...okta, idTokenOnce: true })
    await type('ls-auth login')
    await type('ls-auth whoami --verify')
    place.pass(okta.accessSeconds + 1)
    await place.simulator.replaceKeys()
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
    expect(await type('ls-auth check --audience api://traces')).toMatchObject({ exit: 0 })
    const { access_token: access } = JSON.parse((await type('ls-auth whoami --json')).stdout)
    expect(access.signature).toBe('verified')
  })
})
