import { describe, expect, it } from 'vitest'
import { readChallenge } from '../../src/api/refusal/challenge.ts'
import { explainAnswer } from '../../src/api/refusal/denial.ts'
import { isPage } from '../../src/http-answers/web-page.ts'
import type { HttpAnswer } from '../../src/ports/http.ts'
import { tokenText } from '../claims/token-text.ts'
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
    [404, HTML, 'not-found: gw.acme.example:8443 knows no such address (HTTP 404, a web page)'],
    [405, HTML, 'not-allowed: gw.acme.example:8443 does not take this request (HTTP 405)'],
    [410, HTML, 'gone: gw.acme.example:8443 says that this is gone (HTTP 410)'],
    [429, HTML, 'rate-limited: gw.acme.example:8443 limits requests, and the limit is reached (HTTP 429)'],
    [501, {}, 'cannot-do: gw.acme.example:8443 does not take this request (HTTP 501)'],
    [502, HTML, 'api-failed: gw.acme.example:8443 failed (HTTP 502)'],
  ])('%i with %j', (status, headers, words) => {
    expect(read(answer(status, headers))?.[0]).toBe(words)
  })

  it('an address that is unknown asks for the setting to look at', () => {
    expect(read(answer(404, HTML))?.[1]).toBe(
      'Check api in the profile: it must be the base URL of the trace API or its gateway.',
    )
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

describe('a redirect', () => {
  const lines = (headers: Record<string, string>) => read(answer(302, headers))?.slice(2)

  it.each([
    ['https://id.acme.example/sign-in?state=s3cret', 'https://id.acme.example/sign-in'],
    ['/login#here', 'https://gw.acme.example:8443/login'],
    ['login\u001b[2J', 'https://gw.acme.example:8443/login%1B[2J'],
  ])('to %j names the address, without the state of a sign-in', (location, shown) => {
    expect(lines({ location })).toEqual([`they redirect to: ${shown}`])
  })

  it.each([[{}], [{ location: '' }], [{ location: 'https://[' }], [{ location: 'mailto:a@b' }]])(
    'to no web address names none: %j',
    (headers) => {
      expect(lines(headers as Record<string, string>)).toEqual([])
    },
  )

  it('is told as a web page is: with nothing more', () => {
    expect(read(answer(200, HTML))?.slice(2)).toEqual([])
  })
})

it('a request that nobody takes is not sent again: somebody must allow it', () => {
  expect(read(answer(405, {}, 'GET only'))?.slice(1)).toEqual([
    'Ask whoever runs the gateway or the trace API to allow it, or ask in another way.',
    'they say: GET only',
  ])
})

describe('a sign-in that is not enough', () => {
  const given = answer(401, { 'www-authenticate': 'Bearer error="insufficient_user_authentication"' })
  it.each([
    [undefined, 'step-up: gw.acme.example:8443 wants a stronger or newer sign-in'],
    [true, 'not-allowed: gw.acme.example:8443 wants more than the sign-in you have just made'],
  ])('just made: %s', (isAgain, words) => {
    expect(told(explainAnswer(given, URL_, 'opaque', { isAgain }))[0]).toBe(words)
  })
})

describe('a web page', () => {
  it.each([
    [{ 'content-type': 'text/html' }, '', true],
    [{ 'content-type': 'TEXT/HTML;charset=x' }, '', true],
    [{ 'content-type': 'application/xhtml+xml' }, '', true],
    [{ 'content-type': 'application/json, text/html' }, '', false],
    [{ 'content-type': 'application/json' }, '<!DOCTYPE html>', true],
    [{}, ' \n<html lang="en">', true],
    [{}, '<HTML>', true],
    [{}, '<htmlish>', false],
    [{}, '{"a":"<html>"}', false],
    [{}, `${' '.repeat(190)}<html>`, true],
    [{}, `${' '.repeat(199)}<html>`, false],
  ])('%j %j: %s', (headers, body, page) => {
    expect(isPage(answer(200, headers as Record<string, string>, body))).toBe(page)
  })
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
    ['Bearer realm="x"', bound, 'takes no token that is bound to a key'],
    ['Bearer error="invalid_token"', bound, 'trusts the issuer'],
    ['Bearer realm="x"', plain, 'trusts the issuer'],
    ['DPoP error="invalid_dpop_proof"', bound, 'Check the clock of this machine.'],
    ['DPoP error="use_dpop_nonce"', bound, 'Try again'],
  ])('%s', (challenge, shown, hint) => {
    const [failure, advice, said] = challenged(401, challenge, shown) ?? []
    expect(failure).toContain('gw.acme.example:8443')
    expect(advice).toContain(hint)
    const error = /error="(\w+)"/.exec(challenge)?.[1]
    expect(said).toBe(error && `they say: ${error}`)
  })
})

