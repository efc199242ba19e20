import { expect, it } from 'vitest'
import type { Client } from '../../../src/client.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
import type { Tokens } from '../../../src/session/protocol/tokens.ts'
import type { Want } from '../../../src/session/renewal/freshness.ts'
import { slotMismatch } from '../../../src/session/renewal/slot.ts'
import { tokenText } from '../../claims/token-text.ts'

/** Scopes and audiences that only look like others than those asked for. */

const mismatch = (want: Partial<Want>, answer: Partial<Tokens>) => {
  const client = { clientId: 'cli', issuer: 'https://idp.example', preset: PRESETS.generic } as Client
  const tokens = { accessToken: 'opaque', ...answer } as Tokens
  return slotMismatch(client, { use: 'access', audience: '', scopes: '', ...want }, tokens, {})?.detail
}
const tokenOf = (claims: object) => tokenText({ alg: 'RS256', typ: 'at+jwt' }, { sub: 's', ...claims })

it.each(['openid', 'profile', 'email', 'address', 'phone', 'offline_access'])(
  '%s opens no API, so it may come and stay away',
  (scope) => {
    expect(mismatch({ scopes: 'a' }, { scope: `a ${scope}` })).toBeUndefined()
    expect(mismatch({ scopes: `a ${scope}` }, { scope: 'a' })).toBeUndefined()
  },
)

it('whoever asks for another API alone takes the scopes that come with it', () => {
  expect(mismatch({ audience: 'api' }, { accessToken: tokenOf({ aud: 'api', scope: 'x' }) })).toBeUndefined()
})

it('whatever has been agreed for an API may be asked for beside other scopes', () => {
  const scopes = 'openid api://x/.default'
  expect(mismatch({ scopes }, { scope: 'api://x/read api://x/.default' })).toBeUndefined()
})

it('api:// in the middle of a name belongs to the name', () => {
  expect(mismatch({ audience: 'yx' }, { accessToken: tokenOf({ aud: 'yapi://x' }) })).toEqual([
    'requested audience: yx',
    'received audience: yapi://x',
  ])
})
