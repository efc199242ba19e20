import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BACKENDS, backendOf } from '../../../src/backends/table.ts'
import { judge, type ProxyRules } from '../../../src/commands/proxy/judge.ts'

const SECRET = 'q3Vf0mQm1ZzGvJb9o2cYxKq7Rk5T8uHwLr4NsDpEaXi'
const HOST = '127.0.0.1:4711'
const TEMPO: ProxyRules = {
  port: { hosts: [HOST], secret: SECRET },
  backend: backendOf('tempo'),
  tokenHeader: 'Authorization',
  allowWrite: false,
}
const LIGHTSTEP: ProxyRules = { ...TEMPO, backend: backendOf('lightstep') }
const WRITING: ProxyRules = { ...TEMPO, allowWrite: true }
const SOCKET: ProxyRules = { ...TEMPO, port: undefined }
const IN = `/${SECRET}`
const TRACE = `${IN}/api/v2/traces/4bf92f3577b34da6a3ce929d0e0e4736`

interface Asked {
  readonly method?: string
  readonly target?: string
  /** `Name: value` each. Without a Host, the right one is added; `Host:` alone leaves it out. */
  readonly headers?: readonly string[]
  readonly rules?: ProxyRules
}

function ask({ method = 'GET', target = TRACE, headers = [], rules = TEMPO }: Asked) {
  const lines = headers.some((line) => /^host:/i.test(line)) ? headers : [`Host: ${HOST}`, ...headers]
  const raw = lines
    .filter((line) => line !== 'Host:')
    .flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()])
  return judge({ method, target, headers: raw }, rules)
}

const BEARER = `Authorization: Bearer ${SECRET}`
const ROUTE = 'Only requests that read'
const PATH = 'The path must begin with one /'
const SECRETLESS = 'The secret is missing or wrong'
const HOST_WRONG = 'The Host header must be'
const PAGE = 'does not serve web pages'

