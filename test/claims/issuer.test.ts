import { describe, expect, it } from 'vitest'
import { isIssuerOf } from '../../src/claims/issuer.ts'

const ONE = 'https://id.example/one'
const SHARED = 'https://id.example/common/v2.0'
const TENANT = '11111111-2222-3333-4444-555555555555'
const spellings = {
  issuerAliases: ['id.example'],
  sharedIssuer: /\/common\//,
  issuerTemplate: 'https://id.example/{tenantid}/v2.0',
}

describe('whose token it is, by its iss', () => {
  it.each([
    ['the same string', { iss: ONE }, ONE, true],
    ['a trailing slash more', { iss: `${ONE}/` }, ONE, false],
    ['another letter case', { iss: ONE.toUpperCase() }, ONE, false],
    ['an alias', { iss: 'id.example' }, ONE, true],
    ['no iss at all', {}, ONE, false],
    ['an iss that is no text', { iss: [ONE] }, ONE, false],
    ['a tenant of a shared issuer', { iss: `https://id.example/${TENANT}/v2.0`, tid: TENANT }, SHARED, true],
    ['a tenant that the token does not name', { iss: `https://id.example/${TENANT}/v2.0` }, SHARED, false],
    [
      'the tenant of somebody else',
      { iss: `https://id.example/${TENANT}/v2.0`, tid: TENANT.replaceAll('1', '9') },
      SHARED,
      false,
    ],
    ['a tenant that is no GUID', { iss: 'https://id.example/a/../b/v2.0', tid: 'a/../b' }, SHARED, false],
    [
      'a tenant with a path before it',
      { iss: `https://id.example/x/${TENANT}/v2.0`, tid: `x/${TENANT}` },
      SHARED,
      false,
    ],
    [
      'a tenant with a path behind it',
      { iss: `https://id.example/${TENANT}/x/v2.0`, tid: `${TENANT}/x` },
      SHARED,
      false,
    ],
    ['a tenant in a list', { iss: `https://id.example/${TENANT}/v2.0`, tid: [TENANT] }, SHARED, false],
    [
      'a tenant at an issuer of one tenant',
      { iss: `https://id.example/${TENANT}/v2.0`, tid: TENANT },
      ONE,
      false,
    ],
  ])('%s', (_, claims, issuer, ours) => {
    expect(isIssuerOf(claims, issuer, spellings)).toBe(ours)
  })

  it('is the issuer alone where a provider has no other spellings', () => {
    const none = { issuerAliases: [] }
    const tenant = { iss: `https://id.example/${TENANT}/v2.0`, tid: TENANT }
    expect([isIssuerOf({ iss: ONE }, ONE, none), isIssuerOf(tenant, SHARED, none)]).toEqual([true, false])
    const shared = { ...none, sharedIssuer: /common/ }
    for (const claims of [tenant, { tid: TENANT }]) expect(isIssuerOf(claims, SHARED, shared)).toBe(false)
  })
})
