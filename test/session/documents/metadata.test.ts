import { describe, expect, it } from 'vitest'
import {
  discover,
  discoverIssuer,
  type Metadata,
  scopesSupported,
  usable,
} from '../../../src/session/documents/metadata.ts'
import { skewOf } from '../../../src/time/clock-skew.ts'
import { toldBy } from '../../told.ts'
import { answering, NOW } from './provider-documents.ts'

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
  it('are asked for below the issuer, with or without a slash, and taken whole', async () => {
    for (const issuer of [ISSUER, `${ISSUER}/`]) {
      const { asked, found } = await ask({ ...GOOD, issuer, more: 1 }, { issuer })
      expect(await found()).toEqual({ metadata: { ...GOOD, issuer, more: 1 }, skewSeconds: 0 })
      expect(asked).toEqual([
        {
          method: 'GET',
          url: new URL(`https://idp.example${PATH}`),
          headers: { accept: 'application/json' },
          maxBytes: 262_144,
        },
      ])
    }
  })

  it('tell by their date how far our clock is off', async () => {
    const headers = { date: new Date(NOW + 60_000).toUTCString() }
    const { found } = await ask({ status: 200, headers, body: Buffer.from(JSON.stringify(GOOD)) })
    expect((await found()).skewSeconds).toBe(60)
  })

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
      expect.stringContaining(`what the provider calls itself: ${ISSUER} is not.`),
      `expected ${ISSUER}`,
      `received ${template}`,
      expect.stringMatching(/^ +\^$/),
    ])
  })

  it('of another issuer are refused, with what to look at', async () => {
    expect(await wrong({ ...GOOD, issuer: `${ISSUER}/` })).toEqual([
      'refused: the issuer in the answer is not the issuer of this profile',
      `The issuer must be, letter for letter, what the provider calls itself: ${ISSUER} is not. Look at the slash at the end, the letter case, the port and the tenant.`,
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
        'Check the issuer: it must be the one the provider shows for OpenID Connect.',
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

  it('without a value that is null, as some providers write what they do not have', async () => {
    const none = {
      device_authorization_endpoint: null,
      revocation_endpoint: null,
      end_session_endpoint: null,
      userinfo_endpoint: null,
      scopes_supported: null,
    }
    const { found } = await ask({ ...GOOD, ...none })
    expect((await found()).metadata).toEqual(GOOD)
    expect((await wrong({ ...GOOD, jwks_uri: null }))[0]).toBe(
      'provider-failed: the metadata of idp.example has no jwks_uri',
    )
    expect((await wrong({ ...GOOD, issuer: null }))[3]).toBe('received (missing)')
  })

  it.each([7, false, [`${ISSUER}/me`]])('with an endpoint that is no text are refused: %j', async (value) => {
    expect((await wrong({ ...GOOD, userinfo_endpoint: value }))[0]).toBe(
      "refused: the provider's userinfo_endpoint is not a plain URL",
    )
  })
})

describe('an answer without metadata', () => {
  const NONE =
    'There is no OpenID Connect provider at https://idp.example/t. The address that opens when you add /.well-known/openid-configuration is the right one.'
  const REFUSED =
    'A proxy or a firewall on the way may have answered (see HTTPS_PROXY, NO_PROXY and proxy in the profile), or there is no OpenID Connect provider at https://idp.example/t. Add /.well-known/openid-configuration to it, and open that in a browser on this machine.'
  it.each<[object | string, string, string | RegExp]>([
    ['<html>', 'provider-failed: idp.example did not answer with provider metadata', NONE],
    [[], 'provider-failed: idp.example did not answer with provider metadata', NONE],
    [{ status: 404 }, 'settings: idp.example knows no such issuer (HTTP 404)', NONE],
    [{ status: 401 }, 'provider-failed: the metadata of idp.example were refused (HTTP 401)', REFUSED],
    [{ status: 403 }, 'provider-failed: the metadata of idp.example were refused (HTTP 403)', REFUSED],
    [
      { status: 407 },
      'network: a proxy on the way wants a sign-in of its own (HTTP 407)',
      'Check HTTPS_PROXY, NO_PROXY and proxy in the profile: a proxy with a password is http://USER:PASSWORD@HOST:PORT in HTTPS_PROXY.',
    ],
    [
      { status: 429 },
      'rate-limited: idp.example limits requests, and the limit is reached (HTTP 429)',
      'Wait, then try again.',
    ],
    [
      { status: 429, headers: { 'retry-after': '30' } },
      'rate-limited: idp.example limits requests, and the limit is reached (HTTP 429)',
      'Try again in 30s.',
    ],
    [
      { status: 429, headers: { 'retry-after': '99999999999' } },
      'rate-limited: idp.example limits requests, and the limit is reached (HTTP 429)',
      'Wait, then try again.',
    ],
    [{ status: 400 }, 'settings: idp.example gave no metadata (HTTP 400)', NONE],
    [
      { status: 302 },
      'provider-failed: idp.example gave no metadata (HTTP 302)',
      'Check the issuer URL; ls-auth follows no redirect there.',
    ],
    [
      { status: 500 },
      'provider-failed: idp.example failed (HTTP 500)',
      'The provider has a problem of its own. Wait a little and try again.',
    ],
    [
      { status: 511 },
      'network: the network you are on wants a sign-in (HTTP 511)',
      'Open a web page in a browser, sign in to the network there, then try again.',
    ],
    [{ status: 499 }, 'settings: idp.example gave no metadata (HTTP 499)', NONE],
    ...[408, 409, 421, 423, 425].map((status): [object, string, string] => [
      { status },
      `provider-failed: idp.example gave no metadata (HTTP ${status})`,
      'Wait a little, then try again.',
    ]),
  ])('%j is told with the next step', async (said, words, hint) => {
    expect(await wrong(said)).toEqual([words, hint])
  })
})

describe('what is cached', () => {
  const DAY = 24 * 3_600_000
  it.each([
    [0, true],
    [60_000, true],
    [60_001, false],
    [1 - DAY, true],
    [-DAY, false],
  ])('is good where it was fetched %i ms from now: %s', (from, good) => {
    expect(usable({ value: 1, fetchedAt: NOW + from }, NOW)).toBe(good)
  })

  it('is not where there is none', () => {
    expect(usable(undefined, NOW)).toBe(false)
  })
})

describe('the clock of a provider', () => {
  it.each([
    [undefined, 0],
    ['', 0],
    ['yesterday', 0],
    [new Date(NOW + 2_000).toUTCString(), 0],
    [new Date(NOW - 2_000).toUTCString(), 0],
    [new Date(NOW + 3_000).toUTCString(), 3],
    [new Date(NOW - 3_000).toUTCString(), -3],
    [new Date(NOW - 86_400_000).toUTCString(), -86_400],
  ])('with the date %j is off by %i s', (date, skew) => {
    expect(skewOf({ headers: date === undefined ? {} : { date } }, NOW)).toBe(skew)
  })

  it.each([
    ['3600', 0],
    [' 3600 ', 0],
    ['3660', 60],
    ['0', -3600],
    ['', 0],
    ['long', 0],
    ['-5', 0],
    ['1.5', 0],
    ['3660, 0', 60],
  ])('of an hour ago and the age %j, as a cache says it, is off by %i s', (age, skew) => {
    const headers = { date: new Date(NOW - 3_600_000).toUTCString(), age }
    expect(skewOf({ headers }, NOW)).toBe(skew)
  })
})

it.each<[unknown, readonly string[]]>([
  [undefined, []],
  ['openid', []],
  [
    ['openid', 7, 'a\u001b'],
    ['openid', 'a\\u{1b}'],
  ],
  [Array.from({ length: 30 }, (_, i) => `s${i}`), Array.from({ length: 20 }, (_, i) => `s${i}`)],
])('the scopes that a provider lists as %j', (listed, shown) => {
  expect(scopesSupported({ ...GOOD, scopes_supported: listed } as Metadata)).toEqual(shown)
})
