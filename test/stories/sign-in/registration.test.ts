import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "Our provider lets programs register themselves. Then I need no administrator?" (RFC 7591, RFC 7592) */

let stage: Stage
let world: World
beforeAll(async () => {
  stage = await openStage({
    provider: { withRegistration: true },
    gateway: { signIn: { backend: 'lightstep', organization: 'acme', project: 'prod' } },
  })
})
afterAll(() => stage.close())
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => stage.provider.secrets, columns: 80 })
})
afterEach(async () => {
  stage.provider.tamper = {}
  await world.close()
})

const config = () => readFile(world.configFile, 'utf8')
const kept = () => readdir(join(world.stateDirectory, 'registrations')).catch(() => [])
const add = (flags = '') =>
  world.type(`ls-auth profile add work --issuer ${stage.provider.issuer} --register ${flags}`)
/** The only client that is registered now and was not before. */
async function registered(work: () => Promise<unknown>): Promise<string> {
  const before = stage.provider.registeredClients()
  await work()
  const [client = '', ...others] = stage.provider.registeredClients().filter((id) => !before.includes(id))
  expect(others).toEqual([])
  return client
}
/** The provider answers a request of registration so, in place of doing it. */
const answered = (method: string, status: number, body: object, headers: Record<string, string> = {}) => {
  stage.provider.tamper = {
    intercept(request, response) {
      if (request.method !== method || !request.url?.startsWith('/reg')) return false
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
      return true
    },
  }
}

describe('a client that ls-auth registers itself', () => {
  it('at the address of an API: one line, and signed in', async () => {
    world.tty = true
    world.watched = true
    world.stdin = ['y']
    let said = ''
    const client = await registered(async () => {
      const { exit, stderr } = await world.type(`ls-auth login ${stage.gateway.url} --port 0`)
      said = stderr
      expect(exit).toBe(0)
    })
    expect(said).toContain('  as client     none yet; ls-auth registers one\n')
    expect(said.replaceAll(':\n', ': ')).toContain(
      `Registered a client at ${new URL(stage.provider.issuer).host}: ${client}\n`,
    )
    expect(said).toContain('Signed in as alice@example.test.')
    expect(await config()).toContain(`client_id = "${client}"\n`)
    expect((await world.type(`ls-auth trace get ${stage.spanId}`)).exit).toBe(0)
    // Once is enough.
    world.tty = false
    world.watched = false
    expect((await world.type(`ls-auth login ${stage.gateway.url}`)).exit).toBe(0)
    expect(stage.provider.registeredClients()).toContain(client)
    const removed = await world.type('ls-auth profile remove work')
    expect(removed.exit).toBe(0)
    expect(removed.stderr).toContain(`Unregistered the client ${client} at `)
    expect(stage.provider.registeredClients()).not.toContain(client)
    expect(await kept()).toEqual([])
    expect([...world.keychain.items.keys()]).toEqual([])
  })

  it('by profile add --register: what it registers, what is kept, and signed in later', async () => {
    const client = await registered(async () => {
      const { exit, stdout } = await add('--json')
      expect({ exit, client: JSON.parse(stdout).client_id }).toEqual({ exit: 0, client: expect.any(String) })
    })
    const request = stage.provider.requests.findLast(({ path }) => path === '/reg')
    expect(request?.status).toBe(201)
    expect(await config()).toContain(`issuer = "${stage.provider.issuer}"\nclient_id = "${client}"\n`)
    const [file = ''] = await kept()
    // Its token is a canary of the world, which searches every file that is written.
    const text = await readFile(join(world.stateDirectory, 'registrations', file), 'latin1')
    expect(text).toContain(`"clientId":"${client}"`)
    expect(text).not.toContain('/reg/')
    expect((await world.type('ls-auth login')).exit).toBe(0)
    expect((await world.type('ls-auth profile remove work')).exit).toBe(0)
    expect(stage.provider.registeredClients()).not.toContain(client)
  })
})

