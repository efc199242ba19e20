import { describe, expect, it } from 'vitest'
import { type Identity, normalise, type Reading } from '../../src/claims/normalise.ts'

const read = (payload: Record<string, unknown>, reading: Partial<Reading> = {}) =>
  normalise(payload, { kind: 'access', ...reading })

describe('normalise, generic', () => {
  it('reads a plain ID token', () => {
    const identity = read(
      {
        iss: 'https://id.acme.example',
        sub: 'u-17',
        aud: 'traces-cli',
        iat: 1_800_000_000,
        exp: 1_800_003_600,
        nbf: 1_799_999_900,
        auth_time: 1_799_999_000,
        email: 'grace@acme.example',
        email_verified: true,
        preferred_username: 'grace',
        sid: 's-1',
        jti: 'j-1',
        amr: ['pwd', 'otp'],
      },
      { kind: 'id' },
    )
    expect(identity).toEqual({
      issuer: { value: 'https://id.acme.example', source: 'iss' },
      subject: { value: 'u-17', source: 'sub' },
      userName: { value: 'grace', source: 'preferred_username' },
      email: { value: 'grace@acme.example', source: 'email' },
      emailVerified: { value: true, source: 'email_verified' },
      client: { value: 'traces-cli', source: 'aud' },
      audience: { value: ['traces-cli'], source: 'aud' },
      scopes: { value: undefined, status: 'absent' },
      groups: { value: undefined, status: 'absent' },
      roles: { value: undefined, status: 'absent' },
      tenant: { value: 'id.acme.example', source: 'iss' },
      authTime: { value: 1_799_999_000, source: 'auth_time' },
      mfa: { value: true, source: 'amr' },
      sessionId: { value: 's-1', source: 'sid' },
      tokenId: { value: 'j-1', source: 'jti' },
      issuedAt: { value: 1_800_000_000, source: 'iat' },
      expiresAt: { value: 1_800_003_600, source: 'exp' },
      notBefore: { value: 1_799_999_900, source: 'nbf' },
    })
  })

  it.each<[string, keyof Identity, Record<string, unknown>, unknown]>([
    [
      'scopes in a string',
      'scopes',
      { scope: 'openid  traces:read' },
      { value: ['openid', 'traces:read'], source: 'scope' },
    ],
    ['scp list', 'scopes', { scp: ['a', 'b', 'a'] }, { value: ['a', 'b'], source: 'scp' }],
    ['an empty scope is "none"', 'scopes', { scope: '' }, { value: [], source: 'scope' }],
    ['audience list', 'audience', { aud: ['a', 'b'] }, { value: ['a', 'b'], source: 'aud' }],
    ['audience of a wrong shape', 'audience', { aud: 5 }, { value: undefined, status: 'absent' }],
    [
      'a group with a comma',
      'groups',
      { groups: 'cn=ops,dc=acme' },
      { value: ['cn=ops,dc=acme'], source: 'groups' },
    ],
    ['no groups, said', 'groups', { groups: [] }, { value: [], source: 'groups' }],
    [
      'a later claim beats an empty one',
      'groups',
      { groups: [], memberOf: ['ops'] },
      { value: ['ops'], source: 'memberOf' },
    ],
    [
      'namespaced groups',
      'groups',
      { 'https://acme.example/Groups': ['ops'] },
      { value: ['ops'], source: 'https://acme.example/Groups' },
    ],
    [
      'user pool groups',
      'groups',
      { 'cognito:groups': ['ops'] },
      { value: ['ops'], source: 'cognito:groups' },
    ],
    [
      'groups squeezed like a printed list',
      'groups',
      { 'custom:groups': '[ops, dev]' },
      { value: ['ops', 'dev'], source: 'custom:groups' },
    ],
    [
      'groups of objects and numbers',
      'groups',
      { groups: [{ name: 'ops' }, 7, null, ''] },
      { value: [], source: 'groups' },
    ],
    [
      'distributed groups',
      'groups',
      { _claim_names: { groups: 'src1' } },
      { value: undefined, status: 'overage' },
    ],
    ['numeric string time', 'expiresAt', { exp: '1800000000' }, { value: undefined, status: 'unreadable' }],
    ['time as a date', 'expiresAt', { exp: '2027-01-15' }, { value: undefined, status: 'unreadable' }],
    ['iat is no sign-in time', 'authTime', { iat: 1_800_000_000 }, { value: undefined, status: 'absent' }],
    [
      'verified as a string',
      'emailVerified',
      { email: 'g@acme.example', email_verified: 'true' },
      { value: true, source: 'email_verified' },
    ],
    [
      'verified without an address',
      'emailVerified',
      { email_verified: true },
      { value: undefined, status: 'absent' },
    ],
    ['a number is no subject', 'subject', { sub: 12 }, { value: undefined, status: 'absent' }],
    ['one factor is not two', 'mfa', { amr: ['otp'] }, { value: undefined, status: 'absent' }],
    ['two methods of one kind', 'mfa', { amr: ['sms', 'otp'] }, { value: undefined, status: 'absent' }],
    ['mfa outright', 'mfa', { amr: ['pwd', 'mfa'] }, { value: true, source: 'amr' }],
    ['a single method as a string', 'mfa', { amr: 'mfa' }, { value: true, source: 'amr' }],
    [
      'aud is no client of an access token',
      'client',
      { aud: 'api://traces' },
      { value: undefined, status: 'absent' },
    ],
  ])('%s', (_, concept, payload, held) => {
    expect(read(payload)[concept]).toEqual(held)
  })
})

describe('groups in a shape that is not read', () => {
  const unreadable = { value: undefined, status: 'unreadable' }
  it.each<[string, object]>([
    ['a list of objects', { groups: [{ name: 'ops' }] }],
    ['a list of objects where another place says none', { groups: [], group: [{ name: 'ops' }] }],
    ['an object', { groups: { ops: { 1: 'acme.example' } } }],
    [
      'such a list where another place has none',
      { groups: [{ name: 'ops' }], 'https://acme.example/groups': null },
    ],
  ])('%s: not "in no group", and not absent', (_, payload) => {
    expect(read(payload as Record<string, unknown>).groups).toEqual(unreadable)
  })
})
