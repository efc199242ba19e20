import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adviceFor, hintFor, type ProviderError } from '../../src/providers/hints.ts'
import { PROVIDER_IDS } from '../../src/providers/preset.ts'
import { isLinear } from '../linear-time.ts'

const VALUES = {
  issuer: 'https://id.acme.example',
  client: 'cli-1',
  redirect: ['http://127.0.0.1:8765/callback'],
  scopes: ['openid', 'traces:read'],
}

describe('hintFor', () => {
  it.each<[string, ProviderError, RegExp]>([
    [
      'entra',
      { error: 'invalid_client', description: 'AADSTS7000218: The request body must contain…' },
      /public client flows/,
    ],
    [
      'entra',
      { error: 'invalid_request', description: 'AADSTS50011: The redirect URI …' },
      /8765.*Mobile and desktop/,
    ],
    [
      'entra',
      { error: 'invalid_scope', description: 'AADSTS70011: The provided value …' },
      /openid traces:read.*api:/,
    ],
    ...[28000, 28003, 650053].map((code): [string, ProviderError, RegExp] => [
      'entra',
      { error: 'invalid_client', description: `AADSTS${code}: The application asked for scope …` },
      /^Check the scopes \(openid traces:read\): each is an exposed API/,
    ]),
    [
      'entra',
      { error: 'invalid_grant', description: 'AADSTS700082: The refresh token has expired' },
      /ls-auth login/,
    ],
    [
      'entra',
      { error: 'interaction_required', description: 'AADSTS50076: Due to a configuration change' },
      /Conditional Access/,
    ],
    ['entra', { error: 'interaction_required' }, /see the person/],
    ['entra', { where: 'discovery', error: 'issuer-mismatch' }, /GUID/],
    [
      'okta',
      {
        error: 'access_denied',
        description: 'Policy evaluation failed for this request, please check the policy configurations.',
      },
      /policy.*traces:read/,
    ],
    [
      'okta',
      { error: 'access_denied', description: 'User is not assigned to the client application.' },
      /assign/,
    ],
    ['okta', { error: 'access_denied', description: 'something new' }, /refused/],
    [
      'okta-org',
      { error: 'invalid_scope', description: 'Custom scopes are not allowed for this request.' },
      /oauth2\/default/,
    ],
    [
      'okta',
      {
        error: 'invalid_client',
        description: 'Browser requests to the token endpoint must use Proof Key for Code Exchange.',
      },
      /Origin/,
    ],
    ['okta', { where: 'device', error: 'unauthorized_client' }, /Device Authorization/],
    ['cognito', { where: 'token', error: 'invalid_grant' }, /email and profile/],
    ['cognito', { where: 'authorization', error: 'invalid_scope' }, /offline_access/],
    [
      'dex',
      {
        error: 'invalid_scope',
        description: `Client can't request scope(s) ["audience:server:client_id:x"]`,
      },
      /List cli-1 in trustedPeers .*--audience NAME/,
    ],
    ['google', { error: 'invalid_request', description: 'client_secret is missing.' }, /not confidential/],
    [
      'google',
      { where: 'device', error: 'invalid_client', description: 'Invalid client type.' },
      /Limited Input/,
    ],
    [
      'auth0',
      { where: 'authorization', description: 'Callback URL mismatch.' },
      /Allowed Callback URLs: |Allowed Callback URLs" of/,
    ],
    ['auth0', { error: 'no-refresh-token' }, /Allow Offline Access/],
    ['auth0', { error: 'opaque-token' }, /audience/],
    [
      'keycloak',
      {
        where: 'device',
        error: 'invalid_grant',
        description: 'Client not allowed OAuth 2.0 Device Authorization Grant',
      },
      /Switch on/,
    ],
    [
      'keycloak',
      {
        where: 'device',
        error: 'unauthorized_client',
        description:
          'Client is not allowed to initiate OAuth 2.0 Device Authorization Grant. The flow is disabled for the client.',
      },
      /^Switch on "OAuth 2.0 Device Authorization Grant"/,
    ],
    [
      'keycloak',
      {
        where: 'authorization',
        error: 'unauthorized_client',
        description:
          'Client is not allowed to initiate browser login with given response_type. Standard flow is disabled for the client.',
      },
      /^Switch on "Standard flow" of the client cli-1\.$/,
    ],
    [
      'keycloak',
      {
        where: 'authorization',
        error: 'temporarily_unavailable',
        description: 'authentication_expired',
      },
      /in another tab meanwhile. Run: ls-auth login$/,
    ],
    ['keycloak', { where: 'authorization', error: 'temporarily_unavailable' }, /problem of its own/],
    ['keycloak', { where: 'token', error: 'unauthorized_client' }, /"Client authentication" off/],
    ['keycloak', { where: 'token', error: 'invalid_grant', description: 'Token is not active' }, /has ended/],
    ['keycloak', { where: 'discovery', error: 'issuer-mismatch' }, /hostname/],
    [
      'dex',
      {
        where: 'token',
        error: 'invalid_request',
        description: 'Refresh token is invalid or has already been claimed by another client.',
      },
      /ls-auth login/,
    ],
    ['dex', { description: 'Unregistered redirect_uri ("http://x")' }, /redirectURIs/],
    ['aws-identity-center', { where: 'discovery', error: 'not-found' }, /no ID tokens/],
    ['generic', { where: 'discovery', error: 'issuer-mismatch' }, /https:\/\/id\.acme\.example/],
    ['generic', { where: 'token', error: 'invalid_grant' }, /ls-auth login/],
    ['no such provider', { error: 'invalid_scope' }, /openid traces:read/],
    ['jumpcloud', { error: 'no-refresh-token' }, /Refresh Token/],
  ])('%s %j', (provider, error, expected) => {
    expect(hintFor(provider, error, VALUES)).toMatch(expected)
  })

  it.each<[string, string, RegExp]>([
    [
      'login.microsoftonline.com/acme.example/v2.0',
      'the public cloud',
      /: https:\/\/login\.microsoftonline\.com\/<tenant GUID>\/v2\.0\. A domain name/,
    ],
    [
      'login.microsoftonline.us/common/v2.0',
      'another cloud',
      /: https:\/\/login\.microsoftonline\.us\/<tenant GUID>\/v2\.0\. A domain name/,
    ],
    [
      'login.partner.microsoftonline.cn/acme.example/v2.0',
      'another cloud',
      /: https:\/\/login\.partner\.microsoftonline\.cn\/<tenant GUID>\/v2\.0\. A domain name/,
    ],
    [
      'acme.ciamlogin.com/acme.onmicrosoft.com/v2.0',
      'an external tenant',
      /^Use the issuer that was received.* such as https:\/\/<tenant GUID>\.ciamlogin\.com\//,
    ],
    [
      'acme.b2clogin.com/acme.onmicrosoft.com/B2C_1_in/v2.0',
      'B2C',
      /^Set "Issuer \(iss\) claim" of the user flow .* as issuer: https:\/\/<domain>\/tfp\/<tenant GUID>\/<policy>\/v2\.0\/\. /,
    ],
    // It has that issuer already, and perhaps another letter case.
    [
      'acme.b2clogin.com/tfp/11111111-2222-3333-4444-555555555555/B2C_1_in/v2.0/',
      'B2C by the issuer that can be checked',
      /^The issuer must be, letter for letter, /,
    ],
    [
      'login.acme.example/x/v2.0',
      'a name of their own',
      /: https:\/\/login\.microsoftonline\.com\/<tenant GUID>/,
    ],
    // Of another name that only holds one of these.
    [
      'login.acme.example/.b2clogin.com/v2.0',
      'a name of their own',
      /: https:\/\/login\.microsoftonline\.com\//,
    ],
  ])('of Entra at %s, which is %s, names no other cloud', (address, _, hint) => {
    const error = { where: 'discovery', error: 'issuer-mismatch' } as const
    expect(hintFor('entra', error, { issuer: `https://${address}` })).toMatch(hint)
  })

  it('never repeats what the provider wrote', () => {
    const secret = fc.string({ minLength: 12 }).map((text) => `Zq~${text}`)
    const errors = fc.constantFrom(
      'invalid_grant',
      'access_denied',
      'invalid_client',
      'invalid_scope',
      'invalid_request',
    )
    const starts = fc.constantFrom('', 'AADSTS50011: ', 'redirect_uri ', 'not assigned ', 'refresh token ')
    fc.assert(
      fc.property(
        fc.constantFrom(...PROVIDER_IDS),
        errors,
        starts,
        secret,
        (provider, error, start, text) => {
          const hint = hintFor(provider, { error, description: start + text }) ?? ''
          expect(hint).not.toContain(text)
          expect(hint).not.toMatch(/\{\w+\}/)
        },
      ),
    )
  })

  it.each(PROVIDER_IDS)(
    'is found in linear time in a description that goes on for ever: %s',
    async (provider) => {
      const find = (share: number) =>
        hintFor(provider, {
          error: 'x',
          description: `redirect_uri ${'login redirect '.repeat(share * 200_000)}`,
        })
      expect(await isLinear(find)).toBe(true)
    },
  )
})

describe('what no second try mends', () => {
  const PUSHED = 'Pushed Authorization Request must be used (PAR)'
  const told = (error: string, description = PUSHED, provider: (typeof PROVIDER_IDS)[number] = 'generic') =>
    adviceFor(provider, { where: 'authorization', error, description })

  it.each(['invalid_request', 'unauthorized_client'])('%s: a request that has to be pushed', (error) => {
    expect(told(error)).toMatchObject({
      // What happens is for the code: words choose the advice alone.
      isLasting: false,
      hint: expect.stringContaining('--pushed-requests yes'),
    })
  })

  it('is no error that passes, at any provider and in any words, nor a reference that has run out', () => {
    const texts = [PUSHED, 'the PAR service is temporarily unavailable', 'The OAuth client was deleted.']
    for (const provider of PROVIDER_IDS)
      for (const error of ['server_error', 'temporarily_unavailable', 'slow_down', 'invalid_request_uri'])
        for (const text of texts) {
          const advice = told(error, text, provider)
          expect({ provider, error, text, lasts: advice?.isLasting ?? false }).toMatchObject({ lasts: false })
          expect(advice?.hint ?? '').not.toContain('--pushed-requests')
        }
  })
})
