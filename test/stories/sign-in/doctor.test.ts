import { chmod, chown, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Files } from '../../../src/ports/storage.ts'
import { realFiles } from '../../../src/system/files/files.ts'
import { program } from '../../world/program.ts'
import { CAN_BE_SOMEBODY_ELSE, SOMEBODY } from '../../world/somebody-else.ts'
import { openStage, type Stage } from '../../world/stage.ts'
import { openWorld } from '../../world/world.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())
beforeEach(async () => {
  expect((await stage.world.type(stage.login())).exit).toBe(0)
})
afterEach(async () => {
  stage.world.clockOffset = 0
  stage.world.keychain.locked = false
  stage.world.keychain.fail = {}
  stage.provider.tamper = {}
  await stage.world.type('ls-auth logout')
  await stage.world.editConfig(() => '')
})
const doctor = (flags = '') => stage.world.type(`ls-auth doctor ${flags}`)
const edit = (change: (text: string) => string) => stage.world.editConfig(change)

describe('doctor', () => {
  it('on a healthy machine: every line ok, exit 0', async () => {
    const outcome = await doctor()
    expect(outcome.stdout).not.toMatch(/^(warn|FAIL)/m)
    expect(outcome).toMatchObject({ exit: 0, stderr: '' })
    for (const area of [
      'settings',
      'issuer',
      'signing keys',
      'clock',
      'PKCE',
      'redirect',
      'listener',
      'keychain',
      'state',
      'record',
      'lock',
      'session',
      'claims',
      'scopes',
      'API',
    ]) {
      expect(outcome.stdout).toMatch(new RegExp(`^ok +${area} `, 'm'))
    }
  })

  it('a record that cannot be written is a warning', async () => {
    const file = join(stage.world.stateDirectory, 'audit.jsonl')
    await rm(file, { force: true })
    await mkdir(file)
    const { exit, stdout } = await doctor()
    await rm(file, { recursive: true })
    expect(exit).toBe(0)
    expect(stdout).toMatch(
      /^warn +record +\S+audit\.jsonl cannot be written \(E\w+\)\n +→ Nothing is recorded/m,
    )
  })

  it('on a full disk: the record is no more "ok" than the lines that are lost meanwhile', async () => {
    const noSpace = () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
    // As a kernel does: nothing at all can be written at the end of a file.
    const append: Files['append'] = (path, bytes, inBackground) =>
      bytes.length === 0 ? realFiles.append(path, bytes, inBackground) : noSpace()
    const before = await readdir(stage.world.stateDirectory)
    stage.world.override = { files: async () => ({ ...realFiles, append, create: noSpace }) }
    const { stdout, stderr } = await doctor()
    stage.world.override = {}
    expect(stderr).toContain('this is not in the record')
    expect(stdout).toMatch(
      /^warn +record +\S+audit\.jsonl cannot be written \(ENOSPC\)\n +→ Free some space\. Nothing is recorded/m,
    )
    expect(await readdir(stage.world.stateDirectory)).toEqual(before)
  })

  it('that looks whether the record can be written leaves nothing in it or beside it', async () => {
    const { stateDirectory } = stage.world
    const lines = async () => (await readFile(join(stateDirectory, 'audit.jsonl'), 'utf8')).split('\n')
    await doctor()
    const [before, files] = [await lines(), await readdir(stateDirectory)]
    await doctor()
    // The request of doctor itself.
    expect((await lines()).slice(before.length - 1).map((line) => line && JSON.parse(line).event)).toEqual([
      'request',
      '',
    ])
    expect(await readdir(stateDirectory)).toEqual(files)
  })

  it('as JSON, and as a report for a ticket that holds no secret', async () => {
    stage.world.variables.HTTPS_PROXY = 'http://user:secret-of-the-proxy@proxy.example:3128'
    const file = join(stage.world.home, `bundle-${Date.now()}.json`)
    const json = JSON.parse((await doctor(`--json --bundle ${file}`)).stdout)
    delete stage.world.variables.HTTPS_PROXY
    expect(json.checks.every(({ verdict }: { verdict: string }) => verdict === 'ok')).toBe(true)
    const bundle = await readFile(file, 'utf8')
    expect(JSON.parse(bundle)).toMatchObject({ profile: 'default' })
    for (const secret of [...stage.provider.secrets, 'secret-of-the-proxy'])
      expect(bundle).not.toContain(secret)
    expect((await doctor(`--bundle ${file}`)).exit).toBe(2)
  })

  it.each<[string, Record<string, string>, string]>([
    ['none', {}, 'none\n'],
    ['past a proxy that is for others', { HTTPS_PROXY: 'http://proxy.example:3128' }, 'none for HOST'],
    ['past what is no proxy and is not used', { HTTPS_PROXY: 'http:// no proxy' }, 'none for HOST'],
  ])('tells the proxy that its requests go through: %s', async (_, variables, told) => {
    const { host } = new URL(stage.provider.issuer)
    Object.assign(stage.world.variables, variables)
    const { stdout, exit } = await doctor()
    for (const name of Object.keys(variables)) delete stage.world.variables[name]
    expect(stdout).toMatch(new RegExp(`ok +proxy +${told.replace('HOST', host)}`))
    expect(exit).toBe(0)
  })

  it.each([
    ['localhost', true],
    ['*lhost', true],
    ['l*a*o*t', true],
    ['LOCALHOST', true],
    ['l.calhost', false],
    ['*(x', false],
    ['[a-z]+', false],
    ['localhos*t?', false],
  ])('knows the endpoints on localhost by endpoint_hosts = ["%s"]: %s', async (host, isKnown) => {
    await edit((text) => text.replace(/^(issuer = .*)$/m, `$1\nendpoint_hosts = ["${host}"]`))
    const { port } = new URL(stage.provider.issuer)
    stage.provider.tamper = {
      discovery: (document) => ({ ...document, jwks_uri: `http://localhost:${port}/jwks` }),
    }
    const { stdout, stderr } = await doctor()
    expect(stderr).not.toContain('bug')
    expect(/^warn +endpoints +(.*)$/m.exec(stdout)?.[1]).toBe(isKnown ? undefined : 'jwks_uri on localhost')
  })

  const broken: [string, () => Promise<unknown> | unknown, RegExp][] = [
    [
      'a wrong issuer',
      () => edit((text) => text.replace(stage.provider.issuer, `${stage.provider.issuer}/nobody`)),
      /^FAIL +issuer .*\n +→ There is no OpenID Connect provider at/m,
    ],
    [
      'another spelling of the issuer in its metadata',
      () => {
        stage.provider.tamper = {
          discovery: (document) => ({ ...document, issuer: `${stage.provider.issuer}/` }),
        }
      },
      /^FAIL +issuer .*\n +expected (http\S+)\n +received \1\/\n +\^\n +→ /m,
    ],
    [
      'a clock ten minutes off',
      () => {
        stage.world.clockOffset = 600_000
      },
      /^FAIL +clock +\d+s ahead of the provider's\n +→ Set the clock/m,
    ],
    [
      'a keychain that is locked',
      async () => {
        stage.world.keychain.locked = true
        stage.world.keychain.fail.set = new program.Failure('keychain-locked', 'the keychain is locked')
      },
      /^FAIL +keychain +the keychain is locked\n +→ /m,
    ],
    [
      'a token for the wrong audience',
      () => edit((text) => `${text}\n[profiles.default.expect]\naudience = ["api://another"]\n`),
      /^FAIL +claims +audience: expected api:\/\/another, held api:\/\/traces\n +→ /m,
    ],
    [
      'a state directory that is open',
      () => chmod(stage.world.stateDirectory, 0o755),
      /^FAIL +state .*\(755\)\n +→ Run: chmod 700/m,
    ],
    [
      'an API at the wrong address',
      () => edit((text) => text.replace('project = "prod"', 'project = "nowhere"')),
      /^FAIL +API +Lightstep does not know the project acme\/nowhere/m,
    ],
    [
      'an organization that would climb out of its path',
      () => edit((text) => text.replace('organization = "acme"', 'organization = ".."')),
      /^FAIL +API +organization "\.\." is not a name/m,
    ],
    [
      'no project where the back end needs one',
      () => edit((text) => text.replace('project = "prod"', '')),
      /^FAIL +API +nothing names the project\n +→ Lightstep needs organization and project/m,
    ],
  ]
  it.each(broken)('%s: FAIL with the next step, exit 5', async (_, breakIt, words) => {
    await breakIt()
    const outcome = await doctor()
    expect(outcome.stdout).toMatch(words)
    expect(outcome.exit).toBe(5)
    await chmod(stage.world.stateDirectory, 0o700)
  })

  it.skipIf(!CAN_BE_SOMEBODY_ELSE)('a state directory of another user: chmod is not said', async () => {
    await chown(stage.world.stateDirectory, SOMEBODY, SOMEBODY)
    const outcome = await doctor()
    await chown(stage.world.stateDirectory, 0, 0)
    expect(outcome.stdout).toMatch(/^FAIL +state .*another user\n +→ Choose another XDG_STATE_HOME\.$/m)
  })

  it('a scope that the group should have but the token lacks: a warning', async () => {
    const table = 'write = { scopes = ["traces:write"], groups = ["ops"] }'
    await edit((text) => `${text}\n[profiles.default.access]\n${table}\n`)
    const outcome = await doctor()
    expect(outcome.stdout).toMatch(
      /^warn +access +scopes and groups disagree\n +→ group ops should write, but the token lacks scope traces:write/m,
    )
    expect(outcome.exit).toBe(0)
  })

  it('fixed ports that are taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    await edit((text) => text.replace('redirect_ports = "any"', `redirect_ports = [${port}]`))
    const outcome = await doctor()
    server.close()
    expect(outcome.stdout).toContain(`register http://127.0.0.1:${port}/callback`)
    expect(outcome.stdout).toMatch(new RegExp(`^FAIL +listener .*port ${port} is in use`, 'm'))
  })

  it('before the first sign-in: a warning with the command, not a failure', async () => {
    await stage.world.type('ls-auth logout')
    const outcome = await doctor()
    expect(outcome.exit).toBe(0)
    expect(outcome.stdout).toMatch(/^warn +session +not signed in\n +→ Run: ls-auth login/m)
    expect(outcome.stdout).toMatch(/^- +API +not tried: not signed in$/m)
    const { checks } = JSON.parse((await doctor('--json')).stdout)
    expect(checks.at(-1)).toEqual({ area: 'API', verdict: 'skip', found: 'not tried: not signed in' })
  })
})

