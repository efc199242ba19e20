import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import { type Renewal, renewedBody } from '../../../src/session/renewal/renewal.ts'
import type { SessionBody, StoredToken } from '../../../src/session/store/session-file.ts'
import { tokenText } from '../../claims/token-text.ts'

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

  it('has the end of its refresh token from the answer, where it says one', () => {
    const ends = (renewal: Partial<Renewal>) => after(renewal, {}, { refreshEndsAt: 5 }).refreshEndsAt
    expect([ends({}), ends({ refreshEndsAt: 9 }), ends({ refreshEndsAt: null })]).toEqual([5, 9, null])
  })

  it('has each new token in place of the old one of its kind alone', () => {
    const [oldId, newId] = [token('old-id', { use: 'id' }), token('new-id', { use: 'id' })]
    const before = { tokens: [token('old'), oldId, token('other', { audience: 'api' })] }
    const values = (tokens: readonly StoredToken[]) =>
      after({ tokens }, {}, before).tokens.map(({ value }) => value)
    expect(values([token('new'), newId])).toEqual(['other', 'new', 'new-id'])
    expect(values([token('new')])).toEqual(['old-id', 'other', 'new'])
    expect(values([])).toEqual(['old', 'old-id', 'other'])
  })

  it('keeps what the answer says of scopes, keys, and where the provider has moved', () => {
    const jwks = { value: {}, fetchedAt: 1 }
    const metadata = { value: { token_endpoint: 'https://new.example/token' }, fetchedAt: 1 }
    expect(after({ grantedScope: 'openid x', jwks, metadata, narrowed: true })).toMatchObject({
      grantedScope: 'openid x',
      jwks,
      metadata,
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

describe('an ID token after a renewal for other scopes', () => {
  const PERSON = { sub: 'ada', email: 'ada@acme.example' }
  const says = (payload: object) => tokenText({ alg: 'ES256' }, payload)
  const before = (payload: object, over: Partial<SessionBody> = {}) => ({ idToken: says(payload), ...over })

  it('that says less about the person is not kept, and shows that renewals are bound', () => {
    const body = after({ idToken: says({ sub: 'ada' }) }, {}, before(PERSON))
    expect(body).toMatchObject({ idToken: says(PERSON), narrowed: true })
  })

  it.each(['nonce', 'at_hash', 'c_hash', 's_hash', 'auth_time', 'acr', 'amr', 'jti', 'sid', 'rat'])(
    'that has no %s says as much',
    (name) => {
      const body = after({ idToken: says(PERSON) }, {}, before({ ...PERSON, [name]: 'x' }))
      expect(body.idToken).toBe(says(PERSON))
      expect(body).not.toHaveProperty('narrowed')
    },
  )

  it.each<[string, string, Partial<SessionBody>]>([
    ['says more', says({ ...PERSON, name: 'Ada' }), before(PERSON)],
    [
      'says less where nothing was narrowed',
      says({ sub: 'ada' }),
      before(PERSON, { narrowed: false as never }),
    ],
    ['cannot be read', 'opaque', before(PERSON)],
    ['follows one that cannot be read', says(PERSON), { idToken: 'opaque' }],
  ])('that %s is kept', (_, idToken, session) => {
    const body = after({ idToken }, {}, session)
    expect(body.idToken).toBe(idToken)
    expect(body).not.toHaveProperty('narrowed')
  })

  it('the first one of all is kept', () => {
    const { idToken: _, ...without } = BEFORE
    const renewal = { tokens: [], idToken: says(PERSON), skewSeconds: 2 }
    expect(renewedBody(without, SENT, renewal, PLAIN)).toMatchObject({ idToken: says(PERSON) })
  })

  it.each<[string, object, object]>([
    ['for another API', { idToken: says({ sub: 'ada' }) }, { audience: 'api' }],
    ['that did not come', noId, {}],
  ])('%s shows nothing', (_, renewal, want) => {
    expect(after(renewal, want, before(PERSON))).not.toHaveProperty('narrowed')
  })
})
