import { afterEach, describe, expect, it } from 'vitest'
import type { Behaviour } from '../../world/simulator/behaviour.ts'
import { AUTH0_API, auth0 } from '../../world/simulator/behaviours/auth0.ts'
import { cognito } from '../../world/simulator/behaviours/cognito.ts'
import { dex } from '../../world/simulator/behaviours/dex.ts'
import { ENTRA_API, entra, entraWithOverage } from '../../world/simulator/behaviours/entra.ts'
import { google } from '../../world/simulator/behaviours/google.ts'
import { oktaRotating } from '../../world/simulator/behaviours/okta.ts'
import { claimsOf, openPlace, type Place } from './place.ts'

let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)
const at = async (behaviour: Behaviour, ...settings: string[]) => {
  place = await openPlace(behaviour, settings)
  return type('ls-auth login')
}
const TRACES = `scopes = ["openid", "offline_access", "api://${ENTRA_API}/traces.read"]`

describe('groups that are not in the token', () => {
  it('whoami says that there are too many, check answers unknown, never pass: exit 5', async () => {
    await at(entraWithOverage, TRACES)
    expect((await type('ls-auth whoami')).stdout).toMatch(/groups +not in the token: too many groups/)
    const { identity } = JSON.parse((await type('ls-auth whoami --json')).stdout)
    expect(identity.groups).toEqual({ value: null, status: 'overage' })
    const checked = await type('ls-auth check --group dddddddd-0000-4000-8000-000000000004')
    expect(checked.exit).toBe(5)
    expect(checked.stdout).toMatch(/unknown +group .*\(overage\)/)
    expect(checked.stderr).toContain('1 of 4 checks is unknown: group')
    expect((await type('ls-auth check --role Traces.Reader')).exit).toBe(0)
  })

  it('a policy that needs them warns at login, and refuses when it is strict: exit 11', async () => {
    const expectGroups = ['[profiles.work.expect]', 'groups = ["dddddddd-0000-4000-8000-000000000004"]']
    const lenient = await at(entraWithOverage, TRACES, ...expectGroups)
    expect(lenient.exit).toBe(0)
    expect(lenient.stderr).toMatch(/warning: cannot tell whether group .*\(overage\)/)
    await place.world.editConfig((text) => `${text}strict = true\n`)
    expect((await type('ls-auth login')).exit).toBe(11)
  })
})

describe('Entra', () => {
  it('an audience in the profile becomes a scope, and no resource is sent', async () => {
    await at(entra, `audience = "api://${ENTRA_API}"`)
    const asked = place.simulator.asked('authorize').at(-1)
    expect(asked?.get('scope')).toContain(` api://${ENTRA_API}/.default`)
    expect([asked?.get('audience'), asked?.get('resource')]).toEqual([null, null])
  })

  it('gives token for another API by the same sign-in', async () => {
    await at(entra, TRACES)
    const other = '99999999-0000-4000-8000-000000000009'
    const { exit, stdout } = await type(`ls-auth token --audience api://${other}`)
    expect(exit).toBe(0)
    expect(claimsOf(stdout).aud).toBe(other)
    expect(claimsOf((await type('ls-auth token')).stdout).aud).toBe(ENTRA_API)
  })
})

describe('Google', () => {
  it('without the secret that is public by design: its error, and what to do', async () => {
    place = await openPlace(google)
    await place.world.editConfig((text) => text.replace(/^client_secret .*$/m, 'client_auth = "none"'))
    const { exit, stderr } = await type('ls-auth login')
    expect(exit).toBe(6)
    expect(stderr).toContain('invalid_request: client_secret is missing.')
    expect(stderr).toContain('Put it into the profile in config.toml, client_secret = "…"')
  })

  it('never shows the access token as one that could be read: opaque is no error', async () => {
    await at(google)
    expect((await type('ls-auth whoami')).stdout).toMatch(/access token +opaque/)
    const { access_token: access } = JSON.parse((await type('ls-auth whoami --json')).stdout)
    expect(access.format).toBe('opaque')
  })
})

describe('Cognito', () => {
  it('offline_access in the scopes: its refusal, and which scope to leave out', async () => {
    const { exit, stderr } = await at(cognito, 'scopes = ["openid", "offline_access"]')
    expect(exit).toBe(2)
    expect(stderr).toContain('invalid_scope')
    expect(stderr).toContain('Cognito has no offline_access')
  })

  it('an access token without an audience: its client is offered, and no ID token, whose audience is the client', async () => {
    place = await openPlace(cognito, ['scopes = ["openid", "traces/read"]'])
    await type('ls-auth login')
    const { exit, stdout } = await type('ls-auth check --aud traces')
    expect(exit).toBe(5)
    expect(stdout.replace(/\s+/g, ' ')).toContain('names no audience; its client can be asserted instead')
    expect((await type(`ls-auth check --client ${cognito.clientId}`)).exit).toBe(0)
    // The ID token does say this one.
    const own = await type(`ls-auth check --aud ${cognito.clientId}`)
    expect(own.stderr).toContain(
      `hint: The ID token says it: ls-auth check --audience ${cognito.clientId} --use id`,
    )
    const more = await type('ls-auth check --aud traces --scope traces/write')
    expect(more.stderr).toContain(`You lack the scope traces/write.`)
  })
})

describe('Auth0', () => {
  it('an issuer without its slash is refused, with a caret where the two part', async () => {
    place = await openPlace(auth0)
    await place.world.editConfig((text) => text.replace(/^(issuer = ".*)\/"$/m, '$1"'))
    const { exit, stderr } = await type('ls-auth login')
    expect(exit).toBe(10)
    const lines = stderr.split('\n')
    const caret = lines.find((line) => line.trim() === '^')
    const received = lines.find((line) => line.startsWith('  received'))
    expect(caret?.indexOf('^')).toBe((received?.length ?? 0) - 1)
    expect(stderr).toContain('with a trailing slash')
  })

  it('without an audience the token is opaque: said by whoami, unknown for check', async () => {
    expect((await at(auth0)).exit).toBe(0)
    expect((await type('ls-auth whoami')).stdout).toMatch(/access token +opaque/)
    const { exit, stdout } = await type(`ls-auth check --audience ${AUTH0_API}`)
    expect(exit).toBe(5)
    expect(stdout).toMatch(/unknown +audience.*\(opaque\)/)
  })
})

describe('a renewal whose answer is lost', () => {
  const lose = async () => {
    place.pass(place.simulator.behaviour.accessSeconds + 1)
    place.simulator.loseTokenAnswers(1)
    expect((await type('ls-auth token')).exit).toBe(6)
  }

  it('inside the overlap of a rotating provider the same token is sent again: still signed in', async () => {
    await at(oktaRotating)
    await lose()
    place.pass(10)
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
  })

  it.each([auth0, dex])('$id, which has none: exit 3, and it says that an answer was lost', async (one) => {
    await at(one)
    await lose()
    const { exit, stderr } = await type('ls-auth token')
    expect(exit).toBe(3)
    expect(stderr).toContain('renewal was interrupted')
  })
})
