import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeAssertion, oldestSignIn, parseAssertion } from '../../src/claims/assertion.ts'
import { inspectToken } from '../../src/claims/inspect.ts'

const how = { clientId: undefined, claimNames: undefined, responseScope: undefined }
const subject = { ...inspectToken('opaque', how), opaque: false, signature: 'verified' as const }
const payload = {
  email_verified: true,
  realm_access: { roles: ['ops', 'dev'] },
  'https://acme.example/team': 'core',
  level: 3,
  scope: 'a b',
}

describe('--claim', () => {
  it.each([
    ['email_verified == true', 'pass'],
    ['email_verified=true', 'pass'],
    ['email_verified != true', 'fail'],
    ['realm_access.roles contains ops', 'pass'],
    ['realm_access.roles contains op', 'fail'],
    ['scope contains b', 'pass'],
    ['https://acme.example/team == core', 'pass'],
    ['level >= 3', 'pass'],
    ['level > 3', 'fail'],
    ['level < x', 'fail'],
    ['nothing == x', 'unknown'],
    ['nothing exists', 'fail'],
    ['level exists', 'pass'],
    ['__proto__ exists', 'fail'],
    ['constructor.name == Object', 'unknown'],
  ])('%s → %s', (text, verdict) => {
    expect(judgeAssertion(subject, payload, parseAssertion(text)).verdict).toBe(verdict)
  })

  it.each(['', 'x', 'x y', '== 3'])('"%s" is refused with the form to use', (text) => {
    expect(() => parseAssertion(text)).toThrow(/not an assertion/)
  })

  it('says in words what a number would hide', () => {
    const oldest = {
      path: 'auth_time',
      operator: '>=' as const,
      value: '1790000000',
      meaning: 'signed in at most 1h ago',
    }
    expect(judgeAssertion(subject, { auth_time: 1_789_999_990 }, oldest)).toMatchObject({
      expected: 'signed in at most 1h ago',
      actual: '2026-09-21T14:13:10Z',
      verdict: 'fail',
    })
    for (const no of ['x', '0x7fffffff', '1790000001', 'Infinity', true, [1790000001]])
      expect(judgeAssertion(subject, { auth_time: no }, oldest).verdict).toBe('fail')
  })

  it.each([
    [-3600, 'pass'],
    [-3601, 'fail'],
    [0, 'pass'],
    [30, 'pass'],
    [31, 'fail'],
    [200_000_000, 'fail'],
  ])('--max-age 1h, signed in at now and %i s: %s', (seconds, verdict) => {
    const assertion = oldestSignIn({ seconds: 3600, typed: '1h' }, 1_800_000_000_000, 30)
    const held = { auth_time: 1_800_000_000 + seconds }
    expect(judgeAssertion(subject, held, assertion).verdict).toBe(verdict)
  })

  it.each<{ held: unknown }>([{ toString: 1 }, [[]], true, null, {}, '', ' '].map((held) => ({ held })))(
    '$held is no number, and compares to none',
    ({ held }) => {
      for (const operator of ['>', '<', '>=', '<='] as const) {
        const assertion = { path: 'x', operator, value: '0' }
        expect(judgeAssertion(subject, { x: held }, assertion).verdict).toBe('fail')
        const spoken = { ...assertion, meaning: 'signed in at most 1h ago' }
        expect(judgeAssertion(subject, { x: held }, spoken)).toMatchObject({
          actual: JSON.stringify(held),
          verdict: 'fail',
        })
      }
    },
  )

  it('never passes on a signature that was not verified, and never throws on any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.anything(), (text, value) => {
        try {
          const assertion = parseAssertion(text)
          const unverified = { ...subject, signature: 'unverified' as const }
          expect(
            judgeAssertion(unverified, { x: value, [assertion.path]: value }, assertion).verdict,
          ).not.toBe('pass')
        } catch (error) {
          expect((error as { code?: string }).code).toBe('usage')
        }
      }),
    )
  })
})
