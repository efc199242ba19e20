import type { Json, RawAnswer, Tamper } from '../../world/provider.ts'
import { type Attack, atSignIn } from './attacks.ts'
import { KEYS } from './forge.ts'
import type { Scenario } from './scenario.ts'
import { deep, gzipBomb, huge, json, page, WIRE } from './servers.ts'

const discovery = (change: (document: Json) => Json | RawAnswer) => (): Tamper => ({ discovery: change })
const member = (name: string, value: unknown) => discovery((document) => ({ ...document, [name]: value }))
const lacking = (name: string) => discovery(({ [name]: _, ...rest }) => rest)
const onWire = (path: string, answer: (typeof WIRE)[keyof typeof WIRE]) => (): Tamper => ({
  intercept(request, response) {
    if (request.url !== path) return false
    answer(response)
    return true
  },
})
const DISCOVERY = '/.well-known/openid-configuration'

const REFUSED = { exit: 10, renewal: false } as const
const FAILED = { exit: 6, renewal: false } as const
const BROWSER = { flows: ['browser'] } as const
const DEVICE = { flows: ['device'] } as const

/** OpenID Connect Discovery §4.3, RFC 8414 §3.3, and where requests must not be sent. */
const DOCUMENTS: readonly Attack[] = [
  {
    does: 'metadata with members that nobody knows',
    sound: true,
    exit: 0,
    renewal: false,
    tamper: discovery((document) => ({ ...document, constructor: 'x', new_member: [1] })),
  },
  { does: 'another issuer', ...REFUSED, tamper: member('issuer', 'https://evil.example') },
  {
    does: 'the issuer with a slash more',
    ...REFUSED,
    tamper: discovery((d) => ({ ...d, issuer: `${d.issuer}/` })),
  },
  { does: 'the issuer in a list', ...REFUSED, tamper: discovery((d) => ({ ...d, issuer: [d.issuer] })) },
  { does: 'no issuer', ...REFUSED, tamper: lacking('issuer') },
  { does: 'no token endpoint', ...FAILED, tamper: lacking('token_endpoint') },
  { does: 'no jwks_uri', ...FAILED, tamper: lacking('jwks_uri') },
  {
    does: 'no authorization endpoint',
    exit: 2,
    renewal: false,
    ...BROWSER,
    tamper: lacking('authorization_endpoint'),
  },
  {
    does: 'no device endpoint',
    exit: 2,
    renewal: false,
    ...DEVICE,
    tamper: lacking('device_authorization_endpoint'),
  },
  ...[
    'token_endpoint',
    'jwks_uri',
    'authorization_endpoint',
    'device_authorization_endpoint',
    'revocation_endpoint',
    'userinfo_endpoint',
  ].map(
    (name): Attack => ({
      does: `${name} in clear on another host`,
      ...REFUSED,
      ...BROWSER,
      tamper: member(name, 'http://evil.example/x'),
    }),
  ),
  {
    does: 'token_endpoint on the address of cloud metadata',
    ...REFUSED,
    ...BROWSER,
    tamper: member('token_endpoint', 'http://169.254.169.254/token'),
  },
  {
    does: 'token_endpoint with a password',
    ...REFUSED,
    ...BROWSER,
    tamper: member('token_endpoint', 'https://ada:pw@evil.example/token'),
  },
  { does: 'token_endpoint that is a number', ...FAILED, ...BROWSER, tamper: member('token_endpoint', 7) },
  ...[
    'javascript:alert(1)',
    'file:///etc/passwd',
    'ms-msdt:/id',
    'data:text/html,x',
    '--help',
    '$(touch x)',
  ].map(
    (address): Attack => ({
      does: `authorization_endpoint ${address}`,
      ...REFUSED,
      ...BROWSER,
      tamper: member('authorization_endpoint', address),
    }),
  ),
  {
    does: 'PKCE by plain only',
    exit: [0, 10],
    renewal: false,
    ...BROWSER,
    tamper: member('code_challenge_methods_supported', ['plain']),
  },
  { does: 'a page in place of metadata', ...FAILED, ...BROWSER, tamper: discovery(() => page()) },
  // There is no provider at this address: no second try mends that.
  { does: 'HTTP 404', ...FAILED, ...BROWSER, exit: 2, tamper: discovery(() => page(404)) },
  {
    does: 'HTTP 500 with escape sequences',
    ...FAILED,
    ...BROWSER,
    tamper: discovery(() => json('\u001b[2J\u001b]0;x\u0007', 500)),
  },
  {
    does: 'a redirect',
    ...FAILED,
    ...BROWSER,
    tamper: discovery(() => ({ status: 301, headers: { location: 'https://evil.example' }, raw: '' })),
  },
  {
    does: 'metadata cut in the middle',
    ...FAILED,
    ...BROWSER,
    tamper: discovery((d) => json(JSON.stringify(d).slice(0, -40))),
  },
  { does: 'a list', ...FAILED, ...BROWSER, tamper: discovery((d) => json(JSON.stringify([d]))) },
  { does: 'lists 100,000 deep', ...FAILED, ...BROWSER, tamper: discovery(deep) },
  { does: '10 MB', ...FAILED, ...BROWSER, tamper: discovery(huge) },
  { does: 'a compressed bomb', ...FAILED, ...BROWSER, tamper: discovery(gzipBomb) },
  ...(Object.keys(WIRE) as (keyof typeof WIRE)[]).map(
    (way): Attack => ({
      does: `discovery: ${way}`,
      ...FAILED,
      ...BROWSER,
      tamper: onWire(DISCOVERY, WIRE[way]),
    }),
  ),
]

