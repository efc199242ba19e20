import { afterEach, describe, expect, it } from 'vitest'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { openPlace, type Place } from './place.ts'

/** Errors that a second try does not mend are no exit 6: scripts retry on that. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)

describe.each(['login', 'login --device'])('ls-auth %s', (line) => {
  it.each([
    'invalid_client',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
    'invalid_target',
  ])('%s is exit 2', async (error) => {
    place = await openPlace(keycloak)
    place.world.fastForward = true
    place.simulator.answerTokensWith({ status: 400, json: { error, error_description: 'Said so.' } })
    const { exit, stderr } = await type(`ls-auth ${line}`)
    expect(stderr).toContain(`${error}: Said so.`)
    expect(exit).toBe(2)
  })
})

it('invalid_scope: what was asked for, what the provider lists, and how to ask for others', async () => {
  place = await openPlace({
    ...keycloak,
    scopes: { known: ['openid'], unknown: 'refuse' },
    metadata: { ...keycloak.metadata, scopes_supported: ['openid', 'traces:read', '\u001b[2J'] },
  })
  const { exit, stderr } = await type('ls-auth login')
  expect(exit).toBe(2)
  expect(stderr).toContain('Requested: openid profile email offline_access')
  expect(stderr).toContain('The provider lists: openid traces:read \\u{1b}[2J.')
  expect(stderr).toContain('ls-auth login --scope')
})

it('an issuer that does not exist is exit 2', async () => {
  place = await openPlace(keycloak)
  await place.world.editConfig((text) => text.replace('/realms/traces', '/realms/nothing'))
  const { exit, stderr } = await type('ls-auth login')
  expect(stderr).toContain('no OpenID Connect provider at')
  expect(exit).toBe(2)
})

it('a server error goes on being exit 6', async () => {
  place = await openPlace(keycloak)
  place.simulator.answerTokensWith({ status: 400, json: { error: 'temporarily_unavailable' } })
  expect((await type('ls-auth login')).exit).toBe(6)
})
