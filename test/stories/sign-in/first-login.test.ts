import { readdir, readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startMetadataApi, WELL_KNOWN } from '../../world/metadata-api.ts'
import { openStage, type Stage } from '../../world/stage.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "I have installed it. What now?" Somebody sits at a terminal, and nothing is configured. */

let stage: Stage
let world: World
let close: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => stage.provider.secrets, columns: 80 })
  world.tty = true
  world.watched = true
})
afterEach(async () => {
  await Promise.all([world.close(), ...close.map((end) => end())])
  close = []
})

const config = () => readFile(world.configFile, 'utf8')
const nothingSaved = async () => expect(await readdir(world.home)).toEqual([])
/** Types these answers; what is left over was not asked for. */
async function answer(lines: string[], flags = '') {
  world.stdin = [...lines]
  return world.type(`ls-auth login --port 0 ${flags}`)
}

describe('login with nothing configured', () => {
  it('from the address of a gateway: asks for issuer, back end, client and name, saves, and signs in', async () => {
    const { gateway, provider } = stage
    const { exit, stdout, stderr } = await answer([
      gateway.url,
      provider.issuer,
      'lightstep',
      'acme',
      'prod',
      provider.clientId,
      '',
    ])
    expect({ exit, stdout, left: world.stdin }).toEqual({ exit: 0, stdout: '', left: [] })
    expect(stderr).toContain('is an API that requires a token.')
    expect(stderr).toContain('Register this redirect URI at the provider:\n  http://127.0.0.1/callback\n')
    expect(stderr).toContain('- Register a native (public) client')
    expect(stderr).toContain('Requested scopes: openid profile email offline_access\n')
    expect(stderr).toContain('Name of the profile [work]: ')
    expect(stderr).toContain('Signed in as alice@example.test.')
    expect(await config()).toContain(
      `[profiles.work]\nissuer = "${provider.issuer}"\nclient_id = "${provider.clientId}"\n` +
        `redirect_ports = "any"\nbackend = "lightstep"\napi = "${gateway.url}/"\norganization = "acme"\nproject = "prod"\n`,
    )
    expect((await world.type('ls-auth token')).exit).toBe(0)
    expect((await world.type('ls-auth login --port 0')).stderr).not.toContain('Address')
  })

  it('from the address of a gateway that says how to sign in: shows it, and asks nothing else', async () => {
    const { issuer, clientId } = stage.provider
    const api = await startMetadataApi()
    close.push(api.close)
    const denied = { status: 401, headers: { 'www-authenticate': 'Bearer' } }
    api.answers = {
      [WELL_KNOWN]: {
        body: {
          resource: api.url,
          authorization_servers: [issuer],
          ls_auth: { client_id: clientId, backend: 'tempo' },
        },
      },
    }
    // All else wants a token.
    api.otherwise = denied
    const { exit, stderr } = await answer([new URL(api.url).host, 'y'])
    expect({ exit, left: world.stdin, stderr }).toEqual({
      exit: 0,
      left: [],
      stderr: expect.stringContaining('publishes these sign-in settings (nothing saved yet):'),
    })
    expect(await config()).toContain(`backend = "tempo"\napi = "${api.url}/"\n`)
  })

  it('from the issuer: asks for the API, which may come later', async () => {
    const { issuer, clientId } = stage.provider
    const { exit, stderr } = await answer([
      `${issuer}/.well-known/openid-configuration`,
      'later',
      clientId,
      'mine',
    ])
    expect(exit).toBe(0)
    expect(stderr).toContain('Signed in as alice@example.test.')
    expect(await config()).toContain(`[profiles.mine]\nissuer = "${issuer}"\nclient_id = "${clientId}"\n`)
  })

  it('an issuer that does not answer is an error before the first question', async () => {
    const { exit, stderr } = await answer([], '--issuer http://127.0.0.1:9')
    expect(exit).toBe(6)
    expect(stderr).not.toContain('Client id')
    await nothingSaved()
  })

  it('keeps no profile when the sign-in fails, and gives the line that needs no questions', async () => {
    const { issuer, clientId } = stage.provider
    world.visitor = { user: 'alice', decision: 'deny' }
    const { exit, stderr } = await answer([issuer, 'later', clientId, ''])
    expect(exit).toBe(4)
    expect(await readdir(world.home)).not.toContain('config')
    world.visitor = { user: 'alice' }
    const line = stderr.replaceAll(/\n +/g, ' ').split('the same without questions: ')[1]?.trim() ?? ''
    expect(line).toBe(`ls-auth login --profile work --issuer ${issuer} --client-id ${clientId}`)
    expect(await world.type(`${line} --port 0`)).toMatchObject({ exit: 0 })
  })
})

