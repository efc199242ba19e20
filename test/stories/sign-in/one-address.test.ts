import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startJaegerApi } from '../../world/jaeger-api.ts'
import { type MetadataApi, startMetadataApi, WELL_KNOWN } from '../../world/metadata-api.ts'
import { program } from '../../world/program.ts'
import { openStage, type Stage } from '../../world/stage.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "Somebody gave me the address of our traces. Is that enough?" */

const SIGN_IN = { client_id: 'ls-auth-cli', backend: 'lightstep', organization: 'acme', project: 'prod' }
let stage: Stage
let api: MetadataApi
let world: World
beforeAll(async () => {
  stage = await openStage({ gateway: { signIn: SIGN_IN } })
  api = await startMetadataApi()
})
afterAll(() => Promise.all([stage.close(), api.close()]))
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => stage.provider.secrets, columns: 80 })
  attended(true)
})
afterEach(() => world.close())

const attended = (isThere: boolean) => {
  world.tty = isThere
  world.watched = isThere
}
const config = () => readFile(world.configFile, 'utf8')
/** Types it with these answers, all of which must be asked for. */
async function login(address: string, answers: string[], flags = '') {
  world.stdin = [...answers]
  const outcome = await world.type(`ls-auth login ${address} --port 0 ${flags}`)
  expect(world.stdin).toEqual([])
  return outcome
}
const document = (changes: object = {}, ls_auth: object = {}) => ({
  resource: api.url,
  authorization_servers: [stage.provider.issuer],
  scopes_supported: ['traces:read'],
  ls_auth: { ...SIGN_IN, ...ls_auth },
  ...changes,
})

