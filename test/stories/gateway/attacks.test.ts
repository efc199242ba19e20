import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ATTACKS, IDENTITY_HEADERS } from '../../../src/attacks/table.ts'
import { keepToken } from '../../world/kept-token.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { type Hole, startWeakGateway, type WeakGateway } from '../../world/weak-gateway.ts'
import { openWorld, type World } from '../../world/world.ts'

/** `ls-auth doctor --gateway` against gateways with one weakness each. */

const PROJECT = '/public/v0.2/acme/projects/prod'
let provider: Provider
let gateway: WeakGateway
let world: World

beforeAll(async () => {
  provider = await startProvider()
  gateway = await startWeakGateway({
    issuer: provider.issuer,
    audience: 'api://traces',
    clientId: provider.clientId,
  })
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets, columns: 80 })
  const line = `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --api ${gateway.url} --organization acme --project prod --scope "openid email groups offline_access traces:read"`
  expect(await world.type(line)).toMatchObject({ exit: 0 })
  const now = Math.floor(Date.now() / 1000)
  await keepToken(world, provider, 'openid email', { aud: 'api://other', exp: now + 3600 })
  await keepToken(world, provider, 'traces:read', { aud: 'api://traces', exp: now - 3600 })
})
afterAll(() => Promise.all([world.close(), gateway.close(), provider.close()]))
afterEach(() => {
  gateway.hole = 'none'
  gateway.inFront = undefined
  gateway.at = ''
})

interface Line {
  readonly attack: string
  readonly verdict: string
  readonly status: number | null
  readonly found: string
  readonly next?: string
}

async function attack(options = ''): Promise<{ exit: number; stderr: string; lines: Line[] }> {
  const { exit, stderr, stdout } = await world.type(`ls-auth doctor --gateway --json${options}`)
  return { exit, stderr, lines: JSON.parse(stdout).gateway.attacks }
}

const inVerdict = (lines: readonly Line[], verdict: string): string[] =>
  lines.filter((line) => line.verdict === verdict).map((line) => line.attack)

/** The attacks that come without a token. */
const NO_TOKEN = [
  'no-token',
  'head-no-token',
  'doubled-slash',
  'encoded-letter',
  'other-case',
  'identity-headers',
]

/** What each weakness lets in, and nothing else. */
const HOLES: readonly [Hole, readonly string[]][] = [
  ['no token needed', NO_TOKEN],
  ['HEAD', ['head-no-token']],
  ['doubled slash', ['doubled-slash']],
  ['encoded letter', ['encoded-letter']],
  ['letter case', ['other-case']],
  ...IDENTITY_HEADERS.map((name): [Hole, string[]] => [`header ${name}`, ['identity-headers']]),
  ['any string', ['not-a-jwt']],
  ['alg none', ['alg-none']],
  ['alg None', ['alg-none']],
  ['alg nOnE', ['alg-none']],
  ['alg none, signed', ['alg-none']],
  ['empty signature', ['empty-signature']],
  ['key confusion, PEM', ['public-key-as-secret']],
  ['key confusion, trimmed PEM', ['public-key-as-secret']],
  ['key confusion, DER', ['public-key-as-secret']],
  ['unknown kid', ['new-key']],
  ['kid only', ['new-key-real-kid', 'flipped-bit', 'other-payload']],
  ['jwk header', ['new-key-in-header']],
  ['no exp', ['expired']],
  ['no aud', ['other-audience']],
  ['ID tokens', ['id-token']],
  ['last byte', ['flipped-bit']],
  ['cache by prefix', ['flipped-bit']],
  ['cache by signature', ['other-payload']],
  ['method override', ['method-override']],
  ['override parameter', ['method-override']],
  ['writes', ['write']],
  [
    'no signature',
    [
      'alg-none',
      'empty-signature',
      'public-key-as-secret',
      'new-key',
      'new-key-real-kid',
      'new-key-in-header',
      'flipped-bit',
      'other-payload',
    ],
  ],
]

