import { describe, expect, it } from 'vitest'
import { normalise } from '../../src/claims/normalise.ts'
import { type Expect, isWithoutSignature, judge, type KnownToken } from '../../src/claims/policy.ts'
import { inWords } from './in-words.ts'

/** Whole findings, as `check --json` prints them: a script may read every member. */

const NOW = 1_800_000_000_000
const PAYLOAD = {
  iss: 'https://id.acme.example',
  sub: 'ada',
  aud: ['api://traces', 'traces'],
  azp: 'traces-cli',
  groups: ['ops'],
  exp: NOW / 1000 + 3000,
}

function token(payload: Record<string, unknown> = PAYLOAD, over: Partial<KnownToken> = {}): KnownToken {
  const kind = over.kind ?? 'access'
  return {
    identity: normalise(payload, { kind }),
    kind,
    opaque: false,
    signature: 'verified',
    ...over,
  }
}

const about = (assertion: string, known: KnownToken, expected: Expect = {}) =>
  judge(known, expected, NOW)
    .filter((finding) => finding.assertion === assertion)
    .map(inWords)

describe('the signature', () => {
  const finding = { assertion: 'signature', expected: "made with one of the provider's keys" }
  it.each<[string, Partial<KnownToken>, Record<string, unknown>]>([
    ['verified', {}, { actual: 'verified', verdict: 'pass' }],
    [
      'not verified',
      { signature: 'unverified' },
      { actual: 'unverified', verdict: 'unknown', reason: 'unverified-signature' },
    ],
    [
      'of a token for the provider’s own API',
      { signature: 'unverified', notForUs: true },
      { actual: 'unverified', verdict: 'unknown', reason: 'opaque' },
    ],
    ['bad', { signature: 'bad' }, { actual: 'bad', verdict: 'fail' }],
    ['bad, of an opaque token', { signature: 'bad', opaque: true }, { actual: 'bad', verdict: 'fail' }],
    [
      'of an opaque token',
      { signature: 'unverified', opaque: true },
      { actual: 'nothing to verify', verdict: 'unknown', reason: 'opaque' },
    ],
  ])('%s', (_, over, rest) => {
    expect(about('signature', token(PAYLOAD, over))).toStrictEqual([{ ...finding, ...rest }])
  })
})

describe('an opaque token that the provider sent itself', () => {
  it.each<[string, Partial<KnownToken>, Expect, number]>([
    ['has no signature, so nothing is said of one', { responseExpiry: NOW }, {}, 0],
    ['strictly it is not verified', { responseExpiry: NOW }, { strict: true }, 1],
    ['from elsewhere: it is not verified', {}, {}, 1],
    ['one that is a JWT is verified like any other', { responseExpiry: NOW, opaque: false }, {}, 1],
  ])('%s', (_, over, expected, findings) => {
    const opaque = token({}, { opaque: true, signature: 'unverified', ...over })
    expect(about('signature', opaque, expected)).toHaveLength(findings)
    for (const finding of judge(opaque, expected, NOW)) expect(finding).toHaveProperty('verdict')
    expect(isWithoutSignature(opaque)).toBe(over.responseExpiry !== undefined && over.opaque !== false)
  })
})

describe('what a finding says', () => {
  it('one wanted value is named alone, and an empty list is "none"', () => {
    expect(about('group', token({ ...PAYLOAD, groups: [] }), { groups: ['dev'] })).toStrictEqual([
      { assertion: 'group', expected: 'dev', actual: 'none', verdict: 'fail', source: 'groups' },
    ])
  })

  it('a claim that is not there', () => {
    expect(about('role', token(), { roles: ['viewer', 'editor'] })).toStrictEqual([
      {
        assertion: 'role',
        expected: 'any of: viewer, editor',
        actual: 'not said',
        verdict: 'unknown',
        reason: 'claim-absent',
      },
    ])
  })

  it('twenty values are listed, of twenty-one the last is counted', () => {
    const groups = (count: number) => Array.from({ length: count }, (_, at) => `g${at}`)
    const actual = (count: number) =>
      about('group', token({ ...PAYLOAD, groups: groups(count) }), { groups: ['x'] })[0]?.actual
    expect(actual(20)).toBe(groups(20).join(', '))
    expect(actual(21)).toBe(`${groups(20).join(', ')} and 1 more`)
  })

  it('a token that is none to be used', () => {
    expect(about('kind', token(PAYLOAD, { kind: 'refresh' }))).toStrictEqual([
      { assertion: 'kind', expected: 'an access or ID token', actual: 'a refresh token', verdict: 'fail' },
    ])
  })

  it('a claim of a token for the provider’s own API cannot be believed', () => {
    const known = token(PAYLOAD, { signature: 'unverified', notForUs: true })
    expect(about('client', known, { client: ['traces-cli'] })[0]).toMatchObject({
      verdict: 'unknown',
      reason: 'opaque',
    })
  })

  it('nothing that an opaque token seems to claim is believed', () => {
    const known = token(PAYLOAD, { opaque: true, signature: 'unverified' })
    for (const [assertion, expected] of [
      ['issuer', { issuer: ['https://id.acme.example'] }],
      ['issuer', { issuer: ['https://other.example'] }],
      ['group', { groups: ['ops'] }],
      ['not expired', {}],
    ] as const) {
      expect(about(assertion, known, expected)[0]).toMatchObject({ verdict: 'unknown', reason: 'opaque' })
    }
  })
})

