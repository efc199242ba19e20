import type { Json, Provider, Tamper } from '../../world/provider.ts'
import { type Attack, atRenewal, atSignIn } from './attacks.ts'
import { claimsIn, forge, hashOf, KEYS, published } from './forge.ts'
import type { Scenario } from './scenario.ts'

type Change = (claims: Json, provider: Provider, answer: Json) => Json

/** The real answer with another ID token; it is signed with a key of the set unless `options` say otherwise. */
const withClaims =
  (change: Change, options: Parameters<typeof forge>[1] = {}) =>
  (provider: Provider): Tamper => ({
    jwks: published(KEYS.good),
    tokenResponse: (answer) => ({
      ...answer,
      id_token: forge(change(claimsIn(answer.id_token), provider, answer), options),
    }),
  })

/** The claims stay as they are; header and key do not. */
const signed =
  (options: Parameters<typeof forge>[1], keys = [KEYS.good]) =>
  (): Tamper => ({
    jwks: published(...keys),
    tokenResponse: (answer) => ({ ...answer, id_token: forge(claimsIn(answer.id_token), options) }),
  })

/** The text of the ID token is changed, after a good signature. */
const rewritten = (change: (token: string, answer: Json) => unknown) => (): Tamper => ({
  jwks: published(KEYS.good),
  tokenResponse: (answer) => ({
    ...answer,
    id_token: change(forge(claimsIn(answer.id_token)), answer),
  }),
})

const without =
  (name: string): Change =>
  ({ [name]: _, ...rest }) =>
    rest
const having =
  (name: string, value: unknown): Change =>
  (claims) => ({ ...claims, [name]: value })

const now = () => Math.floor(Date.now() / 1000)
const REFUSED = { exit: 10 } as const
/** The refresh token beside it may be the other person's, and is revoked: this session is over. */
const ANOTHER = { exit: 10, says: /another account; nothing was saved/, after: 'ended' } as const
/** Malformed, not forged: the standards do not say which it is. */
const UNUSABLE = { exit: [6, 10] } as const

