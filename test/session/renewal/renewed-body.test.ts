import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import { type Renewal, renewedBody } from '../../../src/session/renewal/renewal.ts'
import type { SessionBody, StoredToken } from '../../../src/session/store/session-file.ts'

const PLAIN = { use: 'access', audience: '', scopes: '' } as const
const token = (value: string, over: Partial<StoredToken> = {}): StoredToken => ({
  ...PLAIN,
  value,
  receivedAt: 1,
  expiresIn: 60,
  ...over,
})
const BEFORE: SessionBody = {
  tokens: [token('old'), token('other', { audience: 'api' })],
  idToken: 'old-id',
  grantedScope: 'openid',
  attempt: { hash: 'h', at: 1 },
  padding: 'xxx',
  narrowed: true,
  skewSeconds: 1,
  signedInAt: 7,
}
const SENT = 'sent'
const after = (renewal: Partial<Renewal>, want: object = {}, before: Partial<SessionBody> = {}) =>
  renewedBody(
    { ...BEFORE, ...before },
    SENT,
    { tokens: [token('new')], idToken: 'new-id', skewSeconds: 2, ...renewal },
    { ...PLAIN, ...want },
  )
const [noId, unusable] = [{ idToken: undefined } as object, new Failure('provider-failed', 'no')]

describe('a session after a renewal', () => {
  it('has the new tokens in place of the old, the rest as it was, and nothing of the attempt', () => {
    expect(after({})).toStrictEqual({
      tokens: [token('other', { audience: 'api' }), token('new')],
      idToken: 'new-id',
      grantedScope: 'openid',
      skewSeconds: 2,
      signedInAt: 7,
    })
  })

  it('keeps what the answer says of scopes and keys', () => {
    const jwks = { value: {}, fetchedAt: 1 }
    expect(after({ grantedScope: 'openid x', jwks, narrowed: true })).toMatchObject({
      grantedScope: 'openid x',
      jwks,
      narrowed: true,
    })
  })

  it.each<[string, Partial<Renewal>, Partial<SessionBody>, string | undefined]>([
    ['rotated', { refresh: 'next' }, {}, 'next'],
    ['rotated again', { refresh: 'next' }, { refresh: SENT }, 'next'],
    ['the same again', { refresh: SENT }, {}, undefined],
    ['the same again, rotated before', { refresh: SENT }, { refresh: SENT }, SENT],
    ['left out', {}, { refresh: SENT }, SENT],
    ['left out, never rotated', {}, {}, undefined],
  ])('refresh token %s', (_, renewal, before, refresh) => {
    const body = after(renewal, {}, before)
    expect(body.refresh).toBe(refresh)
    expect('refresh' in body).toBe(refresh !== undefined)
  })

  it('that the policy refuses holds no token, but the new refresh token', () => {
    const refusal = new Failure('not-allowed', 'no')
    expect(after({ refusal, refresh: 'next' })).toMatchObject({ tokens: [], refresh: 'next' })
  })

  it.each<[string, Partial<Renewal>, object, Partial<SessionBody>, string | undefined, true | undefined]>([
    ['came', {}, {}, {}, 'new-id', undefined],
    ['came again, after it had not', {}, {}, { idTokenAtSignInOnly: true }, 'new-id', undefined],
    ['did not come', noId, {}, {}, 'old-id', true],
    ['did not come, as before', noId, {}, { idTokenAtSignInOnly: true }, 'old-id', true],
    ['did not come in an answer that cannot be used', { ...noId, unusable }, {}, {}, 'old-id', undefined],
    ['came for other scopes: it says less', {}, { scopes: 'openid x' }, {}, 'old-id', undefined],
    ['did not come for scopes with openid', noId, { scopes: 'x openid' }, {}, 'old-id', true],
    ['did not come for scopes without', noId, { scopes: 'x openid2' }, {}, 'old-id', undefined],
    ['did not come for another API', noId, { audience: 'api' }, {}, 'old-id', undefined],
    [
      'did not come for another API, as before',
      noId,
      { audience: 'api' },
      { idTokenAtSignInOnly: true },
      'old-id',
      true,
    ],
  ])('ID token: %s', (_, renewal, want, before, idToken, only) => {
    const body = after(renewal, want, before)
    expect(body.idToken).toBe(idToken)
    expect(body.idTokenAtSignInOnly).toBe(only)
  })
})
