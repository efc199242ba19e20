import { readdir } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type MetadataAnswer,
  type MetadataApi,
  startMetadataApi,
  WELL_KNOWN,
} from '../../world/metadata-api.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "I was told to sign in for this address." Whoever runs it makes mistakes, or means harm. */

let provider: Provider
let api: MetadataApi
let world: World
beforeAll(async () => {
  provider = await startProvider()
  api = await startMetadataApi()
})
afterAll(() => Promise.all([provider.close(), api.close()]))
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets, columns: 80 })
  api.answers = {}
})
afterEach(() => world.close())

/** What an honest API says, changed: undefined takes a member away. */
const said = (changes: Record<string, unknown> = {}, ls_auth: Record<string, unknown> = {}) => ({
  resource: api.url,
  authorization_servers: [provider.issuer],
  scopes_supported: ['traces:read'],
  ls_auth: {
    client_id: provider.clientId,
    backend: 'lightstep',
    organization: 'acme',
    project: 'prod',
    ...ls_auth,
  },
  ...changes,
})
const document = (changes: Record<string, unknown>): MetadataAnswer => ({ body: said(changes) })
const member = (changes: Record<string, unknown>): MetadataAnswer => ({ body: said({}, changes) })
const header = (name: string): MetadataAnswer => member({ authorization_header: name })
const issuer = (...servers: unknown[]): MetadataAnswer => document({ authorization_servers: servers })
const elsewhere = 'https://elsewhere.example'

type Row = readonly [what: string, answer: () => MetadataAnswer, exit: number, says: string | RegExp]

