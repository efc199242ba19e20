import { expect, it } from 'vitest'
import { judgeAlignment } from '../../src/claims/access-level.ts'
import { judgeAssertion, parseAssertion } from '../../src/claims/assertion.ts'
import { normalise } from '../../src/claims/normalise.ts'
import { type Expect, judge, type KnownToken } from '../../src/claims/policy.ts'

/** The values of `check --json` that programs compare themselves: seconds, lists, and null for what is not said. */

const NOW = 1_800_000_000_000
const SECONDS = NOW / 1000
const PAYLOAD = {
  iss: 'i',
  sub: 'ada',
  aud: 'api',
  groups: ['ops', 'dev'],
  exp: SECONDS + 600,
  nbf: SECONDS - 5,
}

function token(payload: Record<string, unknown> = PAYLOAD, over: Partial<KnownToken> = {}): KnownToken {
  const identity = normalise(payload, { kind: 'access' })
  return { identity, kind: 'access', opaque: false, signature: 'verified', ...over }
}

const valuesOf = (assertion: string, known: KnownToken, expected: Expect = {}) =>
  judge(known, expected, NOW).find((finding) => finding.assertion === assertion)?.values

it.each<[string, KnownToken, Expect, unknown]>([
  ['signature', token(), {}, { operator: '==', expected: 'verified', actual: 'verified' }],
  ['signature', token({}, { opaque: true }), {}, { operator: '==', expected: 'verified', actual: null }],
  ['not expired', token(), {}, { operator: '>', expected: SECONDS - 60, actual: SECONDS + 600 }],
  ['not expired', token({}), {}, { operator: '>', expected: SECONDS - 60, actual: null }],
  ['already valid', token(), {}, { operator: '<=', expected: SECONDS + 60, actual: SECONDS - 5 }],
  ['time left', token(), { minTtlSeconds: 300 }, { operator: '>=', expected: 300, actual: 600 }],
  ['time left', token({}), { minTtlSeconds: 300 }, { operator: '>=', expected: 300, actual: null }],
  [
    'token lifetime',
    token({ exp: 90, iat: 30 }),
    { maxTokenLifetimeSeconds: 300 },
    { operator: '<=', expected: 300, actual: 60 },
  ],
  ['token lifetime', token(), { maxTokenLifetimeSeconds: 9 }, { operator: '<=', expected: 9, actual: null }],
  [
    'group',
    token(),
    { groups: ['a', 'ops'] },
    { operator: 'any-of', expected: ['a', 'ops'], actual: ['ops', 'dev'] },
  ],
  ['role', token(), { roles: ['a'] }, { operator: 'any-of', expected: ['a'], actual: null }],
  ['scope', token(), { scopes: ['s'] }, { operator: 'contains', expected: 's', actual: null }],
  ['subject', token(), { sub: 'a*' }, { operator: 'like', expected: 'a*', actual: ['ada'] }],
  [
    'kind',
    token(PAYLOAD, { kind: 'refresh' }),
    {},
    { operator: 'any-of', expected: ['access', 'id'], actual: ['refresh'] },
  ],
])('%s %#', (assertion, known, expected, values) => {
  expect(valuesOf(assertion, known, expected)).toStrictEqual(values)
})

it.each([
  ['level >= 4', { operator: '>=', expected: '4', actual: 3 }],
  ['level exists', { operator: 'exists', expected: null, actual: 3 }],
  ['none == x', { operator: '==', expected: 'x', actual: null }],
])('--claim %s', (text, values) => {
  expect(judgeAssertion(token(), { level: 3 }, parseAssertion(text)).values).toStrictEqual(values)
})

it('alignment names what is missing, and what the other side holds', () => {
  const table = { write: { scopes: ['traces:write'], groups: ['ops'] } }
  expect(judgeAlignment(['openid'], ['ops'], table)[0]?.values).toStrictEqual({
    operator: 'contains',
    expected: ['traces:write'],
    actual: ['ops'],
  })
  expect(judgeAlignment(['traces:write'], [], table)[0]?.values.operator).toBe('any-of')
})
