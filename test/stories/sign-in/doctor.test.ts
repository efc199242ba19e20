import { chmod, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { program } from '../../world/program.ts'
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
      /^warn +record +\S+audit\.jsonl cannot be written \(E\w+\)\n +→ ls-auth records nothing until then/m,
    )
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
      /^FAIL +API +organization "\.\." is not a valid/m,
    ],
    [
      'no project where the back end needs one',
      () => edit((text) => text.replace('project = "prod"', '')),
      /^FAIL +API +missing setting: project\n +→ Lightstep needs organization and project/m,
    ],
  ]
  it.each(broken)('%s: FAIL with the next step, exit 5', async (_, breakIt, words) => {
    await breakIt()
    const outcome = await doctor()
    expect(outcome.stdout).toMatch(words)
    expect(outcome.exit).toBe(5)
    await chmod(stage.world.stateDirectory, 0o700)
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
    expect(stdout).toMatch(/^FAIL +profile +there is no profile yet\n +→ Ask your platform team/m)
    for (const area of ['settings', 'proxy', 'browser', 'keychain', 'state'])
      expect(stdout).toMatch(new RegExp(`^ok +${area} `, 'm'))
    await world.close()
  })
})
