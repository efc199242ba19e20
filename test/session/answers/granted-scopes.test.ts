import { expect, it } from 'vitest'
import { PRESETS } from '../../../src/providers/presets.ts'
import { missingScopes } from '../../../src/session/answers/granted-scopes.ts'

const missing = (
  scopes: readonly string[],
  granted: string | undefined,
  scopeSpelling = {},
  idToken?: string,
) => missingScopes({ preset: { ...PRESETS.generic, scopes, scopeSpelling } }, granted, idToken)

it.each<[string, string | undefined, readonly string[]]>([
  ['openid traces:read', 'traces:read openid', []],
  ['openid traces:read', 'openid', ['traces:read']],
  ['openid traces:read', undefined, []],
  ['openid traces:read', '', ['openid', 'traces:read']],
  // A refresh token tells it better.
  ['openid offline_access', 'openid', []],
  ['traces:read', 'traces:reader', ['traces:read']],
])('of %j, granted %j: %j is missing', (asked, granted, scopes) => {
  expect(missing(asked.split(' '), granted)).toEqual(scopes)
})

it('of those of OpenID none is missing where an ID token came: some providers list the scopes of the API alone', () => {
  const asked = [
    'openid',
    'profile',
    'email',
    'address',
    'phone',
    'offline_access',
    'traces:read',
    'profiles',
  ]
  expect(missing(asked, 'traces:read', {}, 'an ID token')).toEqual(['profiles'])
  expect(missing(['openid', 'profile'], 'traces:read')).toEqual(['openid', 'profile'])
})

it('a scope that the provider spells otherwise in its answer was granted', () => {
  expect(missing(['email', 'profile'], 'https://x/email profile', { email: 'https://x/email' })).toEqual([])
  expect(missing(['email'], 'email', { email: 'https://x/email' })).toEqual([])
  expect(missing(['email'], 'openid', { email: 'https://x/email' })).toEqual(['email'])
})