describe('an answer that is none', () => {
  it('Enter explains what is wanted, and the question comes again', async () => {
    const { exit, stderr } = await answer([''])
    expect(exit).toBe(4)
    expect(stderr).toContain('(issuer):   Examples: https://traces.acme.example (your')
    expect(stderr).toContain('\n  https://login.acme.example')
    expect(stderr.split('Address of the trace API, or of the identity provider (issuer): ')).toHaveLength(3)
  })

  it.each<[string, RegExp]>([
    ['http://127.0.0.1:9', /cannot (reach|connect)|127\.0\.0\.1:9/],
    ['http://idp.example', /./],
    ['not a host', /is not an https URL/],
    ['https://user:pw@idp.example', /holds a user name or password/],
    ['ftp://idp.example', /is not an https URL/],
    ['https://d-1234567890.awsapps.com/start', /AWS IAM Identity Center/],
    [`https://${'x'.repeat(3000)}.example`, /too long/],
  ])('%s: the reason, and asked again', async (typed, reason) => {
    const { exit, stderr } = await answer([typed])
    expect(exit).toBe(4)
    expect(stderr).toMatch(reason)
    expect(stderr.split('(issuer): ')).toHaveLength(3)
    expect(stderr).toMatch(/^error: you left questions open; nothing was saved$/m)
    await nothingSaved()
  })

  it('what a terminal adds to pasted text is taken off; other control characters are shown and refused', async () => {
    const { issuer, clientId } = stage.provider
    const ESC = '\u001b'
    const { exit, stderr } = await answer([
      `${ESC}[200~${issuer}${ESC}[201~`,
      'later',
      `${ESC}]0;title\u0007${clientId}`,
      clientId,
      '../x',
      'work',
    ])
    expect(exit).toBe(0)
    expect(stderr).not.toContain(ESC)
    expect(stderr).toContain('"\\u{1b}]0;title\\u{7}')
    expect(stderr).toContain('That cannot be a profile name.')
  })

  it('the end of the input (Ctrl-D) at any question: exit 4, nothing left', async () => {
    const { gateway, provider } = stage
    const lines = [gateway.url, provider.issuer, 'lightstep', 'acme', 'prod', provider.clientId]
    for (let given = 0; given <= lines.length; given++) {
      expect((await answer(lines.slice(0, given))).exit).toBe(4)
      await nothingSaved()
    }
  })
})

describe('nothing is asked', () => {
  const HINT =
    'error: there is no profile yet\nhint: Ask your platform team for the address of the trace gateway, then: ls-auth login URL\n'
  it.each<[string, Partial<Pick<World, 'tty' | 'watched' | 'variables'>>, string]>([
    ['standard input is no terminal', { tty: false }, ''],
    ['standard error is no terminal', { watched: false }, ''],
    ['in CI', { variables: { CI: 'true' } }, ''],
    ['with --quiet', {}, '--quiet'],
  ])('%s: exit 2, two lines', async (_, { variables, ...seat }, flags) => {
    Object.assign(world, seat)
    Object.assign(world.variables, variables)
    const outcome = await answer(['never read'], flags)
    expect({ ...outcome, stderr: outcome.stderr.replace(/\s*\n {6}/, ' ') }).toEqual({
      exit: 2,
      stdout: '',
      stderr: HINT,
    })
    expect(world.stdin).toEqual(['never read'])
    await nothingSaved()
  })

  it('with --json: an object', async () => {
    const { exit, stderr } = await answer(['never read'], '--json')
    expect({ exit, ...JSON.parse(stderr) }).toMatchObject({ exit: 2, error: { code: 'usage' } })
  })
})