/** OpenID Connect Core §3.1.3.7 and §12.2, claim by claim: the suite's RP modules and the steps they leave out. */
const CLAIMS: readonly Attack[] = [
  { does: 'an ID token as it should be', sound: true, exit: 0, tamper: withClaims((claims) => claims) },
  { does: 'iss of another provider', ...REFUSED, tamper: withClaims(having('iss', 'https://evil.example')) },
  {
    does: 'iss with a slash more',
    ...REFUSED,
    tamper: withClaims((claims, { issuer }) => ({ ...claims, iss: `${issuer}/` })),
  },
  { does: 'no iss', ...REFUSED, tamper: withClaims(without('iss')) },
  { does: 'iss as a list', ...REFUSED, tamper: withClaims((c, { issuer }) => ({ ...c, iss: [issuer] })) },
  { does: 'aud of another client', ...REFUSED, tamper: withClaims(having('aud', 'another-client')) },
  { does: 'no aud', ...REFUSED, tamper: withClaims(without('aud')) },
  { does: 'aud that is an empty list', ...REFUSED, tamper: withClaims(having('aud', [])) },
  {
    does: 'aud as a list of one',
    sound: true,
    exit: 0,
    tamper: withClaims((claims, { clientId }) => ({ ...claims, aud: [clientId] })),
  },
  {
    does: 'a second aud, and azp of another client',
    ...REFUSED,
    tamper: withClaims((claims, { clientId }) => ({ ...claims, aud: [clientId, 'evil'], azp: 'evil' })),
  },
  {
    does: 'a second aud and no azp',
    ...REFUSED,
    tamper: withClaims(({ azp: _, ...claims }, { clientId }) => ({ ...claims, aud: [clientId, 'evil'] })),
  },
  {
    does: 'a second aud, and azp of this client',
    exit: 0,
    // OpenID Connect Core §12.2: it stays as it was. That is no other person, so the session lives on.
    renewal: { exit: 10, says: /another audience \(aud\)/ },
    tamper: withClaims((claims, { clientId }) => ({ ...claims, aud: [clientId, 'api'], azp: clientId })),
  },
  { does: 'no sub', ...REFUSED, tamper: withClaims(without('sub')) },
  { does: 'sub that is a number', ...REFUSED, tamper: withClaims(having('sub', 7)) },
  { does: 'sub that is empty', ...REFUSED, tamper: withClaims(having('sub', '')) },
  {
    does: 'sub of another person',
    exit: 0,
    renewal: ANOTHER,
    tamper: withClaims(having('sub', 'mallory')),
  },
  { does: 'no exp', ...REFUSED, tamper: withClaims(without('exp')) },
  {
    does: 'exp in the past',
    ...REFUSED,
    tamper: withClaims((claims) => ({ ...claims, iat: now() - 9_000, exp: now() - 3_600 })),
  },
  { does: 'exp as text', ...REFUSED, tamper: withClaims((claims) => ({ ...claims, exp: `${claims.exp}` })) },
  { does: 'exp beyond all numbers', ...REFUSED, tamper: withClaims(having('exp', '1e999')) },
  { does: 'no iat', ...REFUSED, tamper: withClaims(without('iat')) },
  {
    does: 'iat of next year',
    ...REFUSED,
    tamper: withClaims((claims) => ({ ...claims, iat: now() + 365 * 86_400, exp: now() + 366 * 86_400 })),
  },
  {
    does: 'nbf of next year',
    ...REFUSED,
    tamper: withClaims((claims) => ({ ...claims, nbf: now() + 365 * 86_400 })),
  },
  {
    does: 'a wrong nonce',
    ...REFUSED,
    flows: ['browser'],
    renewal: false,
    tamper: withClaims(having('nonce', 'of-an-earlier-sign-in')),
  },
  {
    does: 'no nonce',
    ...REFUSED,
    flows: ['browser'],
    renewal: false,
    tamper: withClaims(without('nonce')),
  },
  {
    does: 'at_hash of this access token',
    sound: true,
    exit: 0,
    tamper: withClaims((claims, _, answer) => ({ ...claims, at_hash: hashOf(answer.access_token) })),
  },
  {
    does: 'at_hash of another access token',
    ...REFUSED,
    tamper: withClaims(having('at_hash', hashOf('another-token'))),
  },
  { does: 'at_hash that is a number', ...REFUSED, tamper: withClaims(having('at_hash', 7)) },
  {
    does: 'claims full of terminal tricks',
    exit: 0,
    tamper: withClaims((claims) => ({
      ...claims,
      name: 'Ada\u001b]0;owned\u0007\r\n\u202e',
      email: 'ada\u001b[2J@example.com',
      groups: ['\u009b31m'],
    })),
  },
]

