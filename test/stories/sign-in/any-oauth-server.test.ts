import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { approveDevice, browse } from '../../world/browser.ts'
import {
  type OAuthPage,
  type OAuthServer,
  type OAuthShape,
  startOAuthServer,
} from '../../world/oauth-server.ts'
import { openStage } from '../../world/stage.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "My vendor's API has OAuth, and no OpenID Connect. Can I sign in by its address?" */

let server: OAuthServer
let world: World
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'ada' }, secrets: () => server?.secrets ?? [], columns: 80 })
})
afterEach(async () => {
  await Promise.all([world.close(), server.close()])
})

const start = async (shape: OAuthShape = {}) => {
  server = await startOAuthServer(shape)
}
const login = (flags = '') => world.type(`ls-auth login ${server.api} --yes --port 0 ${flags}`)
const config = () => readFile(world.configFile, 'utf8')
const FAILS = { status: 503, body: '' }
const ASKED_HTML = { status: 200, body: '<!doctype html><title>Sign in</title>' }

describe('the vendors, by the address alone', () => {
  it('Dash0: registers, signs in with its one scope, names the person by userinfo, renews once', async () => {
    await start({ pages: { '/.well-known/openid-configuration': { status: 401, body: 'no' } } })
    const { exit, stderr } = await login()
    expect(stderr).toContain('Signed in as ada@acme.example.')
    expect(exit).toBe(0)
    const [request] = server.asked('authorize')
    expect(request).toMatchObject({ scope: '*', resource: `${server.api}`, code_challenge_method: 'S256' })
    expect(server.asked('token')[0]).toMatchObject({ resource: server.api })
    expect(await config()).toContain('scopes = [ "*" ]')
    const whoami = await world.type('ls-auth whoami')
    expect(whoami.stdout).toContain('ada@acme.example')
    world.clockOffset = 20 * 60_000
    const tokens = await Promise.all(Array.from({ length: 20 }, () => world.type('ls-auth token')))
    expect(tokens.map((token) => token.exit)).toEqual(Array(20).fill(0))
    expect(server.refreshes).toBe(1)
    expect(server.asked('token').at(-1)).toMatchObject({ grant_type: 'refresh_token', resource: server.api })
    expect((await world.type('ls-auth services')).stdout).toBe('checkout\n')
  })

  it('Axiom: openid and offline_access only because it lists them; the challenge says what else', async () => {
    const scopes = ['email', 'offline_access', 'openid', 'profile', 'traces:read', 'admin']
    await start({ scopes, challengeScope: 'traces:read' })
    const { exit } = await login()
    expect(exit).toBe(0)
    const [request] = server.asked('authorize')
    expect(String(request?.scope).split(' ').sort()).toEqual([
      'email',
      'offline_access',
      'openid',
      'profile',
      'traces:read',
    ])
  })

  it('Sentry: metadata behind a path, HTML and a redirect at the other places, no userinfo', async () => {
    await start({
      issuerPath: '/oauth',
      apiPath: '/mcp',
      userinfo: undefined,
      pages: {
        '/.well-known/openid-configuration/oauth': ASKED_HTML,
        '/oauth/.well-known/openid-configuration': {
          status: 302,
          body: '',
          location: 'https://elsewhere.example/',
        },
      },
    })
    const { exit, stderr } = await login()
    expect(stderr).toContain('Signed in (name unknown).')
    expect(exit).toBe(0)
  })

  it('Honeycomb: takes the document of the client in place of a registration', async () => {
    await start({ scopes: ['mcp:read'], metadata: { client_id_metadata_document_supported: true } })
    const url = 'https://acme.example/ls-auth/client.json'
    await world.writeConfig(`[profiles.work]\napi = "${server.api}"\nclient_id_document = "${url}"\n`)
    const { exit, stderr } = await login('--profile work')
    expect(stderr).not.toContain('Registered')
    expect(exit).toBe(0)
    expect(server.asked('register')).toEqual([])
    expect(server.asked('authorize')[0]).toMatchObject({ client_id: url })
  })
})

