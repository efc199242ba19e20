import { expect, it } from 'vitest'
import { PRESETS } from '../../src/providers/presets.ts'
import { scopeToAsk } from '../../src/providers/scope-names.ts'

const asked = (scope: string, scopes: string, audience?: string) =>
  scopeToAsk({ preset: { ...PRESETS.entra, scopes: scopes.split(' ') }, audience }, scope)

it.each<[string | undefined, string, string, string | undefined]>([
  ['api://x/traces.write', 'traces.write', 'openid api://x/traces.read', undefined],
  ['api://x/traces.write', 'traces.write', 'openid api://x/traces.read api://x/traces.query', undefined],
  ['https://acme.example/x/traces.write', 'traces.write', 'https://acme.example/x/traces.read', undefined],
  ['api://x/traces.write', 'traces.write', 'openid api://x/traces.read', 'api://y'],
  ['api://y/traces.write', 'traces.write', 'openid profile', 'api://y'],
  // Which of the two is not to be told, or there is none.
  ['traces.write', 'traces.write', 'api://x/traces.read api://y/traces.read', undefined],
  ['traces.write', 'traces.write', 'openid profile', undefined],
  // It names an API already, or needs none.
  ['api://z/traces.write', 'api://z/traces.write', 'api://x/traces.read', undefined],
  ['openid', 'openid', 'api://x/traces.read', undefined],
  ['phone', 'phone', 'api://x/traces.read', undefined],
  // What is granted to the client, and nothing beside it in one request.
  [undefined, 'traces.write', 'openid api://x/.default', undefined],
  [undefined, 'api://x/traces.write', 'openid api://x/.default', undefined],
  ['phone', 'phone', 'api://x/.default', undefined],
  ['api://x/traces.write', 'traces.write', 'openid api://x/a.default', undefined],
  // The sign-in asks for api://y/.default, but not beside a scope of that API.
  ['api://y/traces.write', 'traces.write', 'openid', 'api://y'],
])(
  '%s is asked for, where an API wants %s of scopes %j and audience %s',
  (expected, scope, scopes, audience) => {
    expect(asked(scope, scopes, audience)).toBe(expected)
  },
)

it('is the same name where a provider has no other', () => {
  const client = { preset: { ...PRESETS.cognito, scopes: ['traces/read'] }, audience: 'traces' }
  expect(scopeToAsk(client, 'write')).toBe('write')
  const likeIt = { preset: { ...PRESETS.cognito, scopes: ['traces/.default'] }, audience: undefined }
  expect(scopeToAsk(likeIt, 'write')).toBe('write')
})
