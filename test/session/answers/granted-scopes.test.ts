import { expect, it } from 'vitest'
import { PRESETS } from '../../../src/providers/presets.ts'
import { missingScopes } from '../../../src/session/answers/granted-scopes.ts'

const missing = (scopes: readonly string[], granted: string | undefined, scopeSpelling = {}) =>
  missingScopes({ preset: { ...PRESETS.generic, scopes, scopeSpelling } }, granted)

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

it('a scope that the provider spells otherwise in its answer was granted', () => {
  expect(missing(['email', 'profile'], 'https://x/email profile', { email: 'https://x/email' })).toEqual([])
  expect(missing(['email'], 'email', { email: 'https://x/email' })).toEqual([])
  expect(missing(['email'], 'openid', { email: 'https://x/email' })).toEqual(['email'])
})