describe('where the metadata are', () => {
  it('the first place that fits wins: nothing else is asked for', async () => {
    await start()
    expect((await login()).exit).toBe(0)
    const places = server.requests.filter((line) =>
      /oauth-authorization-server|openid-configuration/.test(line),
    )
    expect(new Set(places)).toEqual(new Set(['GET /.well-known/oauth-authorization-server']))
  })

  const PLACE = '/.well-known/oauth-authorization-server'
  const page = (status: number, body: string | object, more: Partial<OAuthPage> = {}): OAuthShape => ({
    pages: { [PLACE]: { status, body, ...more } },
  })
  const json = (body: string): OAuthShape => page(200, body, { type: 'application/json' })
  const says = (member: string, value: unknown): OAuthShape => ({ metadata: { [member]: value } })
  const issuer = (change: (own: string) => unknown): OAuthShape => ({
    metadata: (own) => ({ issuer: change(own) }),
  })
  const intranet = 'http://intranet.example/oauth'
  const HOSTILE: readonly (readonly [what: string, exit: number, shape: OAuthShape])[] = [
    // Whose it is.
    ['an issuer a slash apart', 10, issuer((own) => `${own}/`)],
    ['an issuer of another port', 10, issuer(() => 'http://127.0.0.1:1')],
    ['an issuer of another host', 10, issuer(() => 'https://evil.example')],
    ['an issuer in capitals', 10, issuer((own) => own.toUpperCase())],
    ['an issuer by another name of the host', 10, issuer((own) => own.replace('127.0.0.1', 'localhost'))],
    ['an issuer with a path more', 10, issuer((own) => `${own}/tenant`)],
    ['an issuer with a query', 10, issuer((own) => `${own}?tenant=a`)],
    ['an issuer with a user name', 10, issuer((own) => own.replace('//', '//a@'))],
    ['an issuer with a space', 10, issuer((own) => `${own} `)],
    ['an issuer with a terminal sequence', 10, issuer((own) => `${own}\u001b[2J`)],
    ['an issuer that is a list', 10, issuer((own) => [own])],
    // What it is.
    ['a web page', 2, { pages: { [PLACE]: ASKED_HTML } }],
    ['a redirect', 2, page(302, '', { location: 'EVIL' })],
    ['a lasting redirect with a document', 2, page(308, {}, { location: 'EVIL' })],
    ['half a document', 2, json('{"issuer":')],
    ['an empty document', 2, json('')],
    ['a list', 2, json('[]')],
    ['no object', 2, json('null')],
    ['a nest', 2, json(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)],
    ['10 MB', 6, json(`{"padding":"${'x'.repeat(10_000_000)}"}`)],
    ['a failure here', 6, { pages: { [PLACE]: FAILS, '/.well-known/openid-configuration': FAILS } }],
    ['too many requests', 6, page(429, {})],
    // Where it sends to.
    ['no token endpoint', 6, says('token_endpoint', undefined)],
    ['a token endpoint that is a number', 6, says('token_endpoint', 7)],
    ['a token endpoint on plain http', 10, says('token_endpoint', intranet)],
    ['a token endpoint in a file', 10, says('token_endpoint', 'file:///etc/passwd')],
    ['a token endpoint that is a path', 10, says('token_endpoint', '/oauth/token')],
    ['a token endpoint with a password', 10, says('token_endpoint', 'https://a:b@evil.example/token')],
    ['a token endpoint of the cloud', 10, says('token_endpoint', 'http://169.254.169.254/latest')],
    ['an authorization endpoint on plain http', 10, says('authorization_endpoint', intranet)],
    ['an authorization endpoint of scripts', 10, says('authorization_endpoint', 'javascript:alert(1)')],
    ['an authorization endpoint that is a list', 10, says('authorization_endpoint', [intranet])],
    ['no authorization endpoint', 2, says('authorization_endpoint', undefined)],
    ['a registration on plain http', 10, says('registration_endpoint', intranet)],
    ['a registration in a file', 10, says('registration_endpoint', 'file:///etc/passwd')],
    [
      'a pushed request on plain http',
      10,
      {
        metadata: {
          require_pushed_authorization_requests: true,
          pushed_authorization_request_endpoint: intranet,
        },
      },
    ],
    ['userinfo on plain http', 10, says('userinfo_endpoint', intranet)],
    ['revocation on plain http', 10, says('revocation_endpoint', intranet)],
    ['keys on plain http', 10, says('jwks_uri', intranet)],
    // How it protects.
    ['no PKCE named', 10, says('code_challenge_methods_supported', undefined)],
    ['plain PKCE alone', 10, says('code_challenge_methods_supported', ['plain'])],
    ['PKCE that is no list', 10, says('code_challenge_methods_supported', 'S256')],
    ['no way of PKCE', 10, says('code_challenge_methods_supported', [])],
    // Whom it registers.
    ['a registration for another redirect URI', 2, { registeredUris: ['https://evil.example/callback'] }],
    ['a registration that is a web page', 6, { pages: { '/oauth/register': ASKED_HTML } }],
    ['a registration without a client', 6, { pages: { '/oauth/register': { status: 201, body: {} } } }],
  ]

  it('the hostile ones are at least 40', () => expect(HOSTILE.length).toBeGreaterThanOrEqual(40))

  it.each(HOSTILE)('%s: exit %i, no other address is asked, no sign-in is lost', async (_, exit, shape) => {
    const evil = await startOAuthServer()
    try {
      // A sign-in that is there already.
      await start()
      expect((await login('--profile work')).exit).toBe(0)
      const honest = server
      const [before, items] = [await config(), new Map(world.keychain.items)]
      await start(pointed(shape, evil.origin))
      const outcome = await login('--profile other --timeout 1')
      expect({ exit: outcome.exit, stderr: outcome.stderr }).toMatchObject({ exit })
      expect(outcome.stderr).toMatch(/^(?:note: .*\n)*error: [^\n]+\nhint: /m)
      expect(outcome.stderr).not.toMatch(/Signed in|[\u0000-\u0009\u000b-\u001f]/)
      expect(server.asked('token')).toEqual([])
      expect(evil.requests).toEqual([])
      expect(await config()).toBe(before)
      expect(world.keychain.items).toEqual(items)
      expect((await world.type('ls-auth services --profile work')).stdout).toBe('checkout\n')
      await honest.close()
    } finally {
      await evil.close()
    }
  })
})