const ROWS: readonly Row[] = [
  // Which API it is about.
  ['another API', () => document({ resource: elsewhere }), 10, 'for another address'],
  ['another port', () => document({ resource: 'http://127.0.0.1:1' }), 10, 'it says  http://127.0.0.1:1'],
  ['a path more', () => document({ resource: `${api.url}/tempo` }), 10, 'for another address'],
  ['two slashes', () => document({ resource: `${api.url}//` }), 10, 'for another address'],
  ['a query more', () => document({ resource: `${api.url}?x=1` }), 10, 'for another address'],
  ['a user name', () => document({ resource: api.url.replace('//', '//x@') }), 10, 'for another address'],
  [
    'localhost for 127.0.0.1',
    () => document({ resource: api.url.replace('127.0.0.1', 'localhost') }),
    10,
    'for another',
  ],
  [
    'a host that looks alike',
    () => document({ resource: 'https://tr\u0430ces.example' }),
    10,
    'https://xn--trces-5ve.example (in Unicode',
  ],
  ['no resource', () => document({ resource: undefined }), 10, 'does not name the API (resource)'],
  [
    'a resource that is no text',
    () => document({ resource: [api.url] }),
    10,
    'does not name the API (resource)',
  ],
  // What it is.
  [
    'a web page',
    () => ({ headers: { 'content-type': 'text/html' }, body: '<h1>Hello' }),
    7,
    'publishes no sign-in settings',
  ],
  [
    'JSON as text',
    () => ({ ...document({}), headers: { 'content-type': 'text/plain' } }),
    6,
    'is not JSON but text/plain',
  ],
  ['no JSON', () => ({ body: '{"resource":' }), 6, 'is not JSON'],
  ['nothing', () => ({ body: '' }), 6, 'is not JSON'],
  ['bytes that are no UTF-8', () => ({ body: Buffer.from([0x7b, 0xff, 0x7d]) }), 6, 'is not JSON'],
  ['an array', () => ({ body: [] }), 6, 'is not a JSON object'],
  ['null', () => ({ body: 'null' }), 6, 'is not a JSON object'],
  [
    'a name twice',
    () => ({ body: JSON.stringify(said()).replace('{', `{"resource":"${elsewhere}",`) }),
    10,
    'has a duplicate name',
  ],
  [
    'a name twice, inside',
    () => ({ body: JSON.stringify(said()).replace('"ls_auth":{', '"ls_auth":{"client_id":"x",') }),
    10,
    'has a duplicate name',
  ],
  ['a nest', () => ({ body: `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}` }), 6, 'is nested too deep'],
  ['a megabyte', () => document({ padding: 'x'.repeat(1024 * 1024) }), 6, /larger|too large|more than/],
  [
    'a redirect',
    () => ({ status: 302, headers: { location: `${elsewhere}/x` } }),
    10,
    'redirects instead of publishing sign-in settings (HTTP 302)',
  ],
  [
    'a redirect to itself',
    () => ({ status: 307, headers: { location: WELL_KNOWN } }),
    10,
    'redirects instead',
  ],
  ['an error', () => ({ status: 500, body: said() }), 6, 'failed to return its sign-in settings (HTTP 500)'],
  ['an endless wait', () => ({ hangs: true }), 6, 'did not answer'],
  // Where to sign in.
  ['no issuer', () => document({ authorization_servers: undefined }), 6, 'names no issuer'],
  ['an empty list of issuers', () => issuer(), 6, 'names no issuer'],
  [
    'an issuer that is no list',
    () => document({ authorization_servers: provider.issuer }),
    6,
    'not a list of strings',
  ],
  ['an issuer that is a number', () => issuer(7), 6, 'not a list of strings'],
  [
    'fifty issuers',
    () => issuer(...Array.from({ length: 50 }, (_, i) => `https://id${i}.example`)),
    6,
    'names 50 issuers',
  ],
  ['two issuers', () => issuer(provider.issuer, elsewhere), 2, 'trusts 2 issuers'],
  ['an issuer in plain http', () => issuer('http://id.example'), 10, 'refusing plain http to id.example'],
  ['an issuer with a user name', () => issuer('https://a:b@id.example'), 10, 'holds a user name or password'],
  ['an issuer with a query', () => issuer(`${provider.issuer}?a=b`), 10, 'has a query or fragment'],
  ['an issuer with a fragment', () => issuer(`${provider.issuer}#a`), 10, 'has a query or fragment'],
  ['an issuer that is no URL', () => issuer('id.example'), 10, 'is not an https URL'],
  ['an issuer in a file', () => issuer('file:///etc/passwd'), 10, 'is not an https URL'],
  ['an issuer with a line break', () => issuer('https://id.\nexample'), 10, 'invalid characters'],
  [
    'an issuer with a terminal sequence',
    () => issuer('https://id.example/\u001b[2J'),
    10,
    'invalid characters',
  ],
  [
    'an issuer with letters of another script',
    () => issuer('https://\u0430cme.example'),
    10,
    'xn--cme-5cd.example',
  ],
  [
    'an issuer of 2000 characters',
    () => issuer(`https://id.example/${'x'.repeat(2000)}`),
    10,
    'an issuer of 2019 characters',
  ],
  // What to ask for.
  [
    'bound tokens that are neither asked for nor not',
    () => document({ dpop_bound_access_tokens_required: 'true' }),
    6,
    'does not say true or false',
  ],
  [
    'scopes that are no list',
    () => document({ scopes_supported: 'traces:read' }),
    6,
    'not a list of strings',
  ],
  [
    'a scope of two words',
    () => document({ scopes_supported: ['traces:read admin'] }),
    10,
    'lists an invalid scope',
  ],
  ['a scope with a quote', () => document({ scopes_supported: ['a"b'] }), 10, 'lists an invalid scope'],
  ['a scope with a bidi override', () => document({ scopes_supported: ['a\u202eb'] }), 10, 'a\\u{202e}b'],
  ['an empty scope', () => document({ scopes_supported: [''] }), 10, 'lists an invalid scope'],
  [
    'hundreds of scopes',
    () => document({ scopes_supported: Array.from({ length: 300 }, (_, i) => `s${i}`) }),
    6,
    'lists 300 scopes',
  ],
  // The member of ours.
  ['ls_auth that is no object', () => document({ ls_auth: ['x'] }), 6, 'ls_auth that is not an object'],
  ['a client_id that is a number', () => member({ client_id: 7 }), 6, 'no text as client_id'],
  ['an empty client_id', () => member({ client_id: '' }), 6, 'no text as client_id'],
  ['a long client_id', () => member({ client_id: 'x'.repeat(501) }), 10, 'a client_id of 501 characters'],
  ['a client_id of two words', () => member({ client_id: 'x --yes' }), 10, 'has an invalid client_id'],
  [
    'a client_id with an escape',
    () => member({ client_id: 'x\u001b]0;y\u0007' }),
    10,
    'invisible characters',
  ],
  ['an unknown back end', () => member({ backend: 'tempoo' }), 2, 'an unknown back end'],
  [
    'a back end that is a name of JavaScript',
    () => member({ backend: 'constructor' }),
    2,
    'an unknown back end',
  ],
  [
    'an organization with a bidi override',
    () => member({ organization: 'acme\u202e' }),
    10,
    'invisible characters',
  ],
  ['a project with a line break', () => member({ project: 'a\nb' }), 10, 'invisible characters'],
  ['a tenant with a zero width space', () => member({ tenant: 'a\u200bb' }), 10, 'invisible characters'],
  ['an audience that is a list', () => member({ audience: ['x'] }), 6, 'no text as audience'],
  ['the header Host', () => header('Host'), 10, 'a header with another meaning'],
  ['the header cookie', () => header('cookie'), 10, 'a header with another meaning'],
  ['the header Transfer-Encoding', () => header('Transfer-Encoding'), 10, 'a header with another meaning'],
  ['a header with a line break', () => header('X-A\r\nX-B'), 10, 'invisible characters'],
  ['a header with a colon', () => header('X-A: b'), 10, 'an invalid header'],
  // Settings that are for the person alone.
  ...[
    'api',
    'issuer',
    'proxy',
    'ca_file',
    'store',
    'store_key_file',
    'workload',
    'expect',
    'scopes',
    'client_secret',
    'authorization_parameters',
  ].map(
    (key): Row => [
      `a setting ${key}`,
      () => member({ [key]: elsewhere }),
      10,
      `sets ${key}, which only you may choose`,
    ],
  ),
]

