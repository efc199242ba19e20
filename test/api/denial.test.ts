import { describe, expect, it } from 'vitest'
import { readChallenge } from '../../src/api/refusal/challenge.ts'
import { explainAnswer } from '../../src/api/refusal/denial.ts'
import type { HttpAnswer } from '../../src/ports/http.ts'
import { told } from '../told.ts'

const URL_ = new URL('https://gw.acme.example:8443/x')
const DATE = 'Wed, 25 Nov 2026 15:59:00 GMT'
const HTML = { 'content-type': 'text/html; charset=utf-8' }

const answer = (status: number, headers: Record<string, string> = {}, body = ''): HttpAnswer => ({
  status,
  headers,
  body: Buffer.from(body),
})
/** What a person reads after this answer; undefined: it is none to be explained. */
const read = (given: HttpAnswer, token: string | undefined = 'opaque') => {
  const failure = explainAnswer(given, URL_, token)
  return failure && told(failure)
}
const challenged = (status: number, challenge: string, token?: string, body = '') =>
  read(answer(status, { 'www-authenticate': challenge }, body), token)

describe('an answer of the API, in words', () => {
  it.each([
    [200, {}, undefined],
    [299, {}, undefined],
    [404, {}, undefined],
    [199, {}, 'api-failed: gw.acme.example:8443 failed (HTTP 199)'],
    [299, HTML, 'login-page: gw.acme.example:8443 answered with a web page instead of traces'],
    [300, {}, 'login-page: gw.acme.example:8443 redirects to another page instead of traces'],
    [399, {}, 'login-page: gw.acme.example:8443 redirects to another page instead of traces'],
    [400, {}, 'api-failed: gw.acme.example:8443 failed (HTTP 400)'],
    [400, HTML, 'api-failed: gw.acme.example:8443 failed (HTTP 400)'],
    [401, HTML, 'not-allowed: gw.acme.example:8443 did not accept the token (HTTP 401)'],
    [403, HTML, 'not-allowed: gw.acme.example:8443 denied you access (HTTP 403)'],
    [404, HTML, 'not-found: gw.acme.example:8443 has nothing at this address (HTTP 404, a web page)'],
    [405, HTML, 'not-allowed: gw.acme.example:8443 rejected this request (HTTP 405)'],
    [410, HTML, 'gone: gw.acme.example:8443 answered that this is gone (HTTP 410)'],
    [429, HTML, 'rate-limited: gw.acme.example:8443 limits requests and its limit is reached (HTTP 429)'],
    [501, {}, 'cannot-do: gw.acme.example:8443 rejected this request (HTTP 501)'],
    [502, HTML, 'api-failed: gw.acme.example:8443 failed (HTTP 502)'],
  ])('%i with %j', (status, headers, words) => {
    expect(read(answer(status, headers))?.[0]).toBe(words)
  })
})

it.each([
  ['opaque', 'Sign in again with ls-auth login. Check that api points at the API, not a page.', 3],
  [undefined, 'Check that api points at the API, not a page.', 6],
])('a web page in answer to the token %s', (token, hint, exit) => {
  expect(explainAnswer(answer(200, HTML), URL_, token)?.exit).toBe(exit)
  expect(explainAnswer(answer(302), URL_, token)?.exit).toBe(exit)
  expect(told(explainAnswer(answer(200, HTML), URL_, token))[1]).toBe(hint)
  expect(told(explainAnswer(answer(302), URL_, token))[1]).toBe(hint)
})

