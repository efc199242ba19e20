import { describe, expect, it } from 'vitest'
import type { Client } from '../../../src/client.ts'
import type { Preset } from '../../../src/providers/preset.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
import type { Tokens } from '../../../src/session/protocol/tokens.ts'
import type { Want } from '../../../src/session/renewal/freshness.ts'
import { slotMismatch, slotParameters } from '../../../src/session/renewal/slot.ts'
import { narrowedForGood } from '../../../src/session/renewal/step.ts'
import { told } from '../../told.ts'

const OWN: Want = { use: 'access', audience: '', scopes: '' }
const clientOf = (over: Partial<Preset> = {}, more: Partial<Client> = {}) =>
  ({
    clientId: 'cli',
    issuer: 'https://idp.example',
    preset: { ...PRESETS.generic, scopes: ['openid', 'a', 'b'], ...over },
    ...more,
  }) as Client

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const jwt = (claims: object) => `${part({ alg: 'RS256', typ: 'at+jwt' })}.${part(claims)}.c2ln`
const tokens = (accessToken: string, over: Partial<Tokens> = {}) => ({ accessToken, ...over }) as Tokens

describe('what is asked for at a renewal', () => {
  const asks = (over: Partial<Preset>, want: Partial<Want>, granted = {}) =>
    slotParameters(clientOf(over, { audience: 'api' }), { ...OWN, ...want }, granted)

  it('nothing but the session itself', () => {
    expect(asks({ audience: 'audience' }, {})).toEqual({})
    expect(asks({ audience: 'audience' }, { scopes: 'a' })).toEqual({ scope: 'a' })
    expect(asks({ audience: 'audience' }, { scopes: ' a  b ' })).toEqual({ scope: 'a b' })
  })

  it('a session that was narrowed asks for its own scopes and its own API again', () => {
    const narrowed = { narrowed: true } as const
    expect(asks({ audience: 'audience' }, {}, narrowed)).toEqual({ scope: 'openid a b', audience: 'api' })
    expect(asks({ audience: 'audience' }, {}, { ...narrowed, grantedScope: 'a' })).toEqual({
      scope: 'a',
      audience: 'api',
    })
    expect(
      asks({ audience: 'audience' }, { audience: 'other' }, { ...narrowed, grantedScope: ' a c' }),
    ).toEqual({ scope: 'a c', audience: 'other' })
  })
})

describe('tokens that are not what was asked for', () => {
  const HINT = 'This provider uses its own settings. A plain ls-auth token gives its token for this client.'
  const WRONG = 'not-allowed: the provider sent another token than requested'
  const mismatch = (want: Partial<Want>, answer: Tokens, over: Partial<Preset> = {}, granted = {}) => {
    const failure = slotMismatch(clientOf(over), { ...OWN, ...want }, answer, granted)
    return failure && told(failure)
  }

  it.each<[string, string | undefined, object | undefined, string[] | undefined]>([
    ['a', 'a', undefined, undefined],
    ['a', 'a openid', undefined, undefined],
    ['a b', 'b a', undefined, undefined],
    // Nobody says what came: as asked (RFC 6749 §5.1).
    ['a', undefined, undefined, undefined],
    ['a', undefined, { scope: 'a' }, undefined],
    ['a', 'a', { scope: 'a' }, undefined],
    ['api://x/read', 'read', undefined, undefined],
    ['read', 'api://x/read', undefined, undefined],
    ['a', 'a b', undefined, ['requested scope: a', 'received scope: a b']],
    ['a b', 'a', undefined, ['requested scope: a b', 'received scope: a']],
    ['a', '', undefined, ['requested scope: a', 'received scope: (none)']],
    ['a', undefined, { scope: 'b' }, ['requested scope: a', 'received scope: b']],
    ['a', 'a', { scope: 'a b' }, ['requested scope: a', 'received scope: a b']],
    ['ad', 'd', undefined, ['requested scope: ad', 'received scope: d']],
    // Whatever has been agreed for that API, which an answer names beside it.
    ['api://x/.default', 'api://x/read api://x/.default', undefined, undefined],
    ['api://x/.default', 'read', undefined, ['requested scope: api://x/.default', 'received scope: read']],
  ])('scopes %j, came %j and in the token %j', (scopes, scope, claims, detail) => {
    const answer = tokens(claims ? jwt({ sub: 's', ...claims }) : 'opaque', { scope })
    expect(mismatch({ scopes }, answer)).toEqual(detail && [WRONG, HINT, ...detail])
  })

  it.each<[string, unknown, string[] | undefined]>([
    ['api', 'api', undefined],
    ['api', ['other', 'api'], undefined],
    ['api://x', 'x', undefined],
    ['https://x.example', 'https://x.example/', undefined],
    ['x', 'api://x/', undefined],
    ['api', 'other', ['requested audience: api', 'received audience: other']],
    ['api', ['b', 'c'], ['requested audience: api', 'received audience: b c']],
    ['api', undefined, ['requested audience: api', 'received audience: (none)']],
    ['x', 'yapi://x', ['requested audience: x', 'received audience: yapi://x']],
    ['x', 'x/y', ['requested audience: x', 'received audience: x/y']],
  ])('audience %j, came %j', (audience, aud, detail) => {
    const said = mismatch({ audience }, tokens(jwt({ sub: 's', aud })))
    expect(said).toEqual(detail && [WRONG, HINT, ...detail])
  })

  it('an ID token is judged where it is the one that was asked for', () => {
    const answer = tokens(jwt({ sub: 's', aud: 'api' }), { idToken: jwt({ sub: 's', aud: 'other' }) })
    expect(mismatch({ audience: 'api' }, answer)).toBeUndefined()
    expect(mismatch({ audience: 'api', use: 'id' }, answer)?.slice(2)).toEqual([
      'requested audience: api',
      'received audience: other',
    ])
  })

  it('what a provider says is escaped and shortened', () => {
    const said = mismatch({ scopes: 'a' }, tokens('x', { scope: `\u001b[2J ${'z'.repeat(500)}` }))
    expect(said?.join('\n')).not.toMatch(/\u001b/)
    expect(said?.at(-1)?.length).toBeLessThan(240)
  })
})

it('a narrowing that cannot be undone ends the sign-in, with the reason', () => {
  expect(told(narrowedForGood(['invalid_scope'])).slice(2)).toEqual(['invalid_scope'])
})
