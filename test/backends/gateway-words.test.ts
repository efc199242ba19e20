import { describe, expect, it } from 'vitest'
import { explainRefusal, gatewaySeen, type SentToken } from '../../src/backends/gateways.ts'
import { told } from '../told.ts'

/** What a person is told of the refusal of a gateway that other people make: all lines, and whether the token is to blame. */

const GATEWAY = new URL('https://gw.example/api/traces/v1/dev/tempo')
const GRAFANA = new URL('https://grafana.example/api/datasources/proxy/uid/tempo-1')
const OTHER = new URL('https://traces.example')
const SENT: SentToken = {
  use: 'access',
  header: 'Authorization',
  audiences: ['api://traces', 'b'],
  groups: ['ops', 'dev'],
  isExpired: false,
}
const IN_OTHER_HEADER = { ...SENT, header: 'X-JWT' }
const nothingSent = ({ href }: URL) =>
  `This API wants a token, and you sent none. Sign in: ls-auth login ${href.replace(/\/$/, '')}`
const COMPARE = ['sent: the access token, in Authorization', 'held audience: api://traces b']

interface Answer {
  readonly base: URL
  readonly status: number
  readonly body?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly sent?: SentToken | undefined
}
const explain = (answer: Answer) =>
  explainRefusal({
    ...{ path: '/api/search', headers: {}, sent: SENT, ...answer },
    body: Buffer.from(answer.body ?? ''),
  })
function linesOf(answer: Answer) {
  const refusal = explain(answer)
  return refusal && { lines: told(refusal.failure), isAboutToken: refusal.isAboutToken === true }
}

describe('Observatorium', () => {
  const own = (error: string) => JSON.stringify({ status: 'error', errorType: 'observatorium-api', error })
  const notVerified = { base: GATEWAY, status: 500, body: own('failed to verify ID token: no') }
  const could = 'not-allowed: gw.example could not verify the token (HTTP 500)'
  const wants = "This gateway accepts tokens whose audience is its tenant's client id"

  it.each<[string, SentToken | undefined, string, string, string[]]>([
    [
      'an access token',
      SENT,
      could,
      `${wants}: the ID token has it. Send it: ls-auth profile set use_token id`,
      COMPARE,
    ],
    [
      'an ID token for nobody',
      { ...SENT, use: 'id', audiences: [] },
      could,
      `${wants}. Ask whoever runs it for that id and its issuer, then: ls-auth login --client-id ID`,
      ['sent: the ID token, in Authorization', 'held audience: not readable'],
    ],
    [
      'LS_AUTH_TOKEN',
      { ...SENT, use: undefined },
      could,
      `${wants}, from its tenant's issuer. Put that token in LS_AUTH_TOKEN.`,
      ['sent: the token in LS_AUTH_TOKEN, in Authorization', 'held audience: api://traces b'],
    ],
    [
      'an expired one',
      { ...SENT, isExpired: true },
      'session-ended: gw.example could not verify the token (HTTP 500)',
      'It has expired. Sign in again: ls-auth login',
      COMPARE,
    ],
    ['none', undefined, could, nothingSent(GATEWAY), []],
  ])('could not verify %s', (_, sent, first, hint, compare) => {
    expect(linesOf({ ...notVerified, sent })).toEqual({
      lines: [first, hint, 'server: failed to verify ID token: no', ...compare],
      isAboutToken: true,
    })
  })

  it.each<[string, SentToken | undefined, string]>([
    [
      'did not count',
      SENT,
      'The gateway ignored your token. A proxy on the way may drop the Authorization header. Ask whoever runs the gateway.',
    ],
    [
      'was in another header',
      IN_OTHER_HEADER,
      'It reads the token from Authorization, but yours was sent in X-JWT: ls-auth profile set authorization_header --unset',
    ],
    ['was not sent', undefined, nothingSent(GATEWAY)],
  ])('wants a sign-in where the token %s', (_, sent, hint) => {
    const headers = { location: '/oidc/dev/login?state=s3cret' }
    expect(linesOf({ base: GATEWAY, status: 300, headers, sent })).toEqual({
      lines: ['login-page: gw.example requires a separate sign-in (HTTP 300 to /oidc/dev/login)', hint],
      isAboutToken: false,
    })
  })

  it.each<[string, Partial<Answer>]>([
    ['other words', { status: 400, body: 'bad query: group cannot be empty' }],
    ['another status', { status: 422, body: own('group cannot be empty') }],
    ['a status with words of 500', { status: 502, body: 'failed to verify ID token' }],
    ['a 403 with words', { status: 403, body: 'no' }],
    ['an empty 404', { status: 404 }],
    ['a good answer that names a login', { status: 200, headers: { location: '/oidc/dev/login' } }],
    ['a page below another', { status: 302, headers: { location: '/x/oidc/dev/login' } }],
    ['a page below the login', { status: 302, headers: { location: '/oidc/dev/login/x' } }],
    ['a redirect to nowhere', { status: 302 }],
    ['another address', { status: 403, base: new URL('https://gw.example/api/traces/v1/dev/tempo/x') }],
  ])('is not known by %s', (_, answer) => {
    expect(linesOf({ base: GATEWAY, status: 0, ...answer })).toBeUndefined()
  })
})