/** What is attacked, the request, and how it is turned away. */
const ATTACKS: readonly (readonly [name: string, asked: Asked, status: number, why: string])[] = [
  // The path
  ['dot segments', { target: `${IN}/api/traces/../../admin` }, 400, PATH],
  ['a dot segment at the end', { target: `${IN}/api/traces/..` }, 400, PATH],
  ['a single dot', { target: `${IN}/api/./search` }, 400, PATH],
  ['dot segments before the secret', { target: `/x/..${TRACE}` }, 400, PATH],
  ['encoded dots', { target: `${IN}/api/traces/%2e%2e/admin` }, 400, PATH],
  ['half encoded dots', { target: `${IN}/api/traces/.%2E/admin` }, 400, PATH],
  ['dots encoded twice', { target: `${IN}/api/traces/%252e%252e/x` }, 400, PATH],
  ['dots encoded three times', { target: `${IN}/api/traces/%25252e` }, 400, PATH],
  ['dots with a parameter', { target: `${IN}/api/traces/..;/admin` }, 400, PATH],
  ['a path parameter', { target: `${IN}/api/search;x=1` }, 400, PATH],
  ['an encoded slash', { target: `${IN}/api/traces/a%2Fb` }, 400, PATH],
  ['an encoded slash in lower case', { target: `${IN}/api/traces/a%2fb` }, 400, PATH],
  ['a slash encoded twice', { target: `${IN}/api/traces/a%252fb` }, 400, PATH],
  ['a slash in too many bytes', { target: `${IN}/api/traces/a%c0%afb` }, 400, PATH],
  ['a backslash', { target: `${IN}/api/traces/..\\admin` }, 400, PATH],
  ['an encoded backslash', { target: `${IN}/api/traces/a%5cb` }, 400, PATH],
  ['two slashes', { target: `${IN}//api/search` }, 400, PATH],
  ['two slashes at the end', { target: `${IN}/api/search//` }, 400, PATH],
  ['another host behind two slashes', { target: `//evil.example${TRACE}` }, 400, PATH],
  ['an absolute URL', { target: `http://${HOST}${TRACE}` }, 400, PATH],
  ['an absolute URL of somebody else', { target: 'http://evil.example/api/search' }, 400, PATH],
  ['an authority', { method: 'CONNECT', target: 'evil.example:443' }, 400, PATH],
  ['an asterisk', { method: 'OPTIONS', target: '*' }, 400, PATH],
  ['nothing', { target: '' }, 400, PATH],
  ['a query alone', { target: '?q=1' }, 400, PATH],
  ['a fragment', { target: `${TRACE}#x` }, 400, PATH],
  ['a fragment in the query', { target: `${TRACE}?a=1#x` }, 400, PATH],
  ['a space', { target: `${IN}/api/traces/a b` }, 400, PATH],
  ['a space in the query', { target: `${TRACE}?a=1 HTTP/1.1` }, 400, PATH],
  ['an encoded line break', { target: `${IN}/api/traces/a%0d%0ax` }, 400, PATH],
  ['a zero byte', { target: `${IN}/api/traces/a%00` }, 400, PATH],
  ['a line break encoded twice', { target: `${IN}/api/traces/a%250ax` }, 400, PATH],
  ['letters beyond ASCII', { target: `${IN}/api/traces/ä` }, 400, PATH],
  [
    'dots encoded twice, digit by digit',
    { target: `${IN}/api/search/tag/%25%32%65%25%32%65/values` },
    400,
    PATH,
  ],
  ['a slash encoded twice, digit by digit', { target: `${IN}/api/search/tag/x%25%32%66y/values` }, 400, PATH],
  ['a backslash encoded twice, digit by digit', { target: `${IN}/api/traces/%25%35%63` }, 400, PATH],
  ['one digit of an encoded dot encoded', { target: `${IN}/api/traces/x%252%65` }, 400, PATH],
  ['an encoded path parameter', { target: `${IN}/api/traces/..%3b` }, 400, PATH],
  ['a path parameter encoded twice', { target: `${IN}/api/traces/x%253By` }, 400, PATH],
  ['a slash in too many bytes, encoded twice', { target: `${IN}/api/traces/a%25c0%25afb` }, 400, PATH],
  ['a letter encoded a thousand times', { target: `${IN}/api/traces/%${'25'.repeat(1000)}41` }, 400, PATH],
  ['a broken escape', { target: `${IN}/api/traces/%zz` }, 400, PATH],
  ['a user name', { target: `@evil.example/api/search` }, 400, PATH],
  // The Host
  ['a rebinding name', { headers: ['Host: evil.example:4711'] }, 421, HOST_WRONG],
  [
    'a rebinding name with the secret as a header',
    { target: '/api/search', headers: ['Host: evil.example', BEARER] },
    421,
    HOST_WRONG,
  ],
  ['localhost', { headers: ['Host: localhost:4711'] }, 421, HOST_WRONG],
  ['0.0.0.0', { headers: ['Host: 0.0.0.0:4711'] }, 421, HOST_WRONG],
  ['the other family', { headers: ['Host: [::1]:4711'] }, 421, HOST_WRONG],
  ['another port', { headers: ['Host: 127.0.0.1:80'] }, 421, HOST_WRONG],
  ['no port', { headers: ['Host: 127.0.0.1'] }, 421, HOST_WRONG],
  ['an address in one number', { headers: ['Host: 2130706433:4711'] }, 421, HOST_WRONG],
  ['a name that begins alike', { headers: ['Host: 127.0.0.1:4711.evil.example'] }, 421, HOST_WRONG],
  ['a user name in it', { headers: ['Host: evil@127.0.0.1:4711'] }, 421, HOST_WRONG],
  ['no Host', { headers: ['Host:'] }, 421, HOST_WRONG],
  ['two of them', { headers: [`Host: ${HOST}`, 'Host: evil.example'] }, 400, 'more than one Host'],
  // The page
  ['a page', { headers: ['Origin: https://evil.example'] }, 403, PAGE],
  ['a page without an origin', { headers: ['Origin: null'] }, 403, PAGE],
  ['a page of the same address', { headers: [`Origin: http://${HOST}`] }, 403, PAGE],
  ['an empty Origin', { headers: ['Origin:'] }, 403, PAGE],
  ['an image of another site', { headers: ['Sec-Fetch-Site: cross-site'] }, 403, PAGE],
  ['a frame of the same site', { headers: ['Sec-Fetch-Site: same-site'] }, 403, PAGE],
  ['a script of the same origin', { headers: ['sec-fetch-site: same-origin'] }, 403, PAGE],
  [
    'one of two Sec-Fetch-Site',
    { headers: ['Sec-Fetch-Site: none', 'Sec-Fetch-Site: cross-site'] },
    403,
    PAGE,
  ],
  [
    'a preflight',
    { method: 'OPTIONS', headers: ['Origin: https://evil.example', 'Access-Control-Request-Method: GET'] },
    403,
    PAGE,
  ],
  [
    'a preflight of a private network',
    { method: 'OPTIONS', headers: ['Access-Control-Request-Private-Network: true'] },
    403,
    PAGE,
  ],
  [
    'a page over a socket',
    { target: '/api/search', headers: ['Origin: https://evil.example'], rules: SOCKET },
    403,
    PAGE,
  ],
  [
    'a page where writing is allowed',
    { headers: ['Origin: https://evil.example'], rules: WRITING },
    403,
    PAGE,
  ],
  // The secret
  ['no secret', { target: '/api/search' }, 403, SECRETLESS],
  ['an empty one', { target: '/' }, 403, SECRETLESS],
  ['a wrong one', { target: `/${SECRET.replace('q', 'Q')}/api/search` }, 403, SECRETLESS],
  ['a part of it', { target: `/${SECRET.slice(0, -1)}/api/search` }, 403, SECRETLESS],
  ['more than it', { target: `${IN}x/api/search` }, 403, SECRETLESS],
  ['an encoded one', { target: `/%71${SECRET.slice(1)}/api/search` }, 403, SECRETLESS],
  ['in the query', { target: `/api/search?secret=${SECRET}` }, 403, SECRETLESS],
  ['as the second part', { target: `/x${IN}/api/search` }, 403, SECRETLESS],
  [
    'a wrong one as a header',
    { target: '/api/search', headers: ['Authorization: Bearer x'] },
    403,
    SECRETLESS,
  ],
  ['as Basic', { target: '/api/search', headers: [`Authorization: Basic ${SECRET}`] }, 403, SECRETLESS],
  ['with words behind', { target: '/api/search', headers: [`${BEARER} x`] }, 403, SECRETLESS],
  [
    'one of two headers',
    { target: '/api/search', headers: [BEARER, 'Authorization: Bearer x'] },
    403,
    SECRETLESS,
  ],
  ['as a cookie', { target: '/api/search', headers: [`Cookie: secret=${SECRET}`] }, 403, SECRETLESS],
  [
    'as a proxy',
    { target: '/api/search', headers: [`Proxy-Authorization: Bearer ${SECRET}`] },
    403,
    SECRETLESS,
  ],
  // The route
  ['what is no route', { target: `${IN}/api/admin` }, 403, ROUTE],
  ['the root', { target: IN }, 403, ROUTE],
  ['the root with a slash', { target: `${IN}/` }, 403, ROUTE],
  ['a route with a slash behind', { target: `${IN}/api/search/` }, 403, ROUTE],
  ['a route with more behind', { target: `${TRACE}/x` }, 403, ROUTE],
  ['a route in capitals', { target: `${IN}/API/search` }, 403, ROUTE],
  ['the secret twice', { target: `${IN}${IN}/api/search` }, 400, 'more than once'],
  ['the secret in the query, too', { target: `${TRACE}?s=${SECRET}` }, 400, 'more than once'],
  [
    'the secret as a header and deep in the path',
    { target: `/api/traces/${SECRET}`, headers: [BEARER] },
    400,
    'more than once',
  ],
  ['a route of another back end', { target: `${IN}/api/v3/services` }, 403, ROUTE],
  ['a POST to a reading route', { method: 'POST' }, 403, ROUTE],
  ['a DELETE', { method: 'DELETE' }, 403, ROUTE],
  ['a PUT', { method: 'PUT' }, 403, ROUTE],
  ['a PATCH', { method: 'PATCH' }, 403, ROUTE],
  ['a method of WebDAV', { method: 'PROPFIND' }, 403, ROUTE],
  ['a method in small letters', { method: 'get' }, 403, ROUTE],
  ['OPTIONS without a page', { method: 'OPTIONS' }, 403, ROUTE],
  [
    'what spends a snapshot',
    { method: 'POST', target: `${IN}/public/v0.2/acme/projects/prod/snapshots`, rules: LIGHTSTEP },
    403,
    ROUTE,
  ],
  [
    'a GET of a POST',
    { target: `${IN}/public/v0.2/acme/projects/prod/telemetry/query_timeseries`, rules: LIGHTSTEP },
    403,
    ROUTE,
  ],
  ['TRACE, whose answer is the token', { method: 'TRACE' }, 403, 'TRACE is not allowed'],
  ['TRACE where writing is allowed', { method: 'TRACE', rules: WRITING }, 403, 'TRACE is not allowed'],
  ['CONNECT where writing is allowed', { method: 'CONNECT', rules: WRITING }, 403, 'CONNECT is not allowed'],
  ['dot segments where writing is allowed', { target: `${IN}/api/../x`, rules: WRITING }, 400, PATH],
  ['a route that is none over a socket', { target: '/api/admin', rules: SOCKET }, 403, ROUTE],
  ['two slashes over a socket', { target: '//api/search', rules: SOCKET }, 400, PATH],
  // The body
  [
    'a length and chunks',
    { method: 'POST', headers: ['Content-Length: 3', 'Transfer-Encoding: chunked'] },
    400,
    'The length',
  ],
  ['two lengths', { method: 'POST', headers: ['Content-Length: 3', 'Content-Length: 4'] }, 400, 'The length'],
  ['a length that is none', { method: 'POST', headers: ['Content-Length: +3'] }, 400, 'The length'],
  ['a list of lengths', { method: 'POST', headers: ['Content-Length: 3, 3'] }, 400, 'The length'],
  ['a GET with a body', { headers: ['Content-Length: 3'] }, 400, 'has no body'],
  ['a GET with chunks', { headers: ['Transfer-Encoding: chunked'] }, 400, 'has no body'],
  ['a HEAD with a body', { method: 'HEAD', headers: ['Content-Length: 3'] }, 400, 'has no body'],
]