const login = (more = '') => world.type(`ls-auth login ${api.url} --port 0 --yes --timeout 1 ${more}`)

/** Two lines and indented detail; nothing on disk, and nobody but the API was asked. */
async function refused({ exit, stdout, stderr }: Awaited<ReturnType<World['type']>>, asked: number) {
  expect(stderr).toMatch(/^error: [^\n]+\nhint: [^\n]+\n(?: {2}[^\n]+\n)*$/)
  expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/)
  expect(stdout).toBe('')
  expect(exit).not.toBe(0)
  expect(await readdir(world.home)).toEqual([])
  expect(provider.requests.length).toBe(asked)
  expect(world.opened).toEqual([])
}

describe('what an API says about signing in, and must not', () => {
  it.each(ROWS)('%s', async (_, answer, exit, says) => {
    const asked = provider.requests.length
    api.answers = { [WELL_KNOWN]: answer() }
    const outcome = await login()
    expect({ exit: outcome.exit, stderr: outcome.stderr }).toEqual({
      exit,
      stderr: expect.stringMatching(typeof says === 'string' ? escaped(says) : says),
    })
    await refused(outcome, asked)
  })

  const challenge = (value: string): MetadataAnswer => ({
    status: 401,
    headers: { 'www-authenticate': `Bearer realm="traces", resource_metadata="${value}"` },
  })
  it.each<[string, () => string, number, string]>([
    ['on another host', () => `${elsewhere}/m`, 10, 'refers to another host'],
    ['on another port', () => 'http://127.0.0.1:1/m', 10, 'refers to another host'],
    ['with a user name', () => `${api.url.replace('//', '//a@')}/m`, 10, 'refers to another host'],
    ['that is no URL', () => 'm', 10, 'refers to another host'],
    ['with a terminal sequence', () => 'https://x\u0085y', 10, 'refers to another host'],
    ['that is about another API', () => `${api.url}/m`, 10, 'for another address'],
    ['that is gone', () => `${api.url}/gone`, 6, 'HTTP 404'],
    ['that redirects', () => `${api.url}/away`, 10, 'redirects instead'],
  ])('a 401 that points to a document %s', async (_, place, exit, says) => {
    const asked = provider.requests.length
    api.answers = {
      '/': challenge(place()),
      '/m': document({ resource: elsewhere }),
      '/away': { status: 301, headers: { location: elsewhere } },
    }
    const outcome = await login()
    expect(outcome.exit).toBe(exit)
    expect(outcome.stderr).toContain(says)
    await refused(outcome, asked)
  })

  it.each([
    ['http://traces.example', 10, 'refusing plain http'],
    ['https://u:p@traces.example', 2, 'user name or password'],
    ['https://traces.example/?a=b', 2, 'query or fragment'],
    ['ftp://traces.example', 2, 'is not an https URL'],
    ['""', 2, 'is not an https URL'],
  ])('the address %s itself', async (address, exit, says) => {
    const outcome = await world.type(`ls-auth login ${address} --yes`)
    expect(outcome.exit).toBe(exit)
    expect(outcome.stderr).toContain(says)
    await refused(outcome, provider.requests.length)
  })
})