describe('a challenge', () => {
  it.each([
    [undefined, undefined],
    ['Basic realm="x"', undefined],
    ['Bearertoken error="x"', undefined],
    ['Digest nonce="bearer"', undefined],
    ['X-Bearer error="x"', undefined],
    ['Bearer error=""', { error: '' }],
    ['Bearer   error="two blanks more"', { error: 'two blanks more' }],
    [
      'Bearer resource_metadata="https://a/.well-known/oauth-protected-resource"',
      { resourceMetadata: 'https://a/.well-known/oauth-protected-resource' },
    ],
    ['Bearer error=a, DPoP error=insufficient_claims', { scheme: 'dpop', error: 'insufficient_claims' }],
    ['Bearer error=a, DPoP error=insufficient_claims_no', { error: 'a' }],
    ['Bearer error=a, DPoP error=no_insufficient_claims', { error: 'a' }],
    ['Bearer', {}],
    ['bearer error=invalid_token', { error: 'invalid_token' }],
    ['Basic realm="x", Bearer error="invalid_token"', { error: 'invalid_token' }],
    ['Basic realm="x", error="basic", Bearer error="invalid_token"', { error: 'invalid_token' }],
    ['Basic realm="x",Bearer error="invalid_token"', { error: 'invalid_token' }],
    [
      'Bearer realm="r", ERROR = "insufficient_scope", error_description="say \\"no\\" \\\\", scope="a b"',
      { error: 'insufficient_scope', description: 'say "no" \\', scope: 'a b' },
    ],
    ['Bearer error="", error="second"', { error: '' }],
    ['DPoP algs="ES256", error="use_dpop_nonce"', { scheme: 'dpop', error: 'use_dpop_nonce' }],
    ['Basic realm="x", dpop error=invalid_token', { scheme: 'dpop', error: 'invalid_token' }],
    ['Bearer realm="x", DPoP algs="ES256"', { scheme: 'bearer' }],
    ['DPoP algs="ES256", Bearer error="insufficient_scope"', { error: 'insufficient_scope' }],
    ['DPoP algs="ES256", Bearer error="invalid_token"', { error: 'invalid_token' }],
  ])('%s', (header, parts) => {
    expect(readChallenge(header)).toEqual(
      parts && { scheme: 'bearer', error: undefined, description: undefined, scope: undefined, ...parts },
    )
  })
})