describe('attacks', () => {
  it.each(ATTACKS)('%s', (_, asked, status, why) => {
    const verdict = ask(asked)
    expect(verdict).toMatchObject({ pass: false, status, why: expect.stringContaining(why) })
    expect(JSON.stringify(verdict)).not.toContain(SECRET)
  })

  it('there are enough of them, and each is there once', () => {
    expect(ATTACKS.length).toBeGreaterThanOrEqual(60)
    expect(new Set(ATTACKS.map(([name]) => name)).size).toBe(ATTACKS.length)
  })

  it('only a wrong secret is answered slowly', () => {
    const wrong = ATTACKS.filter(([, asked]) => {
      const verdict = ask(asked)
      return !verdict.pass && verdict.wrongSecret
    })
    expect(wrong.map(([, , , why]) => why)).toEqual(
      ATTACKS.map(([, , , why]) => why).filter((why) => why === SECRETLESS),
    )
  })
})

describe('what is served', () => {
  const SERVED: readonly [name: string, asked: Asked, path: string, query?: string][] = [
    ['the secret in the path', {}, '/api/v2/traces/4bf92f3577b34da6a3ce929d0e0e4736'],
    ['the secret as a header', { target: '/api/search?q=1', headers: [BEARER] }, '/api/search', '?q=1'],
    [
      'the scheme in small letters',
      { target: '/api/search', headers: [BEARER.replace('Bearer', 'bearer')] },
      '/api/search',
    ],
    ['both', { headers: [BEARER] }, '/api/v2/traces/4bf92f3577b34da6a3ce929d0e0e4736'],
    [
      'the right secret beside a foreign Authorization',
      { headers: ['Authorization: Basic eDp5'] },
      '/api/v2/traces/4bf92f3577b34da6a3ce929d0e0e4736',
    ],
    [
      'a typed address',
      { headers: ['Sec-Fetch-Site: none'] },
      '/api/v2/traces/4bf92f3577b34da6a3ce929d0e0e4736',
    ],
    [
      'a fetch of Node',
      { headers: ['Sec-Fetch-Mode: cors'] },
      '/api/v2/traces/4bf92f3577b34da6a3ce929d0e0e4736',
    ],
    ['a HEAD', { method: 'HEAD' }, '/api/v2/traces/4bf92f3577b34da6a3ce929d0e0e4736'],
    [
      'a query in the words of the back end',
      { target: `${IN}/api/search?q={span.a="x/../y"}|%2F` },
      '/api/search',
      '?q={span.a="x/../y"}|%2F',
    ],
    [
      'an escape in a segment',
      { target: `${IN}/api/search/tag/a%20b%25/values` },
      '/api/search/tag/a%20b%25/values',
    ],
    [
      'a letter beyond ASCII, and a space that is encoded twice',
      { target: `${IN}/api/search/tag/%c3%a4%2520/values` },
      '/api/search/tag/%c3%a4%2520/values',
    ],
    [
      'dots inside of a segment',
      { target: `${IN}/api/v2/search/tag/resource.service.name/values` },
      '/api/v2/search/tag/resource.service.name/values',
    ],
    [
      'any Host over a socket',
      { target: '/api/search', headers: ['Host: traces'], rules: SOCKET },
      '/api/search',
    ],
    ['no Host over a socket', { target: '/api/search', headers: ['Host:'], rules: SOCKET }, '/api/search'],
    [
      'anything where writing is allowed',
      { method: 'DELETE', target: `${IN}/x/y/`, rules: WRITING },
      '/x/y/',
    ],
    ['the root where writing is allowed', { target: IN, rules: WRITING }, '/'],
    [
      'a GET whose length is 0',
      { headers: ['Content-Length: 0'] },
      '/api/v2/traces/4bf92f3577b34da6a3ce929d0e0e4736',
    ],
    [
      'a reading POST',
      {
        method: 'POST',
        target: `${IN}/public/v0.2/acme/projects/prod/telemetry/query_timeseries`,
        headers: ['Content-Length: 3'],
        rules: LIGHTSTEP,
      },
      '/public/v0.2/acme/projects/prod/telemetry/query_timeseries',
    ],
  ]

  it.each(SERVED)('%s', (_, asked, path, query = '') => {
    const verdict = ask(asked)
    expect(verdict).toMatchObject({ pass: true, path, query })
    expect(JSON.stringify(verdict)).not.toContain(SECRET)
  })

  it('every read route of every back end, and no other with its method changed', () => {
    for (const backend of BACKENDS) {
      for (const { method, path } of backend.readRoutes) {
        const target = IN + path.replace(/:\w+/g, 'x')
        expect(ask({ method, target, rules: { ...TEMPO, backend } })).toMatchObject({ pass: true })
        for (const other of ['PUT', 'DELETE', 'PATCH'])
          expect(ask({ method: other, target, rules: { ...TEMPO, backend } })).toMatchObject({ status: 403 })
      }
    }
  })

  it('the length of the body, where it is known', () => {
    const post = { method: 'POST', rules: WRITING }
    expect(ask({ ...post, headers: ['Content-Length: 12'] })).toMatchObject({ bodyBytes: 12 })
    expect(ask(post)).toMatchObject({ bodyBytes: 0 })
    expect(ask({ ...post, headers: ['Transfer-Encoding: chunked'] })).toHaveProperty('bodyBytes', undefined)
  })
})

