import { describe, expect, it } from 'vitest'
import type { Client } from '../../../src/client.ts'
import type { Preset } from '../../../src/providers/preset.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
import { grantParameters, scopeParameters } from '../../../src/session/protocol/grant-parameters.ts'
import { toldBy } from '../../told.ts'

const clientOf = (audience: Preset['audience']) => ({
  preset: { ...PRESETS.generic, name: 'Acme', scopes: ['openid', 'email'], audience },
})
const ask = (kind: Preset['audience'], scopes: readonly string[], audience?: string) =>
  grantParameters(clientOf(kind), scopes, audience)

describe('what is asked for with a token', () => {
  it.each<[Preset['audience'], readonly string[], string | undefined, Record<string, string>]>([
    ['audience', ['a', 'b'], undefined, { scope: 'a b' }],
    ['audience', [], undefined, {}],
    ['audience', ['a'], 'api', { scope: 'a', audience: 'api' }],
    ['audience', [], 'api', { audience: 'api' }],
    ['resource', ['a'], 'https://api', { scope: 'a', resource: 'https://api' }],
    ['scope', ['a'], 'api://x', { scope: 'a api://x/.default' }],
    ['scope', [], 'api://x', { scope: 'api://x/.default' }],
    ['scope', ['a', 'api://x/read'], 'api://x', { scope: 'a api://x/read' }],
    ['scope', ['api://xy/read'], 'api://x', { scope: 'api://xy/read api://x/.default' }],
    ['cross-client', ['openid'], 'api', { scope: 'openid audience:server:client_id:api' }],
    ['cross-client', [], 'api', { scope: 'audience:server:client_id:api' }],
    ['none', ['a'], 'https://api', { scope: 'a', resource: 'https://api' }],
    ['none', ['a'], 'urn:x', { scope: 'a', resource: 'urn:x' }],
    ['none', ['a'], 'API+V1.0-x://y', { scope: 'a', resource: 'API+V1.0-x://y' }],
    ['none', ['a'], 'api', { scope: 'a', audience: 'api' }],
    ['none', ['a'], '1x:y', { scope: 'a', audience: '1x:y' }],
    ['none', ['a'], ':y', { scope: 'a', audience: ':y' }],
  ])('where an audience is asked for by %s: scopes %j for %j', (kind, scopes, audience, parameters) => {
    expect(ask(kind, scopes, audience)).toEqual(parameters)
  })

  it.each<[Preset['audience'], string]>([
    [
      'server',
      'The issuer decides it: use the authorization server that issues tokens for this API, and leave audience out.',
    ],
    [
      'mapper',
      'An administrator maps the audience to a scope: ask for that scope instead, and leave audience out.',
    ],
  ])(
    'is no audience where it is decided elsewhere (%s): better none than a token for another API',
    async (kind, hint) => {
      expect(await toldBy(() => ask(kind, ['a'], 'api\n'))).toEqual([
        'cannot-do: Acme takes no audience from the client',
        hint,
        'asked for api\\u{a}',
      ])
      expect(ask(kind, ['a'])).toEqual({ scope: 'a' })
    },
  )

  it.each(['pingone'] as const)('no scope of %s is made up: /.default is one of Entra alone', async (id) => {
    const client = { preset: PRESETS[id] }
    const [message, hint] = await toldBy(() => grantParameters(client, ['openid'], 'traces'))
    expect(message).toBe(`cannot-do: ${PRESETS[id].name} takes no audience from the client`)
    expect(hint).toBe(
      'An administrator maps the audience to a scope: ask for that scope instead, and leave audience out.',
    )
  })

  it('Cognito takes one that is a URI as a resource: that is said, and not that it is impossible', async () => {
    const client = { preset: PRESETS.cognito }
    const [message, hint] = await toldBy(() =>
      grantParameters(client, ['openid'], 'https://api.acme.example'),
    )
    expect(message).toBe('cannot-do: Amazon Cognito takes no audience as a scope')
    expect(hint).toContain('audience_style = "resource"')
  })

  it('a scope of PingOne that begins with the audience names it', () => {
    const [audience, scope] = ['https://traces.acme.example', 'https://traces.acme.example/read']
    expect(grantParameters({ preset: PRESETS.pingone }, ['openid', scope], audience)).toEqual({
      scope: `openid ${scope}`,
    })
  })

  it('a scope of Cognito that begins with the resource server names it', () => {
    const { cognito, entra } = PRESETS
    expect(grantParameters({ preset: cognito }, ['openid', 'traces/read'], 'traces')).toEqual({
      scope: 'openid traces/read',
    })
    expect(grantParameters({ preset: entra }, ['openid'], 'api://x')).toEqual({
      scope: 'openid api://x/.default',
    })
  })

  it('at a sign-in, the scopes and the audience of the profile', () => {
    const client = { ...clientOf('audience'), audience: 'api' } as unknown as Client
    expect(scopeParameters(client)).toEqual({ scope: 'openid email', audience: 'api' })
  })
})