describe('doctor --gateway', () => {
  it('a sound gateway: every attack is tried and refused, exit 0', async () => {
    const { exit, stderr, lines } = await attack()
    expect(inVerdict(lines, 'refused')).toEqual(ATTACKS.map(({ id }) => id))
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  })

  it.each(HOLES)(
    'a gateway with the weakness "%s": that is let through, all else refused, exit 5',
    async (hole, ids) => {
      gateway.hole = hole
      const { exit, lines } = await attack()
      expect(inVerdict(lines, 'let-through')).toEqual(ids)
      expect(inVerdict(lines, 'refused').length).toBe(ATTACKS.length - ids.length)
      for (const line of lines) expect(line.next !== undefined).toBe(line.verdict === 'let-through')
      expect(exit).toBe(5)
    },
  )

  it('route not found, HEAD or spelling: that is not tried, and no finding', async () => {
    const plain = `${PROJECT}/directory/services`
    gateway.inFront = ({ method, path }) =>
      method === 'HEAD'
        ? { status: 405 }
        : path.includes('directory') && path !== plain
          ? { status: 404 }
          : undefined
    const { exit, lines } = await attack()
    expect(inVerdict(lines, 'not-tried')).toEqual([
      'head-no-token',
      'doubled-slash',
      'encoded-letter',
      'other-case',
    ])
    expect(exit).toBe(0)
  })

  it('an API that is open to everybody: the read with each token, and the write', async () => {
    gateway.hole = 'public'
    const { exit, lines, stderr } = await attack()
    expect(inVerdict(lines, 'refused')).toEqual(['method-override'])
    expect(stderr).toContain('Anyone can read here without a token')
    expect(exit).toBe(5)
  })

  it('all that was sent, by every attack on every gateway, can change nothing', async () => {
    gateway.hole = 'public'
    await attack()
    const harmless = new Set([
      ...['', '/directory/services'].map((path) => `GET ${PROJECT}${path} `),
      `GET ${PROJECT}/directory/services ?_method=PUT`,
      // No API has this method there, and there is no body.
      `PUT ${PROJECT}/directory/services `,
      'GET /ls-auth-doctor/no-such-path ',
      `HEAD ${PROJECT}/directory/services `,
      `GET /${PROJECT}/directory/services `,
      `GET ${PROJECT.replace('/public', '/%70ublic')}/directory/services `,
      `GET ${PROJECT.replace('/public', '/PUBLIC')}/directory/services `,
      `POST ${PROJECT}/streams `,
    ])
    const sent = new Set(gateway.log.map(({ method, path, query }) => `${method} ${path} ${query}`))
    expect([...sent].filter((line) => !harmless.has(line))).toEqual([])
    expect(sent.size).toBe(harmless.size)
    for (const { method, body } of gateway.log) {
      if (method === 'POST') expect(() => JSON.parse(body)).toThrow()
      else expect(body).toBe('')
    }
  })

  it('each request names its caller, and a reason for whoever reads the log; at most 30 beside the checks', async () => {
    gateway.log.length = 0
    await attack()
    const [, ...ofTheTest] = gateway.log
    expect(ofTheTest.length).toBeLessThanOrEqual(31)
    for (const { headers } of ofTheTest) {
      expect(headers['user-agent']).toMatch(/^ls-auth\/.* cli\)$/)
      expect(headers.traceparent).toMatch(/^00-/)
    }
    const reasons = new Set(ofTheTest.map(({ headers }) => headers['x-request-reason']))
    const own = 'ls-auth doctor --gateway'
    expect([...reasons]).toEqual([own, ...ATTACKS.map(({ id }) => `${own}: ${id}`)])
    const { stdout } = await world.type('ls-auth audit list --json')
    const entries = JSON.parse(stdout) as { traceparent: string; reason: string }[]
    const recorded = entries.filter(({ traceparent }) =>
      ofTheTest.some(({ headers }) => headers.traceparent === traceparent),
    )
    expect(recorded.length).toBe(ofTheTest.length)
    expect(new Set(recorded.map(({ reason }) => reason))).toEqual(reasons)
  })

  it.each<[Hole, readonly string[]]>([
    ['none', []],
    ['another first segment', ['doubled-slash', 'encoded-letter', 'other-case']],
    ['doubled slash', ['doubled-slash']],
    ['letter case', ['other-case']],
  ])(
    'an API at a path of its gateway, with the weakness "%s": the whole path is spelled',
    async (hole, ids) => {
      gateway.at = '/tempo'
      gateway.hole = hole
      const { lines } = await attack(` --api ${gateway.url}/tempo`)
      expect(inVerdict(lines, 'let-through')).toEqual(ids)
      expect(inVerdict(lines, 'refused').length).toBe(ATTACKS.length - ids.length)
    },
  )

  it.each<[string, string, string]>([
    ['text', 'text/plain', 'welcome'],
    ['JSON', 'application/json', '{"error":"route not found"}'],
  ])('unknown paths are answered with %s and 200: no spelling was tried', async (_, type, body) => {
    gateway.inFront = ({ path }) =>
      path.startsWith('/public/') ? undefined : { status: 200, headers: { 'content-type': type }, body }
    const { exit, lines } = await attack()
    expect(inVerdict(lines, 'not-tried')).toEqual(['doubled-slash', 'encoded-letter', 'other-case'])
    expect(exit).toBe(0)
  })

  it('the token in LS_AUTH_TOKEN is refused: no new sign-in would replace it', async () => {
    world.variables.LS_AUTH_TOKEN = await provider.signIdToken({ aud: 'api://other' })
    const { exit, stdout } = await world.type('ls-auth doctor --gateway')
    delete world.variables.LS_AUTH_TOKEN
    expect(exit).toBe(5)
    const [, ofGateway = ''] = stdout.split('\nThe gateway at ')
    expect(ofGateway.replace(/\s+/g, ' ')).toContain('Replace the token in LS_AUTH_TOKEN, or unset it')
  })

  it('a web page answers instead: the address is looked at before LS_AUTH_TOKEN', async () => {
    world.variables.LS_AUTH_TOKEN = await provider.signIdToken({ aud: 'api://traces' })
    gateway.inFront = () => ({ status: 302, headers: { location: '/login' } })
    const { stdout } = await world.type('ls-auth doctor --gateway')
    delete world.variables.LS_AUTH_TOKEN
    const [, ofGateway = ''] = stdout.split('\nThe gateway at ')
    expect(ofGateway.replace(/\s+/g, ' ')).toContain(
      'Check that api points at the API, not a page. If so, replace the token in LS_AUTH_TOKEN',
    )
  })

  it('for people: each line says it in words, 80 columns', async () => {
    gateway.hole = 'jwk header'
    const { stdout, stderr, exit } = await world.type('ls-auth doctor --gateway')
    expect(exit).toBe(5)
    expect(stdout).toMatch(/^ok +your own token +answered \(HTTP 200\)$/m)
    expect(stdout).toMatch(/^ok +alg: none +refused \(HTTP 401, in 4 forms\)$/m)
    expect(stdout).toMatch(/^FAIL +new key in the jwk header +let through \(HTTP 200\)\n +→ Never take/m)
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
    expect(stderr).toMatch(
      new RegExp(`^error: the gateway lets through 1 of ${ATTACKS.length} attacks\nhint: `),
    )
  })

  it.each<[string, number, string, string]>([
    ['a redirect to a sign-in page', 302, 'refused', 'a redirect'],
    ['a failing server', 503, 'unknown', 'the server failed'],
    ['a limit', 429, 'unknown', 'requests are limited'],
    ['nothing there', 404, 'unknown', 'perhaps from behind'],
  ])('%s for a bad token (HTTP %i) is %s', async (_, status, verdict, words) => {
    const good = (await world.type('ls-auth token')).stdout.trim()
    gateway.inFront = (_, token) => (token === good ? undefined : { status, headers: { location: '/login' } })
    const { exit, lines } = await attack()
    expect(lines[0]).toMatchObject({ attack: 'no-token', verdict, status })
    expect(lines[0]?.found).toContain(words)
    expect(exit).toBe(verdict === 'unknown' ? 6 : 0)
  })

  it.each<[string, string, boolean, string, number]>([
    ['with a slash behind it, and is open', '/', true, 'let-through', 200],
    ['with a slash behind it, and is closed', '/', false, 'refused', 401],
    ['in a circle', 'itself', false, 'refused', 308],
  ])('a redirect to the same path %s: what is there counts', async (_, where, isOpen, verdict, status) => {
    const good = (await world.type('ls-auth token')).stdout.trim()
    gateway.inFront = ({ path }, token) => {
      if (token === good) return undefined
      if (path.endsWith('/')) return isOpen ? { status: 200, body: '{"data":1}' } : { status: 401 }
      const there = path.replace(/^\/+/, '/')
      return { status: 308, headers: { location: where === '/' ? `${there}/` : there } }
    }
    const { lines } = await attack()
    expect(lines[0]).toMatchObject({ attack: 'no-token', verdict, status })
    expect(lines.find(({ attack }) => attack === 'not-a-jwt')).toMatchObject({ verdict, status })
  })

  it('a gateway that does not take the good token: nothing can be told, and nothing is sent, exit 5', async () => {
    gateway.inFront = () => ({ status: 403, body: '{"errors":["no"]}' })
    const before = gateway.log.length
    const { exit, stdout, stderr } = await world.type('ls-auth doctor --gateway')
    expect(stdout).toMatch(/^FAIL +your own token +not answered, so the rest is unknown:/m)
    expect(stderr).toContain('error: the gateway could not be tested')
    expect(exit).toBe(5)
    expect(gateway.log.length - before).toBeLessThanOrEqual(3)
  })
})