describe('headers', () => {
  const sent = (...headers: string[]) => {
    const verdict = ask({ headers })
    return verdict.pass ? verdict.headers.map(([name, value]) => `${name}: ${value}`) : []
  }

  it.each([
    'Authorization: Bearer x',
    'Proxy-Authorization: Basic x',
    'Cookie: session=1',
    'Forwarded: for=1.2.3.4',
    'X-Forwarded-For: 1.2.3.4',
    'X-Forwarded-User: root',
    'X-Forwarded-Email: root@acme.example',
    'X-Forwarded-Access-Token: x',
    'X-Real-IP: 1.2.3.4',
    'X-JWT-Assertion: x',
    'X-Amzn-Oidc-Data: x',
    'X-Goog-IAP-JWT-Assertion: x',
    'Impersonate-User: root',
    'X-Grafana-Org-Id: 2',
    'X-Tenant-Name: other',
    'X-Remote-User: root',
    'X-Remote-Group: admins',
    'Remote-User: root',
    'X-Auth-Request-User: root',
    'X-Auth-Token: x',
    'X-User: root',
    'X-User-Id: 1',
    'X-WEBAUTH-USER: root',
    'X-Email: root@acme.example',
    'X-Group: admins',
    'X-Groups: admins',
    'X-Role: admin',
    'X-Roles: admin',
    'X-Principal: root',
    'X-Principal-Name: root',
    'X-Identity: root',
    'X-Subject: root',
    'x_subject: root',
    'Tailscale-User-Login: root@acme.example',
    'Tailscale-User-Name: root',
    'From: root@acme.example',
    'X_Forwarded_User: root',
    'x_auth_token: x',
    'X-HTTP-Method-Override: DELETE',
    'X-HTTP-Method: DELETE',
    'X-Method-Override: DELETE',
    'X-Original-URL: /admin',
    'X-Rewrite-URL: /admin',
    'X-Scope-OrgID: other',
    'x_scope_orgid: other',
    'Connection: close',
    'Keep-Alive: timeout=5',
    'Proxy-Connection: close',
    'TE: trailers',
    'Trailer: X',
    'Upgrade: websocket',
    'Expect: 100-continue',
    'Content-Length: 0',
    'HTTP2-Settings: x',
    'User-Agent: curl/8',
    'X-Request-Reason: INC-1',
    'X_Request_Reason: INC-1',
    'AccountID: 9',
    'ProjectID: 9',
    'THANOS-TENANT: other',
    'X-Org-Id: 2',
    'X-Grafana-Id: x',
    'X-DS-Authorization: Bearer x',
    'OIDC_CLAIM_sub: root',
    'OIDC-CLAIM-sub: root',
    'X-OIDC-Claims: x',
    'SHIB-Session: x',
    'eppn: root',
    'Grpc-Metadata-Authorization: Bearer x',
    'X-Envoy-Original-Path: /admin',
    'X-Istio-Attributes: x',
    'CF-Connecting-IP: 1.2.3.4',
    'X-Cluster-Client-IP: 1.2.3.4',
    'X-Vault-Token: x',
    'X-Amz-Security-Token: x',
    'X-Logged-In-User: root',
    'X-Host: evil.example',
    'X-Header-That-Is-Not-Known: x',
    'baggage: user=root',
    'Range: bytes=0-50',
    'If-Range: "x"',
    'accept_language: de',
    'content_type: x',
  ])('dropped: %s', (line) => {
    expect(sent(line)).toEqual([])
  })

  it('the header that the API wants the token in is dropped, whatever its name', () => {
    const headers = ['Accept: mine', 'Accept-Language: de']
    expect(ask({ headers, rules: { ...TEMPO, tokenHeader: 'ACCEPT' } })).toMatchObject({
      headers: [['Accept-Language', 'de']],
    })
  })

  it('what holds the secret is dropped: the API and its log get none', () => {
    const held = [`Accept: ${SECRET}`, `If-None-Match: "${SECRET}"`]
    expect(sent(...held, 'Accept: b')).toEqual(['Accept: b'])
  })

  it.each([TEMPO, SOCKET])('the page that a request comes from is no business of the API %#', (rules) => {
    expect(
      ask({
        headers: ['Referer: http://traces/x'],
        target: rules.port ? TRACE : TRACE.slice(IN.length),
        rules,
      }),
    ).toMatchObject({
      pass: true,
      headers: [],
    })
  })

  it('what Connection names is dropped, too', () => {
    expect(sent('Connection: close, Accept', 'accept: 1', 'Accept-Language: de')).toEqual([
      'Accept-Language: de',
    ])
  })

  it('what says how to answer, what the body is and what must not have changed is kept as it came', () => {
    const kept = [
      'Accept: a',
      'accept: b',
      'Accept-Encoding: gzip',
      'ACCEPT-LANGUAGE: de',
      'Content-Encoding: gzip',
      'Content-Type: x',
      'If-Match: "x"',
      'If-Modified-Since: x',
      'If-None-Match: "x"',
      'If-Unmodified-Since: x',
    ]
    expect(sent(...kept)).toEqual(kept)
  })

  const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  it.each([
    ['one that is valid, and its state', [`Traceparent: ${PARENT}`, 'tracestate: a=b'], PARENT, 1],
    ['none', ['tracestate: a=b'], '', 0],
    ['one that is not valid', ['traceparent: 00-1', 'tracestate: a=b'], '', 0],
    ['two', [`traceparent: ${PARENT}`, `traceparent: ${PARENT}`, 'tracestate: a=b'], '', 0],
  ])('of a trace: %s', (_, lines, traceparent, states) => {
    const verdict = ask({ headers: lines })
    expect(verdict).toMatchObject({ pass: true, traceparent })
    expect(verdict.pass && verdict.headers.length).toBe(states)
  })
})

