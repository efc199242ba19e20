import { describe, expect, it } from 'vitest'
import { discover, discoverIssuer } from '../../../src/session/documents/metadata.ts'
import { toldBy } from '../../told.ts'
import { answering } from './provider-documents.ts'

const ISSUER = 'https://idp.example/t'
const PATH = '/t/.well-known/openid-configuration'
const GOOD = { issuer: ISSUER, token_endpoint: `${ISSUER}/token`, jwks_uri: `${ISSUER}/keys` }
const ask = async (
  said: object | string | Error,
  { issuer = ISSUER, template = undefined as string | undefined } = {},
) => {
  const { asked, http, clock } = answering({ [PATH]: said })
  const preset = { id: 'generic' as const, ...(template !== undefined && { issuerTemplate: template }) }
  return { asked, found: () => discover(issuer, preset, http, clock) }
}
const wrong = async (said: object | string, about = {}) => toldBy((await ask(said, about)).found)

describe('the metadata of a provider', () => {
  it('may name the tenant by its template, where the provider has one', async () => {
    const template = 'https://idp.example/{tenantid}'
    const { found } = await ask({ ...GOOD, issuer: template }, { template })
    expect((await found()).metadata.issuer).toBe(template)
    expect((await (await ask(GOOD, { template })).found()).metadata.issuer).toBe(ISSUER)
    expect((await wrong({ ...GOOD, issuer: template }))[0]).toContain('refused')
    expect((await wrong({ ...GOOD, issuer: 'https://x' }, { template }))[0]).toContain('refused')
  })

  it('may not name the template of another host', async () => {
    const template = 'https://shared.example/{tenantid}'
    expect(await wrong({ ...GOOD, issuer: template }, { template })).toEqual([
      'refused: the issuer in the answer is not the issuer of this profile',
      expect.stringContaining(`The issuer must match the provider exactly. ${ISSUER} does not.`),
      `expected ${ISSUER}`,
      `received ${template}`,
      expect.stringMatching(/^ +\^$/),
    ])
  })

  it('of another issuer are refused, with what to look at', async () => {
    expect(await wrong({ ...GOOD, issuer: `${ISSUER}/` })).toEqual([
      'refused: the issuer in the answer is not the issuer of this profile',
      `The issuer must match the provider exactly. ${ISSUER} does not. Check the trailing slash, letter case, port and tenant.`,
      `expected ${ISSUER}`,
      `received ${ISSUER}/`,
      `         ${' '.repeat(ISSUER.length)}^`,
    ])
    expect((await wrong({ ...GOOD, issuer: undefined }))[3]).toBe('received (missing)')
  })

  it.each(['token_endpoint', 'jwks_uri'])('without a %s are none', async (name) => {
    for (const value of [undefined, 7])
      expect(await wrong({ ...GOOD, [name]: value })).toEqual([
        `provider-failed: the metadata of idp.example has no ${name}`,
        "Check the issuer. Copy it from the provider's OpenID Connect settings.",
      ])
  })

  it('of an issuer whose tokens are verified alone need no token_endpoint, and a jwks_uri', async () => {
    const { token_endpoint: _, ...keysAlone } = GOOD
    const found = (said: object) => {
      const { http, clock } = answering({ [PATH]: said })
      return discoverIssuer(ISSUER, { id: 'generic' }, http, clock)
    }
    expect((await found(keysAlone)).metadata).toEqual(keysAlone)
    expect((await toldBy(() => found({ ...keysAlone, jwks_uri: null })))[0]).toContain('has no jwks_uri')
    expect((await toldBy(() => found({ ...GOOD, token_endpoint: 7 })))[0]).toContain('refused: ')
  })

  it.each([
    'authorization_endpoint',
    'token_endpoint',
    'jwks_uri',
    'device_authorization_endpoint',
    'revocation_endpoint',
    'end_session_endpoint',
    'userinfo_endpoint',
  ])('with a %s in the local network of this machine are refused', async (name) => {
    const url = 'https://169.254.169.254/\u001blatest'
    expect(await wrong({ ...GOOD, [name]: url })).toEqual([
      `refused: the provider's ${name} is on a local address`,
      expect.any(String),
      'https://169.254.169.254/\\u{1b}latest',
    ])
  })

  it.each([7, false, [`${ISSUER}/me`]])('with an endpoint that is no text are refused: %j', async (value) => {
    expect((await wrong({ ...GOOD, userinfo_endpoint: value }))[0]).toBe(
      "refused: the provider's userinfo_endpoint is not a plain URL",
    )
  })
})
