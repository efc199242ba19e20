import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { listen } from '../../world/loopback-server.ts'
import type { Behaviour, Facts } from '../../world/simulator/behaviour.ts'
import { entra } from '../../world/simulator/behaviours/entra.ts'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { openPlace, type Place } from './place.ts'

/** Access tokens whose issuer is another than that of the ID token: v1 of Entra, which is the default of its APIs. */
let place: Place
let closeApi: () => Promise<void> = async () => {}
afterEach(() => Promise.all([place.close(), closeApi()]))

const V1 = 'https://sts.windows.net/11111111-2222-3333-4444-555555555555/'
const VERSION = /requestedAccessTokenVersion: 2/
const SCOPES = 'scopes = ["openid", "offline_access", "api://traces/traces.read"]'
const type = (line: string) => place.world.type(line)

const withIssuer = (behaviour: Behaviour, iss: string | undefined): Behaviour => ({
  ...behaviour,
  accessToken: (facts: Facts) => {
    const shape = behaviour.accessToken(facts)
    if (typeof shape === 'string') return shape
    return { ...shape, claims: { ...shape.claims, ...(iss !== undefined && { iss }) } }
  },
})

/** Signed in, where the access tokens have this issuer, and the API refuses every one. */
async function signedIn(behaviour: Behaviour, iss: string | undefined, settings: string[]): Promise<void> {
  const challenge = `Bearer error="invalid_token", error_description="The issuer is invalid"`
  const api = createServer((_, response) => response.writeHead(401, { 'www-authenticate': challenge }).end())
  const { port, close } = await listen(api)
  closeApi = close
  place = await openPlace(withIssuer(behaviour, iss), [
    `api = "http://127.0.0.1:${port}"`,
    'backend = "tempo"',
    ...settings,
  ])
  expect(await type('ls-auth login')).toMatchObject({ exit: 0 })
}

describe('an API that refuses the token for its issuer', () => {
  it.each([
    ['of v1', entra, V1, [SCOPES], VERSION],
    ['of v2', entra, undefined, [SCOPES], /^hint: .*trusts the issuer of this profile/m],
    [
      "for the provider's own API",
      entra,
      V1,
      ['scopes = ["openid", "offline_access"]'],
      /trusts the issuer of this profile/,
    ],
    [
      'of any other',
      keycloak,
      'https://x.example',
      [],
      /^hint: The token's issuer differs from http\S+ in the profile/m,
    ],
  ] as const)('%s: the hint is about that one', async (_, behaviour, iss, settings, hint) => {
    await signedIn(behaviour, iss, [...settings])
    const { exit, stderr } = await type('ls-auth api /x')
    expect(exit).toBe(11)
    expect(stderr).toContain(`held issuer: ${iss ?? place.simulator.issuer}`)
    expect(stderr).toMatch(hint)
    expect((await type('ls-auth doctor --gateway')).stdout.replaceAll(/\n +/g, ' ')).toMatch(
      new RegExp(hint.source.replace('^hint: ', ''), 'm'),
    )
  })
})