describe('whatever comes', () => {
  const segment = fc.oneof(
    fc.constantFrom(
      '..',
      '.',
      '',
      'api',
      'search',
      'traces',
      SECRET,
      '%2e',
      '%2f',
      '%252e',
      ';',
      '\\',
      '%',
      '*',
      'http:',
      'x',
    ),
    fc.string({ maxLength: 6 }),
  )
  const target = fc.array(segment, { maxLength: 7 }).map((parts) => parts.join('/'))
  const header = fc.tuple(
    fc.constantFrom(
      'Host',
      'Origin',
      'Sec-Fetch-Site',
      'Authorization',
      'Cookie',
      'Connection',
      'X-Scope-OrgID',
      'X-User',
      'Content-Length',
      'Accept',
      'Range',
    ),
    fc.oneof(fc.constantFrom(HOST, `Bearer ${SECRET}`, 'none', 'x', '1'), fc.string({ maxLength: 8 })),
  )
  const request = fc.record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'OPTIONS', 'CONNECT'),
    target: fc.oneof(
      target,
      target.map((rest) => `${IN}/api/${rest}`),
    ),
    headers: fc.array(header, { maxLength: 6 }).map((list) => ['Host', HOST, ...list].flat()),
  })
  const rules = fc.constantFrom(TEMPO, WRITING, SOCKET)

  it('what passes stays below the API, whoever reads its path', () => {
    fc.assert(
      fc.property(request, rules, (one, by) => {
        const verdict = judge(one, by)
        if (!verdict.pass) return
        const { path, query } = verdict
        const url = new URL(`http://api.example/base${path}${query}`)
        expect(url.host).toBe('api.example')
        expect(url.pathname).toBe(`/base${path}`)
        expect(decodeURIComponent(path).split(/[/\\]/).slice(1, -1)).not.toContain('')
        expect(decodeURIComponent(path).split(/[/\\]/)).not.toEqual(expect.arrayContaining(['..']))
      }),
    )
  })

  it('what passes has no secret, no identity, no tenant', () => {
    fc.assert(
      fc.property(request, rules, (one, by) => {
        const verdict = judge(one, by)
        if (!verdict.pass) return
        expect(verdict.headers.filter(([name]) => name !== 'Accept')).toEqual([])
      }),
    )
  })

  it('nothing passes a port without the secret', () => {
    fc.assert(
      fc.property(request, fc.constantFrom(TEMPO, WRITING), (one, by) => {
        if (!judge(one, by).pass) return
        expect([one.target, ...one.headers].join('\n')).toContain(SECRET)
      }),
    )
  })

  it('no refusal repeats a secret', () => {
    fc.assert(
      fc.property(request, rules, (one, by) => {
        const verdict = judge(one, by)
        if (!verdict.pass && by.port !== undefined) expect(JSON.stringify(verdict)).not.toContain(SECRET)
      }),
    )
  })
})
