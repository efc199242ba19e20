import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Finding, verdictOf } from '../../src/claims/finding.ts'
import { normalise } from '../../src/claims/normalise.ts'
import { type Expect, judge, type KnownToken } from '../../src/claims/policy.ts'

const NOW = 1_800_000_000_000
const SECONDS = NOW / 1000
const PAYLOAD = {
  iss: 'https://id.acme.example',
  sub: 'repo:acme/app:ref:main',
  aud: ['api://traces', 'https://id.acme.example/userinfo'],
  azp: 'traces-cli',
  scope: 'openid traces:read',
  groups: ['ops', 'everyone'],
  roles: ['viewer'],
  iat: SECONDS - 600,
  exp: SECONDS + 3000,
}

function subject(payload: Record<string, unknown> = PAYLOAD, over: Partial<KnownToken> = {}): KnownToken {
  return {
    identity: normalise(payload, { kind: 'access' }),
    kind: 'access',
    opaque: false,
    signature: 'verified',
    ...over,
  }
}

const one = (findings: Finding[], assertion: string) =>
  findings.find((finding) => finding.assertion === assertion)
const verdicts = (findings: Finding[]) =>
  Object.fromEntries(findings.map((finding) => [finding.assertion, finding.verdict]))

describe('judge', () => {
  it.each<[string, Expect, Record<string, unknown>, string, string]>([
    ['issuer', { issuer: ['https://id.acme.example'] }, {}, 'issuer', 'pass'],
    ['issuer with a slash', { issuer: ['https://id.acme.example/'] }, {}, 'issuer', 'fail'],
    ['issuer in capitals', { issuer: ['https://ID.acme.example'] }, {}, 'issuer', 'fail'],
    [
      'one of two issuers',
      { issuer: ['https://b.example', 'https://id.acme.example'] },
      {},
      'issuer',
      'pass',
    ],
    ['one of the audiences', { audience: ['api://other', 'api://traces'] }, {}, 'audience', 'pass'],
    ['no such audience', { audience: ['api://other'] }, {}, 'audience', 'fail'],
    ['half an audience', { audience: ['api://trace'] }, {}, 'audience', 'fail'],
    ['no audience', { audience: ['api://traces'] }, { aud: undefined }, 'audience', 'unknown'],
    ['scope', { scopes: ['traces:read'] }, {}, 'scope', 'pass'],
    ['scope in capitals', { scopes: ['Traces:read'] }, {}, 'scope', 'fail'],
    ['group', { groups: ['dev', 'ops'] }, {}, 'group', 'pass'],
    ['no such group', { groups: ['dev'] }, {}, 'group', 'fail'],
    ['in no group', { groups: ['dev'] }, { groups: [] }, 'group', 'fail'],
    ['role', { roles: ['viewer'] }, {}, 'role', 'pass'],
    ['client', { client: ['traces-cli'] }, {}, 'client', 'pass'],
    ['subject', { sub: 'repo:acme/app:ref:main' }, {}, 'subject', 'pass'],
    ['subject with a star', { sub: 'repo:acme/*:ref:*' }, {}, 'subject', 'pass'],
    ['subject with a star in front', { sub: '*:main' }, {}, 'subject', 'pass'],
    ['subject, star elsewhere', { sub: 'repo:evil/*' }, {}, 'subject', 'fail'],
    [
      'subject, no overlap of head and tail',
      { sub: 'repo:acme/app:ref:main*ref:main' },
      {},
      'subject',
      'fail',
    ],
    ['empty subject', { sub: '' }, {}, 'subject', 'fail'],
    ['enough time', { minTtlSeconds: 3000 }, {}, 'time left', 'pass'],
    ['too little time', { minTtlSeconds: 3001 }, {}, 'time left', 'fail'],
    ['short enough', { maxTokenLifetimeSeconds: 3600 }, {}, 'token lifetime', 'pass'],
    ['too long', { maxTokenLifetimeSeconds: 3599 }, {}, 'token lifetime', 'fail'],
    [
      'ends before it begins',
      { maxTokenLifetimeSeconds: 3600 },
      { iat: SECONDS + 9000 },
      'token lifetime',
      'fail',
    ],
    ['no iat', { maxTokenLifetimeSeconds: 3600 }, { iat: undefined }, 'token lifetime', 'unknown'],
    [
      'issued within the leeway',
      { maxTokenLifetimeSeconds: 3600 },
      { iat: SECONDS + 60, exp: SECONDS + 120 },
      'token lifetime',
      'pass',
    ],
    [
      'issued in years to come: a short life that began long ago',
      { maxTokenLifetimeSeconds: 3600 },
      { iat: SECONDS + 200_000_000, exp: SECONDS + 200_000_060 },
      'token lifetime',
      'fail',
    ],
    [
      'issued later than the leeway of the provider',
      { maxTokenLifetimeSeconds: 3600, leewaySeconds: 10 },
      { iat: SECONDS + 11, exp: SECONDS + 120 },
      'token lifetime',
      'fail',
    ],
    ['expired within the leeway', {}, { exp: SECONDS - 59 }, 'not expired', 'pass'],
    ['expired', {}, { exp: SECONDS - 60 }, 'not expired', 'fail'],
    ['no expiry', {}, { exp: undefined }, 'not expired', 'unknown'],
    ['starts within the leeway', {}, { nbf: SECONDS + 60 }, 'already valid', 'pass'],
    ['starts at what is no time', {}, { nbf: 'soon' }, 'already valid', 'unknown'],
    ['starts before all times', {}, { nbf: -1 }, 'already valid', 'unknown'],
    ['starts later', {}, { nbf: SECONDS + 61 }, 'already valid', 'fail'],
  ])('%s', (_, expected, over, assertion, verdict) => {
    expect(one(judge(subject({ ...PAYLOAD, ...over }), expected, NOW), assertion)?.verdict).toBe(verdict)
  })

  it('turns passes into unknown while the signature is unverified, and keeps failures', () => {
    const findings = judge(
      subject(PAYLOAD, { signature: 'unverified' }),
      { issuer: ['https://id.acme.example'], groups: ['dev'] },
      NOW,
    )
    expect(one(findings, 'signature')).toMatchObject({ verdict: 'unknown', reason: 'unverified-signature' })
    expect(one(findings, 'issuer')).toMatchObject({ verdict: 'unknown', reason: 'unverified-signature' })
    expect(one(findings, 'group')?.verdict).toBe('fail')
  })

  it('believes nothing under a bad signature', () => {
    const findings = judge(subject({ ...PAYLOAD, exp: 1 }, { signature: 'bad' }), { groups: ['dev'] }, NOW)
    expect(verdicts(findings)).toEqual({ signature: 'fail', 'not expired': 'unknown', group: 'unknown' })
    expect(one(findings, 'group')?.reason).toBe('bad-signature')
  })

  it('judges an opaque token by the scopes it came with, and by nothing else', () => {
    const opaque = subject({}, { opaque: true, signature: 'unverified', responseScope: 'traces:read' })
    const findings = judge(opaque, { scopes: ['traces:read'], audience: ['api://traces'] }, NOW)
    expect(verdicts(findings)).toEqual({
      signature: 'unknown',
      'not expired': 'unknown',
      audience: 'unknown',
      scope: 'pass',
    })
    expect(one(findings, 'scope')?.source).toBe('token response')
    expect(findings.filter((f) => f.verdict === 'unknown').every((f) => f.reason === 'opaque')).toBe(true)
    expect(verdictOf(findings)).toBe('unknown')
  })

  it('fails refresh and logout tokens', () => {
    expect(one(judge(subject(PAYLOAD, { kind: 'refresh' }), {}, NOW), 'kind')?.verdict).toBe('fail')
    expect(one(judge(subject(PAYLOAD, { kind: 'logout' }), {}, NOW), 'kind')?.verdict).toBe('fail')
  })
})