describe('doctor without a profile', () => {
  it('looks at the machine all the same, and says what is missing: exit 5', async () => {
    const world = await openWorld()
    const { exit, stdout } = await world.type('ls-auth doctor')
    expect(exit).toBe(5)
    expect(stdout).toMatch(/^FAIL +profile +there is no profile yet\n +→ Run: ls-auth login --issuer/m)
    for (const area of ['settings', 'proxy', 'loopback', 'browser', 'keychain', 'state'])
      expect(stdout).toMatch(new RegExp(`^ok +${area} `, 'm'))
    await world.close()
  })

  it('with a token from outside goes on to the API, which lets it in', async () => {
    const token = (await stage.world.type('ls-auth token')).stdout.trim()
    const world = await openWorld({
      variables: { LS_AUTH_TOKEN: token, LS_AUTH_API: stage.gateway.url },
      secrets: () => [token],
    })
    await world.writeConfig('[profiles.ci]\norganization = "acme"\nproject = "prod"\n')
    const { exit, stdout } = await world.type('ls-auth doctor')
    expect({ exit, stdout }).toMatchObject({ exit: 0 })
    expect(stdout).toMatch(/^warn +profile +profile ci has no issuer\n +→ .*set LS_AUTH_ISSUER to/m)
    expect(stdout).toMatch(/^warn +claims +signature/m)
    expect(stdout).toMatch(/^ok +API .* accepted your token/m)
    // Its issuer alone is enough to verify it, wherever that is named.
    world.variables.LS_AUTH_ISSUER = stage.provider.issuer
    const known = await world.type('ls-auth doctor')
    expect(known).toMatchObject({ exit: 0 })
    expect(known.stdout).not.toMatch(/^(warn|FAIL) +(profile|claims)/m)
    expect(known.stdout).toMatch(/^ok +issuer +.* matches its discovery document/m)
    await world.close()
  })
})