describe('a client whose profile cannot be saved', () => {
  const issuer = () => new URL(stage.provider.issuer).host
  it('a sign-in that is refused: the client is unregistered again, and nothing of it is kept', async () => {
    world.visitor = { user: 'alice', decision: 'deny' }
    const before = stage.provider.registeredClients()
    const { exit, stderr } = await world.type(`ls-auth login ${stage.gateway.url} --yes`)
    expect(exit).toBe(4)
    expect(stderr).toContain(`  The client ${idIn(stderr)} was unregistered again at ${issuer()}.\n`)
    expect(stage.provider.registeredClients()).toEqual(before)
    expect([await kept(), world.keychain.items.size]).toEqual([[], 0])
    await expect(config()).rejects.toThrow('ENOENT')
  })

  /** The id that the command has told. */
  const idIn = (stderr: string) => /^Registered a client at \S+: (\S+)$/m.exec(stderr)?.[1] ?? 'none'
})

describe('a provider that does not register ls-auth', () => {
  const REFUSALS: [string, () => void, number, string][] = [
    [
      'offers it to nobody',
      () => {
        stage.provider.tamper = {
          discovery: ({ registration_endpoint: _, ...document }) => document,
        }
      },
      2,
      'does not support client registration',
    ],
    [
      'says 401',
      () => answered('POST', 401, { error: 'invalid_token' }, { 'www-authenticate': 'Bearer' }),
      2,
      '(HTTP 401)',
    ],
    [
      'says 400',
      () =>
        answered('POST', 400, {
          error: 'invalid_client_metadata',
          error_description: 'no \u001b[2Jnative clients',
        }),
      2,
      'invalid_client_metadata: no \\u{1b}[2Jnative clients',
    ],
    [
      'says 403 with a page',
      () => answered('POST', 403, {}, { 'content-type': 'text/html' }),
      2,
      '(HTTP 403)',
    ],
    ['fails', () => answered('POST', 503, {}), 6, 'failed (HTTP 503)'],
    ['answers with nonsense', () => answered('POST', 201, {}), 6, 'an unusable answer'],
    [
      'gives an id of two words',
      () => answered('POST', 201, { client_id: 'a b' }),
      6,
      'an unusable client id',
    ],
    [
      'gives a secret',
      () => answered('POST', 201, { client_id: 'x', token_endpoint_auth_method: 'client_secret_basic' }),
      2,
      'only registers clients with a secret',
    ],
    [
      'registers another redirect URI',
      () => answered('POST', 201, { client_id: 'x', redirect_uris: ['https://evil.example/cb'] }),
      2,
      'registered other redirect URIs than requested',
    ],
    [
      'has its registration on another, unsafe place',
      () => {
        stage.provider.tamper = {
          discovery: (document) => ({ ...document, registration_endpoint: 'http://elsewhere.example/reg' }),
        }
      },
      10,
      'registration_endpoint is not https',
    ],
  ]
  it.each(REFUSALS)('%s', async (_, arrange, exit, says) => {
    arrange()
    const outcome = await add()
    expect({ exit: outcome.exit, stderr: outcome.stderr }).toEqual({
      exit,
      stderr: expect.stringContaining(says),
    })
    if (exit === 2) {
      expect(outcome.stderr).toContain('Register')
      expect(outcome.stderr).toContain(
        `hint: With that client's id: ls-auth profile add work --issuer ${stage.provider.issuer} --client-id ID\n`,
      )
    }
    expect(await kept()).toEqual([])
    expect([...world.keychain.items.keys()]).toEqual([])
    await expect(config()).rejects.toThrow()
  })

  it('at the address of an API: what to register, and the line with its id', async () => {
    answered('POST', 401, { error: 'invalid_token' })
    const { exit, stderr } = await world.type(`ls-auth login ${stage.gateway.url} --yes`)
    expect(exit).toBe(2)
    expect(stderr).toContain('http://127.0.0.1:8765/callback')
    expect(stderr).toContain(`ls-auth login ${stage.gateway.url} --yes --client-id ID\n`)
    // Wrapped, and no line break is shown as what it is.
    expect(stderr).toMatch(/^ {2}- Register a native \(public\) client: .*\n {4}\S/m)
    expect(stderr).not.toContain('\\u{')
    await expect(config()).rejects.toThrow()
  })
})