describe('login with the address of an API', () => {
  it('shows what the API says, asks, signs in, saves: and a trace is read', async () => {
    const { gateway, provider } = stage
    const asked = provider.requests.length
    const { exit, stdout, stderr } = await login(gateway.url, ['y'])
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '' })
    expect(stderr).toContain(
      `${new URL(gateway.url).host} publishes these sign-in settings (nothing saved yet):

  tokens go to  ${gateway.url}
  sign in at    ${provider.issuer}
  as client     ls-auth-cli
  scopes        traces:read and where listed: openid profile email
                offline_access
  back end      Lightstep, organization acme, project prod
  profile       work (new)

Sign in with these settings and save them? [y/N] `,
    )
    expect(stderr).toContain('Signed in as alice@example.test.')
    expect(stderr).not.toContain('default')
    expect(await config()).toBe(
      `[profiles.work]\nissuer = "${provider.issuer}"\nclient_id = "ls-auth-cli"\n` +
        'scopes = [ "openid", "profile", "email", "offline_access", "traces:read" ]\n' +
        `resource = "${gateway.url}"\nredirect_ports = "any"\n` +
        `backend = "lightstep"\napi = "${gateway.url}/"\norganization = "acme"\nproject = "prod"\n`,
    )
    expect(provider.requests.length).toBeGreaterThan(asked)
    const drawn = await world.type(`ls-auth trace get ${stage.spanId}`)
    expect(drawn.exit).toBe(0)
    expect(drawn.stdout).toContain('POST /checkout')
    // The same address again, in a script: nothing has changed, so nothing is asked.
    attended(false)
    expect(await login(gateway.url, [])).toMatchObject({ exit: 0 })
    expect(await login(gateway.url.replace('http://', ''), [])).toMatchObject({ exit: 0 })
  })

  it('a machine without a keychain says so before it asks', async () => {
    world.keychain.fail = { get: new program.Failure('keychain-unavailable', 'there is no keychain') }
    const { exit, stderr } = await login(stage.gateway.url, [])
    expect({ exit, stderr }).toEqual({ exit: 8, stderr: expect.not.stringContaining('[y/N]') })
  })

  describe('a sign-in that fails or is refused leaves profile and sign-in as they were', () => {
    const FAILURES: [string, number, () => void][] = [
      ['no keychain', 8, () => Object.assign(world.keychain, { locked: true })],
      [
        'an issuer that does not answer',
        6,
        () => {
          api.answers = {
            [WELL_KNOWN]: { body: document({ authorization_servers: ['http://127.0.0.1:1'] }) },
          }
        },
      ],
      [
        'an issuer that is another than the document says',
        10,
        () => {
          const authorization_servers = [`${stage.provider.issuer}/`]
          api.answers = { [WELL_KNOWN]: { body: document({ authorization_servers }) } }
        },
      ],
      [
        'a person who refuses',
        4,
        () => {
          world.visitor = { user: 'alice', decision: 'deny' }
        },
      ],
    ]
    beforeEach(() => {
      api.answers = { [WELL_KNOWN]: { body: document() } }
    })

    it.each(FAILURES)('%s: exit %i, and nothing of a new profile is kept', async (_, status, arrange) => {
      arrange()
      for (let twice = 0; twice < 2; twice++) {
        const { exit, stderr } = await login(api.url, [], '--yes --profile second')
        expect(exit).toBe(status)
        expect(stderr).not.toMatch(/Saved|stays/)
        await expect(config()).rejects.toThrow('ENOENT')
        // A keychain that is locked keeps what tried it.
        expect([...world.keychain.items.keys()].filter((key) => !key.includes('probe'))).toEqual([])
      }
    })

    it.each(FAILURES.slice(1))(
      '%s: exit %i, and the profile from before works',
      async (_, status, arrange) => {
        expect((await login(api.url, [], '--yes')).exit).toBe(0)
        const before = [await config(), ...world.keychain.items.keys()]
        api.answers = { [WELL_KNOWN]: { body: document({}, { project: 'staging' }) } }
        arrange()
        const { exit, stderr } = await login(api.url, [], '--yes')
        expect(exit).toBe(status)
        expect(stderr).not.toContain('Saved')
        expect([await config(), ...world.keychain.items.keys()]).toEqual(before)
        expect((await world.type('ls-auth token')).exit).toBe(0)
        expect((await world.type('ls-auth status')).stdout).not.toContain('(no profile)')
      },
    )

    it('so does a profile that cannot be written afterwards: the sign-in is ended', async () => {
      await writeFile(join(world.home, 'a-file'), '')
      world.variables.XDG_CONFIG_HOME = join(world.home, 'a-file')
      const { exit, stderr } = await login(api.url, [], '--yes')
      expect(exit).toBe(6)
      expect(stderr).toMatch(/^error: cannot write .*config\.toml\s+\(ENOTDIR\)\n/m)
      expect(stderr).toContain('  the sign-in is removed; refresh token revoked\n')
      expect(world.keychain.items.size).toBe(0)
    })
  })

  it('"n": nothing is saved, and the provider was not asked', async () => {
    const asked = stage.provider.requests.length
    const { exit, stderr } = await login(stage.gateway.url, ['n'])
    expect(exit).toBe(4)
    expect(stderr).toContain('error: you said no; nothing was saved\n')
    expect(await readdir(world.home)).toEqual([])
    expect(stage.provider.requests.length).toBe(asked)
  })

  it('in a script: exit 2 with the line that works', async () => {
    attended(false)
    const asked = stage.provider.requests.length
    const { exit, stderr } = await login(stage.gateway.url, [])
    expect(exit).toBe(2)
    expect(stderr).toContain('error: cannot ask for confirmation: stdin is not a terminal\n')
    expect(await readdir(world.home)).toEqual([])
    expect(stage.provider.requests.length).toBe(asked)
    const line = /^hint: To accept these settings:\s+(ls-auth .*)$/m.exec(stderr)?.[1] ?? ''
    expect(line).toBe(`ls-auth login ${stage.gateway.url} --port 0 --yes`)
    expect(await world.type(line)).toMatchObject({ exit: 0 })
  })

  it('what has changed is shown, and asked about', async () => {
    api.answers = { [WELL_KNOWN]: { body: document() } }
    expect((await login(api.url, ['y'], '--profile work')).exit).toBe(0)
    api.answers = { [WELL_KNOWN]: { body: document({}, { project: 'staging' }) } }
    const { exit, stderr } = await login(api.url, ['n'])
    expect(exit).toBe(4)
    expect(stderr).toContain('publishes other settings than profile work has.')
    expect(stderr).toContain('back end      Lightstep, organization acme, project staging\n')
    expect(stderr).toContain('  before        project: prod\n')
    expect(await config()).toContain('project = "prod"')
    expect((await login(api.url, ['y'])).exit).toBe(0)
    expect(await config()).toContain('project = "staging"')
  })

  it('another header for the token: it is shown, saved, and sent', async () => {
    api.answers = {
      [WELL_KNOWN]: { body: document({}, { authorization_header: 'X-JWT-Assertion' }) },
    }
    const { exit, stderr } = await login(api.url, ['y'])
    expect(exit).toBe(0)
    expect(stderr).toContain('  token in      X-JWT-Assertion\n')
    expect(await config()).toContain('authorization_header = "X-JWT-Assertion"\n')
    expect((await world.type('ls-auth token --header')).stdout).toMatch(/^X-JWT-Assertion: Bearer eyJ/)
  })

  it('an API that takes bound tokens only: shown, saved, and the token is bound', async () => {
    api.answers = { [WELL_KNOWN]: { body: document({ dpop_bound_access_tokens_required: true }) } }
    const { exit, stderr } = await login(api.url, ['y'], '--profile bound')
    expect(exit).toBe(0)
    expect(stderr).toContain('  tokens are    bound to a key on this machine (DPoP)\n')
    expect(await config()).toContain('dpop = true\n')
    const bound = JSON.parse((await world.type('ls-auth whoami --json --profile bound')).stdout).bound_key
    expect(bound).toMatchObject({ ours: true })
    // One that takes others, too, does not undo it: that is for the person.
    api.answers = { [WELL_KNOWN]: { body: document({ dpop_bound_access_tokens_required: false }) } }
    attended(false)
    expect((await login(api.url, [], '--profile bound')).exit).toBe(0)
    expect(await config()).toContain('dpop = true\n')
  })

  it('several issuers: names the lines to choose with', async () => {
    const { issuer } = stage.provider
    api.answers = {
      [WELL_KNOWN]: { body: document({ authorization_servers: ['https://id.example', issuer] }) },
    }
    const { exit, stderr } = await login(api.url, [])
    expect(exit).toBe(2)
    const [line = ''] = new RegExp(`ls-auth login .* --issuer ${issuer}$`, 'm').exec(stderr) ?? []
    world.stdin = ['y']
    expect(await world.type(line)).toMatchObject({ exit: 0 })
  })

  it('a Jaeger that wants no sign-in: the line that asks it', async () => {
    const jaeger = await startJaegerApi({ traces: [makeTrace({ seed: 7 })] })
    const { exit, stderr } = await login(jaeger.url, [])
    expect(exit).toBe(0)
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('is a Jaeger that needs no sign-in. Ask it: ')
    const line = /ls-auth services .*/.exec(stderr.replaceAll(/\s+/g, ' '))?.[0] as string
    expect(await world.type(line)).toMatchObject({ exit: 0 })
    await jaeger.close()
  })

  it('an API that says nothing: exit 7, with the line to complete', async () => {
    api.answers = {}
    const { exit, stderr } = await login(api.url, [])
    expect(exit).toBe(7)
    expect(stderr).toContain(`error: ${new URL(api.url).host} publishes no sign-in settings\n`)
    expect(stderr).toContain(`ls-auth login --port 0 --issuer URL --client-id ID --api ${api.url}/\n`)
  })
})