describe('tokens for other audiences and scopes', () => {
  it('are asked for once, cached apart, and the profile’s own token is renewed with them', async () => {
    const other = await openStage()
    const { world, provider } = other
    await world.type(other.login())
    const own = (await world.type('ls-auth token')).stdout
    const before = provider.refreshCount()
    const narrow = await world.type('ls-auth token --narrow --scope traces:read')
    expect(narrow).toMatchObject({ exit: 0, stderr: '' })
    const claims = JSON.parse(Buffer.from(narrow.stdout.split('.')[1] as string, 'base64url').toString())
    expect(claims.scope).toBe('traces:read')
    expect((await world.type('ls-auth token --narrow --scope traces:read')).stdout).toBe(narrow.stdout)
    const renewed = (await world.type('ls-auth token')).stdout
    const scopeOf = (token: string) =>
      JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString()).scope
    expect(scopeOf(renewed)).toBe(scopeOf(own))
    expect(provider.refreshCount()).toBe(before + 2)
    expect((await world.type('ls-auth token --id-token')).stdout).not.toBe(own)
    const unknown = await world.type('ls-auth token --narrow --audience https://nobody.example/api')
    expect(unknown.exit).toBe(2)
    expect(unknown.stderr).toContain('invalid_target')
    expect((await world.type('ls-auth token')).stdout).toBe(renewed)
    await other.close()
  })
})