describe('a token that was not accepted', () => {
  const [clock, other, trust] = [
    'Check the clock of this machine and of the gateway, then sign in again: ls-auth login',
    'The token is for another audience. Ask whoever runs the gateway for the right one, then: ls-auth login --audience NAME',
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
      `they say: invalid_token: ${description}`,
    ])
  })

  it('because of its issuer: the one that it has is shown, which may not be that of the profile', () => {
    const token = tokenText({ alg: 'none' }, { iss: 'https://sts.windows.net/t/\u001b', aud: 'a' })
    const about = (description: string) =>
      challenged(401, `Bearer error="invalid_token", error_description="${description}"`, token)?.slice(3)
    const lines = ['held audience: a', 'held issuer: https://sts.windows.net/t/\\u{1b}']
    expect(about("The issuer 'x' is invalid")).toEqual(lines)
    expect(about('Jwt iss is not configured')).toEqual(lines)
    expect(about('issuer not trusted')).toEqual(lines)
    expect(about('the iss_hint is missing')).toEqual(lines.slice(0, 1))
    const without = tokenText({ alg: 'none' }, { aud: 'a' })
    const challenge = 'Bearer error="invalid_token", error_description="no issuer"'
    expect(challenged(401, challenge, without)?.slice(3)).toEqual(['held audience: a'])
  })

  it('of an error code alone', () => {
    expect(challenged(401, 'Bearer error="token_expired"')).toEqual([
      'not-allowed: gw.acme.example:8443 did not accept the token (HTTP 401)',
      clock,
      'they say: token_expired',
    ])
  })

  it.each([
    [
      'Bearer error="token_exp", error_description="see the log"',
      clock,
      ['they say: token_exp: see the log'],
    ],
    ['Bearer error="e"', trust, ['they say: e']],
    ['Bearer error_description="d"', trust, ['they say: d']],
    ['Bearer', trust, ['they say: body']],
  ])('by %s, and a body: theirs is quoted where the challenge says nothing', (challenge, hint, lines) => {
    expect(challenged(401, challenge, undefined, 'body')?.slice(1)).toEqual([hint, ...lines])
  })

  it('with nothing said', () => {
    expect(read(answer(401))).toEqual([
      'not-allowed: gw.acme.example:8443 did not accept the token (HTTP 401)',
      trust,
    ])
  })

  it.each(['expired', 'no key'])('where none was sent: %s', (description) => {
    const challenge = `Bearer error_description="${description}"`
    const failure = explainAnswer(answer(401, { 'www-authenticate': challenge }), URL_, undefined)
    expect(told(failure)).toEqual([
      'not-allowed: gw.acme.example:8443 wants a token (HTTP 401)',
      'This API wants a token, and authorization = "none" sends none. Sign in: ls-auth login --authorization bearer (with --issuer URL --client-id ID where the profile has none)',
      `they say: ${description}`,
    ])
  })
})