const keySet = (change: (document: Json) => Json | RawAnswer) => (): Tamper => ({ jwks: change })
const { d: _, ...weakPublic } = KEYS.weak.jwk
const many = Array.from({ length: 2_000 }, (_, n) => ({ kty: 'RSA', kid: `k${n}`, n: 'AQAB', e: 'AQAB' }))

/** The key set of the provider, RFC 7517, asked at sign-in. */
const KEY_SETS: readonly Attack[] = [
  {
    does: 'a key set with keys of kinds that nobody knows',
    sound: true,
    exit: 0,
    renewal: false,
    tamper: keySet(({ keys }) => ({ keys: [{ kty: 'AKP', kid: 'x' }, {}, ...(keys as Json[])] })),
  },
  { does: 'no keys', ...REFUSED, tamper: keySet(() => ({ keys: [] })) },
  { does: 'no member keys', exit: [6, 10], renewal: false, tamper: keySet(() => ({})) },
  {
    does: 'keys that are no objects',
    exit: [6, 10],
    renewal: false,
    tamper: keySet(() => ({ keys: [1, null, 'x'] as never })),
  },
  {
    does: 'another key under the name of the right one',
    ...REFUSED,
    tamper: keySet(({ keys }) => ({
      keys: (keys as Json[]).map(({ kid }) => ({ ...KEYS.foreign.jwk, kid })),
    })),
  },
  {
    does: 'the right key, for encryption',
    ...REFUSED,
    tamper: keySet(({ keys }) => ({ keys: (keys as Json[]).map((key) => ({ ...key, use: 'enc' })) })),
  },
  {
    does: 'a symmetric key under the name of the right one',
    ...REFUSED,
    tamper: keySet(({ keys }) => ({
      keys: (keys as Json[]).map(({ kid }) => ({ kty: 'oct', k: 'AAAA', kid, alg: 'HS256' })),
    })),
  },
  {
    does: 'a key of 1024 bits beside it',
    exit: 0,
    renewal: false,
    ...BROWSER,
    tamper: keySet(({ keys }) => ({ keys: [weakPublic, ...(keys as Json[])] })),
  },
  {
    does: '2,000 keys before the right one',
    exit: [0, 6],
    renewal: false,
    ...BROWSER,
    tamper: keySet(({ keys }) => ({ keys: [...many, ...(keys as Json[])] })),
  },
  { does: 'a page in place of keys', ...FAILED, ...BROWSER, tamper: keySet(() => page()) },
  { does: 'keys: HTTP 503', ...FAILED, ...BROWSER, tamper: keySet(() => page(503)) },
  {
    does: 'keys: a redirect',
    ...FAILED,
    ...BROWSER,
    tamper: keySet(() => ({ status: 307, headers: { location: 'https://evil.example' }, raw: '' })),
  },
  { does: 'keys: 10 MB', ...FAILED, ...BROWSER, tamper: keySet(huge) },
  { does: 'keys: a compressed bomb', ...FAILED, ...BROWSER, tamper: keySet(gzipBomb) },
  { does: 'keys: lists 100,000 deep', exit: [6, 10], renewal: false, ...BROWSER, tamper: keySet(deep) },
  ...(['hang', 'drop', 'cut', 'trickle'] as const).map(
    (way): Attack => ({ does: `keys: ${way}`, ...FAILED, ...BROWSER, tamper: onWire('/jwks', WIRE[way]) }),
  ),
]

export const metadataScenarios: readonly Scenario[] = [
  ...atSignIn('provider', 'metadata', DOCUMENTS),
  ...atSignIn('provider', 'key set', KEY_SETS),
]
