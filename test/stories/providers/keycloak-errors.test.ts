import { afterEach, expect, it } from 'vitest'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { openPlace, type Place } from './place.ts'

/** What Keycloak answers in its own words. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)

it('a redirect without the issuer that the metadata promise: said which switch withholds it, and nothing of another issuer', async () => {
  place = await openPlace({ ...keycloak, withholdsIssuer: true })
  const { exit, stderr } = await type('ls-auth login')
  expect(exit).toBe(10)
  expect(stderr).toContain('error: the answer names no issuer (iss), although the provider promises it\n')
  expect(stderr).toContain(
    'hint: The switch "Exclude Issuer From Authentication Response" of the client ls-auth must be off',
  )
  expect(stderr).not.toContain('received')
})