/** RFC 8725 and RFC 7515: algorithm, key and form. */
const SIGNATURES: readonly Attack[] = [
  { does: 'RS256 by a key of the set', sound: true, exit: 0, tamper: signed({}) },
  ...['none', 'None', 'nOnE'].map((alg) => ({
    does: `alg ${alg}`,
    ...REFUSED,
    tamper: signed({ header: { alg } }),
  })),
  { does: 'no alg', ...REFUSED, tamper: signed({ header: { alg: undefined } }) },
  { does: 'alg as a list', ...REFUSED, tamper: signed({ header: { alg: ['RS256'] } }) },
  { does: 'HS256 with the public key as secret', ...REFUSED, tamper: signed({ header: { alg: 'HS256' } }) },
  {
    does: 'an algorithm that was not announced',
    ...REFUSED,
    tamper: signed({ key: KEYS.curve }, [KEYS.curve]),
  },
  {
    does: 'a key that is not in the set, under a known kid',
    ...REFUSED,
    tamper: signed({ key: KEYS.foreign, header: { kid: KEYS.good.kid } }),
  },
  { does: 'a kid that is not in the set', ...REFUSED, tamper: signed({ key: KEYS.foreign }) },
  { does: 'a kid that is a path', ...REFUSED, tamper: signed({ header: { kid: '../../../../dev/null' } }) },
  { does: 'a kid that is a number', ...REFUSED, tamper: signed({ header: { kid: 7 } }) },
  {
    does: 'no kid, and several keys fit',
    ...REFUSED,
    tamper: signed({ header: { kid: undefined } }, [KEYS.good, KEYS.second]),
  },
  { does: 'an RSA key of 1024 bits', ...UNUSABLE, tamper: signed({ key: KEYS.weak }, [KEYS.weak]) },
  {
    does: 'a key of its own in the header (jwk)',
    ...REFUSED,
    tamper: signed({ key: KEYS.foreign, header: { jwk: KEYS.foreign.jwk } }),
  },
  {
    does: 'a critical extension that nobody knows (crit)',
    ...REFUSED,
    tamper: signed({ header: { crit: ['exp'], exp: 1 } }),
  },
  { does: 'an empty signature', ...REFUSED, tamper: rewritten((token) => token.replace(/[^.]*$/, '')) },
  {
    does: 'a bit flipped in the signature',
    ...REFUSED,
    tamper: rewritten((token) =>
      token.replace(/.(.{9})$/, (_, rest) => `${token.at(-10) === 'A' ? 'B' : 'A'}${rest}`),
    ),
  },
  {
    does: 'a claim changed after the signature',
    ...REFUSED,
    tamper: rewritten((token) => {
      const [head, , signature] = token.split('.')
      const claims = { ...claimsIn(token), email: 'mallory@example.com' }
      return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`
    }),
  },
  { does: 'two parts', ...REFUSED, tamper: rewritten((token) => token.split('.').slice(0, 2).join('.')) },
  { does: 'four parts', ...REFUSED, tamper: rewritten((token) => `${token}.AAAA`) },
  { does: 'five parts (encrypted)', ...UNUSABLE, tamper: rewritten((token) => `${token}.AAAA.AAAA`) },
  { does: 'base64 with padding', ...REFUSED, tamper: rewritten((token) => `${token}==`) },
  { does: 'a line break at its end', ...REFUSED, tamper: rewritten((token) => `${token}\n`) },
  { does: 'a text that is no JWT', ...REFUSED, tamper: rewritten(() => 'not-a-jwt') },
  { does: 'a number in its place', ...UNUSABLE, tamper: rewritten(() => 7) },
  {
    does: 'claims that are no JSON',
    ...REFUSED,
    tamper: () => ({
      jwks: published(KEYS.good),
      tokenResponse: (answer) => ({ ...answer, id_token: forge('{"iss":') }),
    }),
  },
  {
    does: 'claims that are a list',
    ...REFUSED,
    tamper: () => ({
      jwks: published(KEYS.good),
      tokenResponse: (answer) => ({ ...answer, id_token: forge('[]') }),
    }),
  },
  {
    does: 'no ID token though openid was granted',
    ...UNUSABLE,
    flows: ['browser'],
    // OpenID Connect Core §12.2 leaves it out of a renewal.
    renewal: { exit: 0 },
    tamper: () => ({ tokenResponse: ({ id_token: _, ...answer }) => answer }),
  },
  {
    // No standard promises one here.
    does: 'no ID token though openid was asked for',
    flows: ['device'],
    sound: true,
    exit: 0,
    renewal: false,
    tamper: () => ({ tokenResponse: ({ id_token: _, ...answer }) => answer }),
  },
]

export const idTokenScenarios: readonly Scenario[] = [
  ...atSignIn('provider', 'claims of the ID token', CLAIMS),
  ...atRenewal('provider', 'claims of the ID token', CLAIMS),
  ...atSignIn('provider', 'signature of the ID token', SIGNATURES),
  ...atRenewal('provider', 'signature of the ID token', SIGNATURES),
]