describe('a token that is bound to a key, or should be', () => {
  const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.AAAA`
  const [plain, bound] = [token({ sub: 'a' }), token({ cnf: { jkt: 'x' } })]
  /** Of a certificate (RFC 8705), which is no key of ours. */
  const withOtherKey = token({ cnf: { 'x5t#S256': 'x' } })
  it.each([
    ['DPoP error="invalid_token"', plain, 'profile set dpop true'],
    ['DPoP algs="ES256"', plain, 'profile set dpop true'],
    ['DPoP algs="ES256"', withOtherKey, 'profile set dpop true'],
    ['DPoP error="invalid_token"', bound, 'trusts the issuer'],
    ['DPoP algs="ES256"', bound, 'trusts the issuer'],
    ['Basic realm="x"', bound, 'trusts the issuer'],
    ['Bearer realm="x"', bound, 'does not accept DPoP tokens'],
    ['Bearer error="invalid_token"', bound, 'trusts the issuer'],
    ['Bearer realm="x"', plain, 'trusts the issuer'],
    ['DPoP error="invalid_dpop_proof"', bound, 'Check the clock of this machine.'],
    ['DPoP error="use_dpop_nonce"', bound, 'Try again'],
  ])('%s', (challenge, shown, hint) => {
    const [failure, advice, said] = challenged(401, challenge, shown) ?? []
    expect(failure).toContain('gw.acme.example:8443')
    expect(advice).toContain(hint)
    const error = /error="(\w+)"/.exec(challenge)?.[1]
    expect(said).toBe(error && `server: ${error}`)
  })
})

describe('a token that was not accepted', () => {
  const [clock, other, trust] = [
    'Check the clocks of this machine and the gateway, then sign in again: ls-auth login',
    'The token has another audience. Ask whoever runs the gateway for the right audience, then: ls-auth login --audience NAME',
    'Check that the gateway trusts the issuer of this profile, then sign in again: ls-auth login',
  ]
  it.each([
    ['The token expired', clock],
    ['exp claim in the past', clock],
    ['"EXP" is wrong', clock],
    ['bad expiry', trust],
    ['unexpected key', trust],
    ['wrong audience', other],
    ['aud does not match', other],
    ['the audit failed', trust],
    ['no such key', trust],
  ])('because of "%s"', (description, hint) => {
    const quoted = description.replaceAll('"', '\\"')
    expect(challenged(401, `Bearer error="invalid_token", error_description="${quoted}"`)).toEqual([
      'not-allowed: gw.acme.example:8443 did not accept the token (HTTP 401)',
      hint,
      `server: invalid_token: ${description}`,
    ])
  })
})

describe('access that was denied', () => {
  it.each([
    ['{"errors":["one","two"],"message":"m"}', ['server: one']],
    ['{"errors":[7]}', ['server: {"errors":[7]}']],
    ['{"errors":[],"message":"m"}', ['server: {"errors":[],"message":"m"}']],
    ['{"message":7}', ['server: {"message":7}']],
    ['{\r\n  "m": "n  o",\n\n  "n": 1\n}', ['server: { "m": "n  o", "n": 1 }']],
    ['{"error":{"code":5,"message":"m"}}', ['server: {"error":{"code":5,"message":"m"}}']],
    ['{}', []],
    ['{ }', []],
    ['""', []],
    ['  \n ', []],
    ['  plain words  ', ['server: plain words']],
    ['<html>', []],
    [' <?xml?>', []],
    ['\u001b[2J', ['server: \\u{1b}[2J']],
    ['null', ['server: null']],
    ['[]', []],
    ['[ ]', []],
    ['{} is no query', ['server: {} is no query']],
    ['no query: {}', ['server: no query: {}']],
    ['"quoted"', ['server: "quoted"']],
  ])('in the words of its body: %j', (body, lines) => {
    expect(read(answer(403, {}, body))?.slice(2)).toEqual(lines)
  })
})

describe('a limit that was reached', () => {
  it.each([
    [{}, 'Wait, then try again.', []],
    [{ 'retry-after': '7' }, 'Try again in 7s.', []],
    // What says in as many words when to ask again goes before the end of a window.
    [{ 'retry-after': '7', 'x-ratelimit-reset': '9' }, 'Try again in 7s.', []],
    [{ 'x-ratelimit-reset': '9' }, 'Try again in 9s.', []],
    // Nobody reads 86,400 seconds as a day.
    [{ 'retry-after': '599' }, 'Try again in 599s.', []],
    [{ 'retry-after': '601' }, 'Try again in 11m.', []],
    [{ 'retry-after': '86400' }, 'Try again in 1d.', []],
    [{ date: DATE, 'retry-after': 'Wed, 25 Nov 2026 16:00:00 GMT' }, 'Try again in 60s.', []],
    [{ date: DATE, 'x-ratelimit-reset': String(Date.parse(DATE) / 1000 + 90) }, 'Try again in 90s.', []],
    [{ ratelimit: 'limit=100, remaining=0, reset=54' }, 'Try again in 54s.', ['limit 100, 0 left']],
    // Without the clock of the server, without a time ahead, or with one that nobody waits for.
    [{ 'retry-after': 'Wed, 25 Nov 2026 16:00:00 GMT' }, 'Wait, then try again.', []],
    [{ date: DATE, 'retry-after': 'Wed, 25 Nov 2026 15:00:00 GMT' }, 'Wait, then try again.', []],
    [{ date: DATE, 'retry-after': 'Tue, 01 Jan 3000 00:00:00 GMT' }, 'Wait, then try again.', []],
    [{ 'retry-after': '0' }, 'Wait, then try again.', []],
    [{ 'retry-after': '7 s' }, 'Wait, then try again.', []],
    [{ 'retry-after': '1234567890' }, 'Wait, then try again.', []],
    [{ 'x-ratelimit-limit': '60' }, 'Wait, then try again.', ['limit 60']],
    [{ 'x-ratelimit-remaining': '0' }, 'Wait, then try again.', []],
    [
      { 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '0' },
      'Wait, then try again.',
      ['limit 60, 0 left'],
    ],
  ])('%j', (headers, hint, detail) => {
    expect(read(answer(429, headers as Record<string, string>))?.slice(1)).toEqual([hint, ...detail])
  })
})