describe('judge, for any token and policy', () => {
  const name = fc.constantFrom('ops', 'dev', 'api://traces', 'traces:read', 'https://id.acme.example')
  const names = fc.array(name, { maxLength: 3 })
  const payloads = fc.record(
    {
      iss: name,
      sub: name,
      aud: fc.oneof(name, names),
      scope: name,
      groups: names,
      roles: names,
      azp: name,
      exp: fc.integer({ min: SECONDS - 9000, max: SECONDS + 9000 }),
      iat: fc.integer({ min: SECONDS - 9000, max: SECONDS }),
    },
    { requiredKeys: [] },
  )
  const expects = fc.record(
    {
      issuer: names,
      audience: names,
      scopes: names,
      groups: names,
      roles: names,
      client: names,
      sub: name,
      minTtlSeconds: fc.nat(9000),
      maxTokenLifetimeSeconds: fc.nat(9000),
    },
    { requiredKeys: [] },
  )

  it('never passes what it has not seen', () => {
    fc.assert(
      fc.property(payloads, expects, fc.constantFrom('unverified', 'bad'), (payload, expected, signature) => {
        const findings = judge(subject(payload, { signature }), expected, NOW)
        expect(findings.filter((finding) => finding.verdict === 'pass')).toEqual([])
        expect(verdictOf(findings)).not.toBe('pass')
      }),
    )
  })

  it('gives a reason with unknown and with nothing else, and a source with each claim that passes', () => {
    fc.assert(
      fc.property(
        payloads,
        expects,
        fc.constantFrom('verified', 'unverified', 'bad'),
        fc.boolean(),
        (payload, expected, signature, opaque) => {
          for (const finding of judge(subject(payload, { signature, opaque }), expected, NOW)) {
            expect(finding.reason !== undefined).toBe(finding.verdict === 'unknown')
            if (finding.verdict === 'pass' && finding.assertion !== 'signature')
              expect(finding.source).toBeDefined()
          }
        },
      ),
    )
  })

  it('passes no claim that the payload does not carry', () => {
    fc.assert(
      fc.property(expects, (expected) => {
        const findings = judge(subject({}), expected, NOW).filter(
          (finding) => finding.assertion !== 'signature',
        )
        expect(findings.every((finding) => finding.verdict === 'unknown')).toBe(true)
      }),
    )
  })
})

describe('verdictOf', () => {
  const finding = (verdict: Finding['verdict']): Finding => ({
    assertion: 'a',
    expected: 'e',
    actual: 'a',
    verdict,
    values: { operator: '==', expected: 'e', actual: 'a' },
  })
  it('lets one fail decide, then one unknown, and takes nothing for unknown', () => {
    expect(verdictOf([finding('pass'), finding('unknown'), finding('fail')])).toBe('fail')
    expect(verdictOf([finding('pass'), finding('unknown')])).toBe('unknown')
    expect(verdictOf([finding('pass')])).toBe('pass')
    expect(verdictOf([])).toBe('unknown')
  })
})
