import { afterEach, describe, expect, it } from 'vitest'
import { cognito } from '../../world/simulator/behaviours/cognito.ts'
import { google } from '../../world/simulator/behaviours/google.ts'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { openPlace, type Place } from './place.ts'

/** A refusal that no second try mends is a matter of settings (exit 2), and the hint names the one. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)
const refusal = (error: string, error_description?: string, status = 400) => ({
  status,
  json: { error, ...(error_description !== undefined && { error_description }) },
})

describe('Google', () => {
  it.each([
    ['invalid_client', 'The provided client secret is invalid.', 'Copy the current secret'],
    ['invalid_client', 'Unauthorized', 'Copy the current secret'],
    ['invalid_client', 'The OAuth client was deleted.', 'Google does not know the client'],
    ['invalid_client', 'The OAuth client was not found.', 'Google does not know the client'],
    ['deleted_client', 'The OAuth client was deleted.', 'Google does not know the client'],
  ])('%s: %s', async (error, description, hint) => {
    place = await openPlace(google)
    place.simulator.answerTokensWith(refusal(error, description, 401))
    const { exit, stderr } = await type('ls-auth login')
    expect({ exit, stderr }).toMatchObject({ exit: 2, stderr: expect.stringContaining(hint) })
    expect(stderr).not.toContain('must not require a secret')
  })
})

describe('Keycloak', () => {
  it('a scope of the realm that is not of the client: where to assign it', async () => {
    place = await openPlace(keycloak)
    const invalid = 'Invalid scopes: openid profile email offline_access'
    place.simulator.answerTokensWith(refusal('invalid_scope', invalid))
    const { exit, stderr } = await type('ls-auth login')
    expect(exit).toBe(2)
    expect(stderr).toContain('Clients > ls-auth > Client scopes > Add client scope, Optional')
    expect(stderr).toContain('Without offline_access: ls-auth login --scopes "openid profile email"\n')
    place.simulator.answerTokensWith(refusal('invalid_scope', 'Invalid scopes: openid roles'))
    const other = await type('ls-auth login --scopes "openid roles"')
    expect(other.stderr).toContain('Clients > ls-auth > Client scopes > Add client scope, Optional')
    expect(other.stderr).not.toContain('offline_access')
  })
})

describe('Cognito', () => {
  it.each(['invalid_request', 'unsupported_token_type'])(
    'an app client that revokes no tokens (%s): where that is switched on, and nothing of an account page',
    async (error) => {
      place = await openPlace(cognito)
      await type('ls-auth login')
      place.simulator.answerRevocationsWith(refusal(error))
      const { stderr } = await type('ls-auth logout')
      expect(stderr).toContain('Enable token revocation for the app client')
      expect(stderr).toContain('EnableTokenRevocation')
      expect(stderr).not.toMatch(/try again|account page/i)
      // Once, in the hint of the error.
      expect(stderr.match(/EnableTokenRevocation/g)).toHaveLength(1)
      expect(stderr).toMatch(/^ {2}at the provider {3}not revoked: [^.]+$/m)
      const setting = String(/revoke = \[\]/.exec(stderr))
      await place.world.editConfig((text) => `${text.trimEnd()}\n${setting}\n`)
      await type('ls-auth login')
      expect((await type('ls-auth logout')).exit).toBe(0)
    },
  )
})
