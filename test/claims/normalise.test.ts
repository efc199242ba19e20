import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TokenKind } from '../../src/claims/kind.ts'
import { GENERIC_CLAIM_NAMES, type Identity, normalise, type Reading } from '../../src/claims/normalise.ts'

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
    ['a comma inside a scope', 'scopes', { scope: 'a,b c' }, { value: ['a,b', 'c'], source: 'scope' }],
    ['scp list', 'scopes', { scp: ['a', 'b', 'a'] }, { value: ['a', 'b'], source: 'scp' }],
    ['scp string', 'scopes', { scp: 'a b' }, { value: ['a', 'b'], source: 'scp' }],
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
      'groups squeezed as JSON',
      'groups',
      { 'custom:groups': '["o,ps","dev"]' },
      { value: ['o,ps', 'dev'], source: 'custom:groups' },
    ],
    [
      'groups squeezed with commas',
      'groups',
      { 'custom:groups': 'ops, dev,,ops' },
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
    [
      'distributed and given',
      'groups',
      { _claim_names: { groups: 'src1' }, groups: ['ops'] },
      { value: undefined, status: 'overage' },
    ],
    [
      'a name that ends like groups',
      'groups',
      { excluded_groups: ['ops'] },
      { value: undefined, status: 'absent' },
    ],
    ['numeric string time', 'expiresAt', { exp: '1800000000' }, { value: undefined, status: 'unreadable' }],
    ['fractional time', 'expiresAt', { exp: 1800000000.5 }, { value: 1_800_000_000.5, source: 'exp' }],
    ['time as a date', 'expiresAt', { exp: '2027-01-15' }, { value: undefined, status: 'unreadable' }],
    ['negative time', 'expiresAt', { exp: -1 }, { value: undefined, status: 'unreadable' }],
    [
      'infinite time',
      'expiresAt',
      { exp: Number.POSITIVE_INFINITY },
      { value: undefined, status: 'unreadable' },
    ],
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

describe('normalise, with places handed in', () => {
  it('says unsupported for a concept that is never there', () => {
    expect(read({ groups: ['x'] }, { names: { groups: [] } }).groups).toEqual({
      value: undefined,
      status: 'unsupported',
    })
  })

  it('takes the scopes of the token response only when the token names none', () => {
    expect(read({}, { responseScope: 'openid traces:read' }).scopes).toEqual({
      value: ['openid', 'traces:read'],
      source: 'token response',
    })
    expect(read({ scope: 'a' }, { responseScope: 'a b' }).scopes).toEqual({ value: ['a'], source: 'scope' })
    expect(read({}, { names: { scopes: [] }, responseScope: 'a' }).scopes).toEqual({
      value: ['a'],
      source: 'token response',
    })
  })

  it('merges nested roles, each named by where it stands', () => {
    const names = {
      roles: [
        {
          merge: [
            { path: ['realm', 'roles'], prefix: 'realm:' },
            { path: ['per_client', '*', 'roles'], prefix: '*:' },
          ],
        },
      ],
    }
    const payload = {
      realm: { roles: ['viewer'] },
      per_client: { api: { roles: ['reader'] }, 'a$&b': { roles: ['x'] } },
    }
    expect(read(payload, { names }).roles).toEqual({
      value: ['realm:viewer', 'api:reader', 'a$&b:x'],
      source: 'realm.roles + per_client.*.roles',
    })
  })

  it('marks an address that was read elsewhere as unverified', () => {
    const names = { email: ['email', { path: ['upn'], containing: '@' }] }
    expect(read({ upn: 'g@acme.example', email_verified: true }, { names }).emailVerified).toEqual({
      value: false,
      source: 'upn',
    })
    expect(read({ upn: 'grace' }, { names }).email).toEqual({ value: undefined, status: 'absent' })
  })

  it('knows levels that stand for two factors', () => {
    const names = { mfaLevels: ['urn:acme:2fa:*', 'gold'] }
    expect(read({ acr: 'urn:acme:2fa:any' }, { names }).mfa).toEqual({ value: true, source: 'acr' })
    expect(read({ acr: 'golden' }, { names }).mfa).toEqual({ value: undefined, status: 'absent' })
    expect(read({}, { names }).mfa).toEqual({ value: undefined, status: 'absent' })
  })
})

describe('where a provider without a preset may have a claim', () => {
  it.each<[keyof Identity, readonly string[]]>([
    ['userName', ['preferred_username', 'upn', 'username', 'email', 'nickname', 'name', 'sub']],
    ['client', ['azp', 'client_id', 'cid', 'appid']],
    ['groups', ['groups', 'group', 'memberOf', 'cognito:groups', 'https://a.example/groups', 'urn:a:groups']],
    ['roles', ['roles', 'role', 'permissions', 'https://a.example/roles']],
    ['scopes', ['scope', 'scp']],
    ['tenant', ['tid', 'org_id', 'hd']],
    ['tokenId', ['jti', 'uti']],
    ['sessionId', ['sid']],
    ['subject', ['sub']],
    ['email', ['email']],
  ])('%s: in %j, the first of them first', (concept, names) => {
    const claims = names.map((name) => [name, `v-${name}`] as const)
    for (const [i, [name, value]] of claims.entries()) {
      const held = read(Object.fromEntries(claims.slice(i).reverse()))[concept]
      const isList = ['groups', 'roles', 'scopes'].includes(concept)
      expect(held).toEqual({ value: isList ? [value] : value, source: name })
    }
  })

  it('of groups that were left out, the claim that says so', () => {
    const names = { groupsLeftOut: ['hasgroups', 'more'] }
    const overage = { value: undefined, status: 'overage' }
    expect(read({ more: 'true', groups: ['ops'] }, { names }).groups).toEqual(overage)
    expect(read({ hasgroups: true }, { names }).groups).toEqual(overage)
    expect(read({ hasgroups: false, groups: ['ops'] }, { names }).groups).toMatchObject({ value: ['ops'] })
  })
})

describe('where several places have one claim', () => {
  const names = (...roles: readonly object[]) => ({ names: { roles: roles as never } })

  it('lists are joined without duplicates, and each place is named once', () => {
    expect(read({ a: ['x'], b: ['y'] }, names({ merge: ['a', 'b'] })).roles).toEqual({
      value: ['x', 'y'],
      source: 'a + b',
    })
    const source = { merge: ['a', 'b', { path: ['a'] }] }
    expect(read({ a: ['x', 'y'], b: ['y', 'z'] }, names(source)).roles).toEqual({
      value: ['x', 'y', 'z'],
      source: 'a + b',
    })
  })

  it('a single value is the first of them', () => {
    const subject = [{ merge: ['a', 'b'] }]
    expect(read({ a: 'x', b: 'y' }, { names: { subject } }).subject).toEqual({ value: 'x', source: 'a' })
  })

  it('one of a wrong shape counts as absent', () => {
    expect(read({ a: 7, b: ['z'] }, names({ merge: ['a', 'b'] })).roles).toEqual({
      value: ['z'],
      source: 'b',
    })
  })

  it('the first empty list is told when no place has more', () => {
    expect(read({ roles: [], role: [] }).roles).toEqual({ value: [], source: 'roles' })
  })

  it.each([null, 'x', 7, ['groups']])('_claim_names that is %j names nothing', (elsewhere) => {
    expect(read({ _claim_names: elsewhere, groups: ['ops'] }).groups).toMatchObject({ value: ['ops'] })
  })

  it('_claim_names of another claim leaves this one alone', () => {
    expect(read({ _claim_names: { roles: 's' }, groups: ['ops'] }).groups).toMatchObject({ value: ['ops'] })
    expect(read({ _claim_names: { roles: 's' } }).roles).toEqual({ value: undefined, status: 'overage' })
  })
})

describe('scopes and roles in a shape that is not read', () => {
  const unreadable = { value: undefined, status: 'unreadable' }

  it.each<[string, object, 'scopes' | 'roles']>([
    ['a list of objects', { scope: [{ n: 'traces' }] }, 'scopes'],
    ['an object', { scp: { traces: true } }, 'scopes'],
    ['a list of objects', { roles: [{ n: 'r' }] }, 'roles'],
    ['an object', { roles: { r: {} } }, 'roles'],
  ])('%s: not absent', (_, payload, concept) => {
    expect(read(payload as Record<string, unknown>)[concept]).toEqual(unreadable)
  })

  it('the response does not speak for such a token', () => {
    const scopes = (scope: unknown) =>
      normalise({ scope }, { kind: 'access', responseScope: 'traces:read' }).scopes
    expect(scopes([{ n: 'traces' }])).toEqual(unreadable)
    expect(scopes(null)).toEqual({ value: ['traces:read'], source: 'token response' })
  })

  it('a scope with a comma is one, and no other shape', () => {
    expect(read({ scope: 'a,b' }).scopes).toEqual({ value: ['a,b'], source: 'scope' })
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

  it.each<[string, object, true | undefined]>([
    ['a name beside an object', { groups: [{ name: 'ops' }, 'dev'] }, true],
    ['a name beside a number', { groups: ['dev', 7] }, true],
    ['names in one place, an object in another', { groups: ['dev'], group: [{ name: 'ops' }] }, undefined],
    ['nothing beside a name', { groups: ['dev', null, ''] }, undefined],
  ])('%s: whether the list is all of them', (_, payload, isPart) => {
    const { groups } = read(payload as Record<string, unknown>)
    expect(groups).toMatchObject({ value: ['dev'] })
    expect('isPart' in groups ? groups.isPart : undefined).toBe(isPart)
  })

  it('a list in a text of a user pool', () => {
    const groups = (text: string) =>
      read({ 'custom:groups': text }, { names: { groups: ['custom:groups'] } }).groups
    expect(groups('["dev", {"name": "ops"}]')).toMatchObject({ value: ['dev'], isPart: true })
    expect(groups('["dev"]')).not.toHaveProperty('isPart')
  })

  it('with a prefix of their own', () => {
    const groups = [{ path: ['realm', 'groups'], prefix: 'realm:' }]
    const held = (groupsThere: unknown) =>
      read({ realm: { groups: groupsThere } }, { names: { groups } }).groups
    expect(held([{ name: 'ops' }])).toEqual(unreadable)
    expect(held([])).toEqual({ value: [], source: 'realm.groups' })
  })

  it.each<[string, object, unknown]>([
    ['another place has them', { groups: [7], group: ['ops'] }, { value: ['ops'], source: 'group' }],
    ['there are none', { groups: null }, { value: undefined, status: 'absent' }],
    [
      'they are elsewhere',
      { _claim_names: { groups: 's' }, groups: [7] },
      { value: undefined, status: 'overage' },
    ],
  ])('unless %s', (_, payload, expected) => {
    expect(read(payload as Record<string, unknown>).groups).toEqual(expected)
  })
})

describe('what the answer with the token says beside it', () => {
  it('is its expiry, only when the token says none', () => {
    expect(read({}, { responseExpiry: 5 }).expiresAt).toEqual({ value: 5, source: 'token response' })
    expect(read({ exp: 7 }, { responseExpiry: 5 }).expiresAt).toEqual({ value: 7, source: 'exp' })
    expect(read({}).expiresAt).toEqual({ value: undefined, status: 'absent' })
  })

  it('can be an empty scope', () => {
    expect(read({}, { responseScope: '' }).scopes).toEqual({ value: [], source: 'token response' })
  })
})

describe('normalise, for any payload', () => {
  const claim = fc.oneof(
    fc.constantFrom(
      'sub',
      'aud',
      'scope',
      'scp',
      'groups',
      'custom:groups',
      'exp',
      'amr',
      'acr',
      '_claim_names',
      'iss',
      'email',
      'email_verified',
      'roles',
    ),
    fc.string(),
  )
  const payloads = fc.dictionary(claim, fc.jsonValue())
  const kinds = fc.constantFrom<TokenKind>('id', 'access', 'refresh', 'logout', 'unknown')

  it('gives every concept, in one of two shapes, the same way each time', () => {
    fc.assert(
      fc.property(payloads, kinds, (payload, kind) => {
        const concepts = Object.keys(read({})).sort()
        const identity = normalise(payload, { kind, names: GENERIC_CLAIM_NAMES })
        expect(Object.keys(identity).sort()).toEqual(concepts)
        for (const held of Object.values(identity)) {
          const { isPart, ...rest } = { isPart: undefined, ...held }
          expect(isPart === undefined || Array.isArray(held.value)).toBe(true)
          const keys = Object.keys(rest).sort()
          expect(keys).toEqual(held.value === undefined ? ['status', 'value'] : ['source', 'value'])
        }
        expect(normalise(payload, { kind })).toEqual(identity)
      }),
    )
  })

  it('reads its own lists back unchanged', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const once = read(payload)
        const again = read({
          ...(once.scopes.value && { scope: once.scopes.value }),
          ...(once.groups.value && { groups: once.groups.value }),
          ...(once.audience.value && { aud: once.audience.value }),
        })
        expect([again.scopes.value, again.groups.value, again.audience.value]).toEqual([
          once.scopes.value,
          once.groups.value,
          once.audience.value,
        ])
      }),
    )
  })
})