/** Redirects that go to that origin. */
const pointed = (shape: OAuthShape, origin: string): OAuthShape => ({
  ...shape,
  ...(shape.pages && {
    pages: Object.fromEntries(
      Object.entries(shape.pages).map(([path, one]) => [
        path,
        one.location === 'EVIL'
          ? { ...one, location: `${origin}/.well-known/oauth-authorization-server` }
          : one,
      ]),
    ),
  }),
})

describe('an agent that has a human', () => {
  /** The human opens it, and copies the address on which the browser ends. */
  const visited = async (url: string) => (await browse(url, { user: 'ada', stopAt: 'callback' })).url
  const started = async (flags = '') => {
    const { exit, stdout, stderr } = await world.type(`ls-auth login ${server.api} --yes --start ${flags}`)
    expect({ exit, stderr }).toMatchObject({ exit: 0 })
    return JSON.parse(stdout) as Record<string, string>
  }
  const finish = (address: string) => world.type(`ls-auth login --finish '${address}'`)
  const codes = () => server.asked('token').length

  it('login --start prints the address and returns; --finish signs in, once', async () => {
    await start()
    const begun = await started()
    expect(Object.keys(begun)).toEqual(['url', 'expires_at', 'next'])
    expect(begun.next).toMatch(/^ls-auth login --finish /)
    await expect(config()).rejects.toThrow('ENOENT')
    const address = await visited(begun.url as string)
    const { exit, stderr } = await finish(address)
    expect(stderr).toContain('Signed in as ada@acme.example.')
    expect(exit).toBe(0)
    expect(await config()).toContain(server.api)
    expect((await world.type('ls-auth services')).stdout).toBe('checkout\n')
    const spent = codes()
    expect((await finish(address)).exit).toBe(3)
    expect(codes()).toBe(spent)
  })

  it('too old, of another sign-in, of another origin, changed, missing: nothing is sent', async () => {
    await start()
    expect((await world.type('ls-auth login --finish')).exit).toBe(3)
    const address = await visited((await started()).url as string)
    expect((await world.type('ls-auth login --finish')).exit).toBe(2)
    expect((await finish(address.replace('127.0.0.1', '127.0.0.2'))).exit).toBe(10)
    expect((await finish(address.replace(/state=[^&]+/, 'state=other'))).exit).toBe(3)
    const note = join(world.stateDirectory, 'pending', 'sign-in')
    const bytes = await readFile(note)
    await writeFile(note, bytes.toString('latin1').replace(server.api, `${server.api}x`), 'latin1')
    expect((await finish(address)).exit).toBe(10)
    await writeFile(note, bytes)
    world.clockOffset = 11 * 60_000
    expect((await finish(address)).exit).toBe(3)
    expect(codes()).toBe(0)
    await expect(config()).rejects.toThrow('ENOENT')
  })

  it('an address without a code is exit 6, a token endpoint that redirects exit 10: nothing is kept', async () => {
    const elsewhere = 'https://evil.example/token'
    await start({ pages: { '/oauth/token': { status: 307, body: '', location: elsewhere } } })
    const visitedOnce = await visited((await started()).url as string)
    const without = await finish(visitedOnce.replace(/code=[^&]+&?/, ''))
    expect({ exit: without.exit, stderr: without.stderr }).toMatchObject({ exit: 6 })
    expect(codes()).toBe(0)
    const { exit, stderr } = await finish(await visited((await started()).url as string))
    expect(stderr).toContain("error: the provider's token endpoint redirects (HTTP 307)")
    expect(exit).toBe(10)
    await expect(config()).rejects.toThrow('ENOENT')
  })

  it('with --device: a code, and --finish waits until it is confirmed', async () => {
    await start()
    const stage = await openStage({ provider: { deviceInterval: 1 } })
    try {
      stage.world.fastForward = true
      const begun = JSON.parse((await stage.world.type(stage.login('--start --device'))).stdout)
      expect(begun.next).toBe('ls-auth login --finish')
      const withAddress = await stage.world.type(`${begun.next} http://127.0.0.1:8765/callback?code=x`)
      expect(withAddress.stderr).toContain('waits for a code that a person confirms, not for an address')
      expect(withAddress.exit).toBe(2)
      const device = { verificationUri: begun.verification_uri, userCode: begun.user_code }
      await approveDevice(device, { user: 'alice' })
      const { exit, stderr } = await stage.world.type(begun.next)
      expect(stderr).toContain('Signed in as alice@example.test.')
      expect(exit).toBe(0)
      expect((await stage.world.type('ls-auth whoami')).stdout).toContain('alice@example.test')
      expect((await stage.world.type(begun.next)).exit).toBe(3)
    } finally {
      await stage.close()
    }
  })
})