describe('what the refused token holds', () => {
  const held = (payload: Record<string, unknown>, challenge = 'Bearer scope="traces:read"') =>
    challenged(403, challenge, tokenText({ alg: 'none' }, payload))?.slice(2)

  it('is set beside what is asked for', () => {
    expect(held({ scope: 'openid', aud: ['a', 'b'] })).toEqual([
      'required scope: traces:read',
      'held scope: openid',
      'held audience: a b',
    ])
    expect(held({ scp: ['x', 7] })).toEqual(['required scope: traces:read', 'held scope: x 7'])
    expect(held({})).toEqual(['required scope: traces:read', 'held scope: none'])
    expect(held({}, 'Bearer')).toEqual([])
    expect(held({ aud: 'a' }, 'Basic')).toEqual(['held audience: a'])
  })

  it('is said at a 401, too', () => {
    const token = tokenText({ alg: 'none' }, { scope: 'openid', aud: 'a' })
    expect(challenged(401, 'Bearer', token)?.slice(2)).toEqual(['held scope: openid', 'held audience: a'])
  })

  it('is not said of a token that cannot be read', () => {
    expect(challenged(403, 'Bearer scope="s"', 'opaque')?.slice(2)).toEqual(['required scope: s'])
    expect(challenged(403, 'Bearer scope="s"', 'eyJ9.e30.')?.slice(2)).toEqual(['required scope: s'])
  })

  it('is shown safely and in short', () => {
    const scope = `\u001b[31m${'x'.repeat(300)}`
    const [line] = held({ scope }, 'Basic') ?? []
    expect(line).toMatch(/^held scope: \\u\{1b\}\[31mx{194}…$/)
  })
})

describe('access that was denied', () => {
  const ASK = 'Ask whoever grants access to the traces for the scope or group that is missing.'

  it('for want of a scope names it', () => {
    expect(
      challenged(403, 'Bearer error="insufficient_scope", scope="traces:read"', undefined, 'more'),
    ).toEqual([
      'not-allowed: gw.acme.example:8443 denied you access (HTTP 403)',
      'The token lacks the scope traces:read. Sign in with it: ls-auth login --scope traces:read',
      'they say: insufficient_scope',
      'required scope: traces:read',
    ])
  })

  it('without an error code quotes the API', () => {
    expect(read(answer(403, {}, '{"message":"Your role does not allow this"}'))).toEqual([
      'not-allowed: gw.acme.example:8443 denied you access (HTTP 403)',
      ASK,
      'they say: Your role does not allow this',
    ])
    expect(challenged(403, 'Bearer realm="x"', undefined, 'no')?.slice(2)).toEqual(['they say: no'])
  })

  it.each([
    ['{"errors":["one","two"],"message":"m"}', ['they say: one']],
    ['{"errors":[7]}', ['they say: {"errors":[7]}']],
    ['{"errors":[],"message":"m"}', ['they say: {"errors":[],"message":"m"}']],
    ['{"message":7}', ['they say: {"message":7}']],
    ['{\r\n  "m": "n  o",\n\n  "n": 1\n}', ['they say: { "m": "n  o", "n": 1 }']],
    ['{"error":{"code":5,"message":"m"}}', ['they say: {"error":{"code":5,"message":"m"}}']],
    ['{}', []],
    ['{ }', []],
    ['""', []],
    ['  \n ', []],
    ['  plain words  ', ['they say: plain words']],
    ['<html>', []],
    [' <?xml?>', []],
    ['\u001b[2J', ['they say: \\u{1b}[2J']],
    ['null', ['they say: null']],
    ['[]', []],
    ['[ ]', []],
    ['{} is no query', ['they say: {} is no query']],
    ['no query: {}', ['they say: no query: {}']],
    ['"quoted"', ['they say: "quoted"']],
  ])('in the words of its body: %j', (body, lines) => {
    expect(read(answer(403, {}, body))?.slice(2)).toEqual(lines)
  })

  it('quotes the beginning of a long body only', () => {
    expect(read(answer(403, {}, 'x'.repeat(5000)))?.[2]).toBe(`they say: ${'x'.repeat(299)}…`)
    expect(read(answer(403, {}, `{"message":"m"${' '.repeat(5000)}}`))?.[2]).toMatch(
      /^they say: \{"message":"m"/,
    )
  })
})

it.each([410, 429])('HTTP %i quotes the API', (status) => {
  expect(read(answer(status, {}, '{"m":"no"}'))?.at(-1)).toBe('they say: {"m":"no"}')
  expect(read(answer(status, HTML, '<html>'))?.slice(2)).toEqual([])
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

describe('a time to wait, by our own clock where the server names none', () => {
  const now = Date.parse(DATE)
  const LATER = 'Wed, 25 Nov 2026 16:00:00 GMT'
  const ASK = 'If it goes on, ask whoever runs the gateway or the trace API.'
  it.each([
    [429, { 'retry-after': LATER }, 'Try again in 60s.'],
    [429, { 'x-ratelimit-reset': String(now / 1000 + 90) }, 'Try again in 90s.'],
    [429, { date: LATER, 'retry-after': LATER }, 'Wait, then try again.'],
    [503, { 'retry-after': LATER }, `Try again in 60s. ${ASK}`],
    [503, { 'retry-after': '30' }, `Try again in 30s. ${ASK}`],
    [503, { 'retry-after': '1234567890' }, `Wait, then try again. ${ASK}`],
    [503, { 'retry-after': '0' }, `Try again; if it goes on, ask whoever runs the gateway or the trace API.`],
    // The end of a window is no word about a server that fails.
    [
      503,
      { 'x-ratelimit-reset': '9' },
      'Try again; if it goes on, ask whoever runs the gateway or the trace API.',
    ],
  ])('HTTP %i with %j', (status, headers, hint) => {
    const given = answer(status, headers as Record<string, string>)
    expect(told(explainAnswer(given, URL_, 'opaque', { now }))[1]).toBe(hint)
  })
})

it('a network that wants a sign-in of its own (HTTP 511) is told as such, and its page is not quoted', () => {
  for (const token of ['opaque', undefined])
    expect(told(explainAnswer(answer(511, HTML, '<html>'), URL_, token))).toEqual([
      'network: the network you are on wants a sign-in (HTTP 511)',
      'Open a web page in a browser, sign in to the network there, then try again.',
    ])
})

it('a proxy that wants a sign-in of its own (HTTP 407) is not the API', () => {
  expect(told(explainAnswer(answer(407, {}, 'no'), URL_, 'opaque'))).toEqual([
    'network: a proxy on the way wants a sign-in of its own (HTTP 407)',
    expect.stringMatching(/^Check HTTPS_PROXY, NO_PROXY and proxy in the profile: /),
  ])
})

it('a token that is too large for a gateway (HTTP 431) is named, for trying again does not help', () => {
  const tooLarge = answer(431, {}, 'Request Header Fields Too Large')
  expect(read(tooLarge)).toEqual([
    'api-failed: the headers of the request are too large for gw.acme.example:8443 (HTTP 431)',
    'It is probably the token: ask for fewer groups or scopes, or raise the limit for request headers there.',
    'they say: Request Header Fields Too Large',
  ])
  expect(told(explainAnswer(tooLarge, URL_, undefined))[1]).toBe(
    'Raise the limit for request headers at the gateway or the API.',
  )
})
