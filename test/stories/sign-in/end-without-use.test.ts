import { afterEach, expect, it } from 'vitest'
import { google } from '../../world/simulator/behaviours/google.ts'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { openPlace, type Place } from '../providers/place.ts'

/** Some providers say how long a refresh token lives: the sign-in ends then, unless it is used before. */

let place: Place
afterEach(() => place.close())
const type = (line: string) => place.world.type(line)
const left = async () => JSON.parse((await type('ls-auth status --json')).stdout)[0].refresh_expires_in
const saying = (behaviour: typeof keycloak, extras: object) => ({
  ...behaviour,
  tokenExtras: (facts: Parameters<typeof keycloak.tokenExtras>[0]) => ({
    ...behaviour.tokenExtras(facts),
    ...extras,
  }),
})

it('login says when, status shows it, and each renewal moves it', async () => {
  place = await openPlace(saying(keycloak, { refresh_expires_in: 1800 }))
  expect((await type('ls-auth login')).stderr).toContain(
    'token    5m, renewed as needed; ends after 30m without use\n',
  )
  place.pass(600)
  expect((await type('ls-auth status')).stderr).toContain('work: the sign-in ends in 20m without use.\n')
  expect(await left()).toBeLessThanOrEqual(1200)
  expect((await type('ls-auth token')).exit).toBe(0)
  expect(await left()).toBeGreaterThan(1700)
  place.pass(1900)
  const { stdout, stderr } = await type('ls-auth status')
  expect(stdout).toContain('perhaps renewed at next use')
  expect(stderr).toContain('work: according to the provider, the sign-in has ended.\n')
  expect(await left()).toBeLessThan(0)
})

it('an app of Google that is being tested', async () => {
  place = await openPlace(saying(google, { refresh_token_expires_in: 604_799 }))
  expect((await type('ls-auth login')).stderr).toContain('renewed as needed; ends after 7d without use')
})

it.each([0, -1, 'soon', null])('nothing is said of none (%s)', async (refresh_expires_in) => {
  place = await openPlace(saying(keycloak, { refresh_expires_in }))
  expect((await type('ls-auth login')).stderr).toContain('renewed as needed\n')
  expect((await type('ls-auth status')).stderr).not.toContain('ends')
  expect(await left()).toBeNull()
})