describe('who cannot test a gateway, or not wholly', () => {
  it('LS_AUTH_TOKEN: one token only, and says what was not tried', async () => {
    world.variables.LS_AUTH_TOKEN = (await world.type('ls-auth token')).stdout.trim()
    const { exit, lines } = await attack()
    delete world.variables.LS_AUTH_TOKEN
    expect(inVerdict(lines, 'not-tried')).toEqual(['id-token', 'expired', 'other-audience'])
    for (const { verdict, found } of lines)
      if (verdict === 'not-tried') expect(found).toBe('LS_AUTH_TOKEN holds one token only')
    expect(exit).toBe(0)
  })

  it('an opaque token: nothing is forged', async () => {
    world.variables.LS_AUTH_TOKEN = 'opaque-token-of-alice'
    gateway.inFront = (line, token) =>
      token === 'opaque-token-of-alice' && line.method === 'GET'
        ? { status: 200, body: '{}' }
        : { status: 401 }
    const { lines } = await attack()
    delete world.variables.LS_AUTH_TOKEN
    expect(lines.find(({ attack }) => attack === 'alg-none')).toMatchObject({
      verdict: 'not-tried',
      found: expect.stringContaining('opaque'),
    })
    expect(inVerdict(lines, 'refused')).toEqual([...NO_TOKEN, 'not-a-jwt', 'method-override'])
  })

  it('somebody who may write by [access]: a write is no finding', async () => {
    gateway.hole = 'writes'
    await world.editConfig(
      (text) => `${text}\n[profiles.default.access]\nwrite = { scopes = ["traces:read"] }\n`,
    )
    const { exit, lines } = await attack()
    await world.editConfig((text) => text.replace(/\n\[profiles\.default\.access\][\s\S]*$/, ''))
    expect(lines.find(({ attack }) => attack === 'write')).toMatchObject({ verdict: 'not-tried' })
    expect(exit).toBe(0)
  })

  it('authorization = "none", or behind exec --proxy: exit 2 before anything is sent', async () => {
    const before = gateway.log.length
    const none = await world.type('ls-auth doctor --gateway --authorization none')
    expect(none).toMatchObject({ exit: 2, stdout: '' })
    expect(none.stderr).toContain('no token for its attacks')
    world.variables.LS_AUTH_PROXY = '1'
    world.variables.LS_AUTH_API = `http://127.0.0.1:9/${'s'.repeat(43)}`
    const proxied = await world.type('ls-auth doctor --gateway')
    delete world.variables.LS_AUTH_PROXY
    delete world.variables.LS_AUTH_API
    expect(proxied).toMatchObject({ exit: 2, stdout: '' })
    expect(proxied.stderr).toContain('outside of exec --proxy')
    expect(gateway.log.length).toBe(before)
  })

  it('nobody is signed in: nothing can be told, exit 5', async () => {
    const nobody = await openWorld({})
    await nobody.writeConfig(
      `[profiles.default]\nissuer = "${provider.issuer}"\nclient_id = "${provider.clientId}"\napi = "${gateway.url}"\norganization = "acme"\nproject = "prod"\n`,
    )
    const { exit, stdout } = await nobody.type('ls-auth doctor --gateway')
    await nobody.close()
    expect(stdout).toMatch(/the rest is unknown: you are not signed in/)
    expect(exit).toBe(5)
  })

  it('doctor without --gateway sends none of it', async () => {
    const before = gateway.log.length
    expect(await world.type('ls-auth doctor')).toMatchObject({ exit: 0 })
    expect(gateway.log.length - before).toBe(1)
  })
})