const escaped = (text: string) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))

describe('the honest twins', () => {
  it.each<[string, () => Record<string, MetadataAnswer>, string]>([
    ['a document', () => ({ [WELL_KNOWN]: document({}) }), ''],
    [
      'with a slash at the end of its resource',
      () => ({ [WELL_KNOWN]: document({ resource: `${api.url}/` }) }),
      '',
    ],
    [
      'of a type with a parameter',
      () => ({
        [WELL_KNOWN]: { ...document({}), headers: { 'content-type': 'Application/JSON; charset=utf-8' } },
      }),
      '',
    ],
    ['whose token goes into the usual header', () => ({ [WELL_KNOWN]: header('Authorization') }), ''],
    [
      'with members that are not known here',
      () => ({ [WELL_KNOWN]: { body: { ...said({}, { theme: 'dark' }), jwks_uri: 7 } } }),
      '',
    ],
    [
      'of a path, before which the well-known part goes',
      () => ({ [`${WELL_KNOWN}/a/b`]: document({ resource: `${api.url}/a/b` }) }),
      '/a/b',
    ],
    [
      'that the 401 of the API names',
      () => ({
        '/': { status: 401, headers: { 'www-authenticate': `Bearer resource_metadata="${api.url}/m"` } },
        '/m': document({}),
      }),
      '',
    ],
  ])('%s', async (_, answers, path) => {
    api.answers = answers()
    world.tty = true
    world.watched = true
    world.stdin = ['n']
    const { exit, stderr } = await world.type(`ls-auth login ${api.url}${path}`)
    expect({ exit, stderr }).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining(`  tokens go to  ${api.url}${path}`),
    })
    expect(stderr).toContain(
      'traces:read and where listed: openid profile email\n                offline_access\n' +
        '  back end      Lightstep, organization acme, project prod\n',
    )
  })

  it('an issuer whose host only looks like another is shown as it is looked up', async () => {
    api.answers = { [WELL_KNOWN]: issuer('https://xn--cme-5cd.example') }
    const asked = provider.requests.length
    world.tty = true
    world.watched = true
    world.stdin = ['n']
    const { exit, stderr } = await world.type(`ls-auth login ${api.url}`)
    expect(exit).toBe(4)
    expect(stderr).toContain('https://xn--cme-5cd.example (in Unicode: \u0430cme.example)')
    expect(provider.requests.length).toBe(asked)
    expect(await readdir(world.home)).toEqual([])
  })
})
