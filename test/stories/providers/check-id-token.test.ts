import { afterEach, expect, it } from 'vitest'
import type { Facts } from '../../world/simulator/behaviour.ts'
import { auth0 } from '../../world/simulator/behaviours/auth0.ts'
import { openPlace, type Place } from './place.ts'

/** An ID token that runs out long before the access token beside it: `check` judges the one that a request would send. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)
const SHORT = 120
const shortId = {
  ...auth0,
  idToken(facts: Facts) {
    const shape = auth0.idToken(facts)
    return { ...shape, claims: { ...shape.claims, exp: facts.now + SHORT } }
  },
}

it.each([
  ['ls-auth check', ['use_token = "id"']],
  ['ls-auth check --use id', []],
])('%s with %j: renewed first, where it has run out', async (line, settings) => {
  place = await openPlace(shortId, settings)
  expect(await type('ls-auth login')).toMatchObject({ exit: 0 })
  expect(await type(line)).toMatchObject({ exit: 0 })
  expect(place.simulator.refreshes).toBe(0)
  place.pass(2 * SHORT)
  expect(await type(line)).toMatchObject({ exit: 0, stderr: '' })
  expect(place.simulator.refreshes).toBe(1)
})

it('one that the provider sends at sign-in only has run out: exit 5', async () => {
  place = await openPlace({ ...shortId, idTokenOnce: true }, ['use_token = "id"'])
  await type('ls-auth login')
  place.pass(2 * SHORT)
  const { exit, stdout } = await type('ls-auth check')
  expect({ exit, stdout }).toEqual({ exit: 5, stdout: expect.stringMatching(/^ *FAIL +not expired/m) })
})