describe('Grafana', () => {
  const jwt = (message: string) => JSON.stringify({ message, messageId: 'jwt.invalid' })
  const usual =
    'Grafana did not take it for a JWT. header_name of its [auth.jwt] is X-JWT-Assertion by default'

  it.each<[string, string, SentToken | undefined, string]>([
    [
      'a claim that it misses',
      'Missing mandatory claim in JWT',
      SENT,
      'username_claim or email_claim of its [auth.jwt] must name a claim in the token: ls-auth whoami --raw shows them. An ID token often has more: ls-auth profile set use_token id',
    ],
    [
      'a JWT that fails',
      'Failed to verify JWT',
      SENT,
      'Its [auth.jwt] checks signature, times and expect_claims. Compare iss and aud: ls-auth whoami --raw',
    ],
    [
      'the usual header',
      'Unauthorized',
      SENT,
      `${usual}: ls-auth profile set authorization_header X-JWT-Assertion`,
    ],
    [
      'another header',
      'Unauthorized',
      IN_OTHER_HEADER,
      `${usual}; compare it with authorization_header: ls-auth profile show`,
    ],
    ['no token', 'Unauthorized', undefined, nothingSent(GRAFANA)],
  ])('refused: %s', (_, message, sent, hint) => {
    const compare = sent && [`sent: the access token, in ${sent.header}`, 'held audience: api://traces b']
    expect(linesOf({ base: GRAFANA, status: 401, body: JSON.stringify({ message }), sent })).toEqual({
      lines: [
        `not-allowed: grafana.example ${sent ? 'did not accept the token' : 'wants a token'} (HTTP 401)`,
        hint,
        `server: ${message}`,
        ...(compare ?? []),
      ],
      isAboutToken: true,
    })
  })

  it.each([
    [
      'Permissions needed: datasources:query',
      'Ask the administrator of this Grafana to give your role datasources:query.',
    ],
    ['You need more', 'Ask the administrator of this Grafana for permission to query this data source.'],
    [
      'Permissions needed: a\nb',
      'Ask the administrator of this Grafana for permission to query this data source.',
    ],
    [
      'Invalid Role',
      'role_attribute_path of its [auth.jwt] finds no role in the token: ls-auth whoami --raw shows the claims.',
    ],
  ])('denied access: %j', (message, hint) => {
    expect(linesOf({ base: GRAFANA, status: 403, body: JSON.stringify({ message }) })).toMatchObject({
      lines: [
        'not-allowed: grafana.example denied you access (HTTP 403)',
        hint,
        expect.stringMatching(/^server: /),
      ],
      isAboutToken: false,
    })
  })

  it.each<[string, Partial<Answer>]>([
    ['a data source in another answer', { status: 400, body: '{"message":"bad data source"}' }],
    ['an id that is no text', { base: OTHER, status: 401, body: '{"messageId":7}' }],
    ['text alone', { status: 401, body: 'Unauthorized' }],
    ['a 404 of Jaeger', { status: 404, body: '{"data":null,"errors":[{"code":404,"msg":"no trace"}]}' }],
    ['a 404 at another address', { base: OTHER, status: 404, body: '{"message":"no data source"}' }],
    ['another status', { status: 402, body: jwt('no') }],
    [
      'an address below a data source',
      { base: new URL('https://g.example/api/datasources/proxy/uid/a/more'), status: 401, body: '{"a":1}' },
    ],
  ])('is not known by %s', (_, answer) => {
    expect(linesOf({ base: GRAFANA, status: 0, ...answer })).toBeUndefined()
  })
})

describe('vmauth', () => {
  const headers = { 'x-server-hostname': 'vmauth-0' }

  it('does not know the token, which it may repeat', () => {
    const body = 'cannot authorize request with auth tokens "s3cret"'
    expect(linesOf({ base: OTHER, status: 401, body, headers })).toEqual({
      lines: [
        'not-allowed: traces.example does not know the token (HTTP 401)',
        'vmauth checks issuer, signature, times and match_claims. Compare them: ls-auth whoami --raw. Before 1.147 the token also needs the claim vm_access.',
        ...COMPARE,
      ],
      isAboutToken: true,
    })
  })

  it.each<[string, Partial<Answer>]>([
    ['another status', { status: 404, headers, body: 'missing route for "/x"' }],
    ['its words without its header', { status: 401, body: 'Unauthorized' }],
  ])('is not known by %s', (_, answer) => {
    expect(linesOf({ base: OTHER, status: 0, ...answer })).toBeUndefined()
  })
})

describe('their words', () => {
  const said = (body: string) => explain({ base: GRAFANA, status: 403, body })?.failure.detail

  it.each([
    ['{"errors":["one","two"],"message":"m","error":"e"}', ['server: one']],
    ['{"errors":[7],"message":" m ","error":"e"}', ['server: m']],
    ['{"errors":"x","message":7,"error":"e"}', ['server: e']],
    ['{"message":7}', []],
    ['{"message":"  "}', []],
    ['{"message":"<html>"}', []],
    ['{"message":"a <b>"}', ['server: a <b>']],
    [`{"message":"${'x'.repeat(400)}"}`, [`server: ${'x'.repeat(299)}…`]],
  ])('%s', (body, lines) => {
    expect(said(body)).toEqual(lines)
  })
})

it('one gateway alone takes attributes out of the traces that it passes on', () => {
  const seen = [gatewaySeen(GATEWAY), gatewaySeen(GRAFANA), gatewaySeen(OTHER, { 'x-server-hostname': 'vm' })]
  expect(seen.map((one) => one?.filters)).toEqual([true, false, false])
})