describe('a note', () => {
  const note = (payload: Record<string, unknown>, expected: Expect, assertion = 'audience') =>
    about(assertion, token(payload), expected)[0]

  it('points to the client only where the token names one', () => {
    expect(note({ ...PAYLOAD, aud: undefined }, { audience: ['x'] })?.note).toBe(
      'this token names no audience; its client can be asserted instead',
    )
    expect(note({ ...PAYLOAD, aud: undefined, azp: undefined }, { audience: ['x'] })).not.toHaveProperty(
      'note',
    )
  })

  it.each<[string, unknown, string[], boolean]>([
    ['the id alone', 'guid', ['api://guid'], true],
    ['the id beside another audience', ['x', 'guid'], ['api://guid'], true],
    ['the URI beside another expectation', 'guid', ['api://other', 'api://guid'], true],
    ['id and URI', ['api://guid', 'guid'], ['api://guid'], false],
    ['another API', 'guid', ['api://other'], false],
  ])('tells of an API named by its id: %s', (_, aud, audience, told) => {
    const finding = note({ ...PAYLOAD, aud }, { audience })
    if (told) expect(finding?.note).toBe('this token names the API by its id alone: expect it without api://')
    else expect(finding).not.toHaveProperty('note')
  })

  it('says why an ID token has no scopes, and only there', () => {
    const scope = (payload: Record<string, unknown>, kind: KnownToken['kind']) =>
      about('scope', token(payload, { kind }), { scopes: ['traces:read'] })[0]
    expect(scope(PAYLOAD, 'id')?.note).toBe(
      'an ID token carries no scopes: whoever is given it decides by audience, client and claims',
    )
    expect(scope({ ...PAYLOAD, scope: 'traces:read' }, 'id')).not.toHaveProperty('note')
    expect(scope(PAYLOAD, 'access')).not.toHaveProperty('note')
  })
})

describe('scopes', () => {
  const scope = (payload: Record<string, unknown>, responseScope: string, wanted: string) =>
    about('scope', token(payload, { responseScope }), { scopes: [wanted] })[0]

  it('of the token itself win over those of the response', () => {
    expect(scope({ ...PAYLOAD, scope: 'openid' }, 'openid traces:write', 'traces:write')).toMatchObject({
      actual: 'openid',
      verdict: 'fail',
      source: 'scope',
    })
  })

  it('of the response are words, whatever the space between', () => {
    expect(scope(PAYLOAD, ' openid  traces:read ', 'traces:read')).toStrictEqual({
      assertion: 'scope',
      expected: 'traces:read',
      actual: 'openid, traces:read',
      verdict: 'pass',
      source: 'token response',
    })
  })

  it('are whole words: half of one is none', () => {
    expect(scope(PAYLOAD, 'traces:readwrite', 'traces:read')?.verdict).toBe('fail')
  })
})

describe('stars in --sub', () => {
  it.each([
    ['*', '', true],
    ['*', 'anybody', true],
    ['a*', 'a', true],
    ['*a', 'a', true],
    ['a*b', 'ab', true],
    ['a*b', 'axb', true],
    ['a*b', 'a', false],
    ['a*b', 'axc', false],
    ['a*b', 'xab', false],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'a-x-c', false],
    ['a*c*c', 'a-c', false],
    ['ab*b*c', 'abc', false],
    ['a*b*c*d', 'a-b-c-d', true],
    ['a*c*b*d', 'a-b-c-d', false],
    ['a*b*b*d', 'a-b-d', false],
    ['a*bb*b*d', 'a-bb-d', false],
    ['a**d', 'ad', true],
    ['**', 'x', true],
    ['a.c', 'abc', false],
  ])('%s and %s: %s', (sub, subject, same) => {
    const findings = about('subject', token({ ...PAYLOAD, sub: subject || undefined }), { sub })
    const verdict = subject === '' ? 'unknown' : same ? 'pass' : 'fail'
    expect(findings[0]?.verdict).toBe(verdict)
  })
})
