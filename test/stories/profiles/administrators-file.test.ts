import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { realFiles } from '../../../src/system/files/files.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "Our administrator has put a config.toml into /etc/ls-auth": another `etc` here, as other tests run on this machine. */
let world: World
let system: string
beforeEach(async () => {
  world = await openWorld()
  system = join(world.home, 'etc', 'config.toml')
  await mkdir(dirname(system))
})
afterEach(() => world.close())

const OPEN = 'api = "http://127.0.0.1:1"\nauthorization = "none"\n'

describe('what the administrator has mistyped is not lost without a word', () => {
  const TOP = 'lock = ["issuer"]\ndefaultprofile = "x"\nissuer = "https://id.example.test"\n'
  const note = (file: string, key: string) =>
    `note: ${file}: the setting "${key}" is unknown in this version and was ignored`

  it('at the top of the file', async () => {
    await writeFile(system, `${TOP}[profiles.team]\n${OPEN}`)
    const { exit, stderr } = await world.type('ls-auth profile show')
    expect(exit).toBe(0)
    expect(stderr).toBe(
      `${note(system, 'lock')}
${note(system, 'defaultprofile')}. Did you mean default_profile?
${note(system, 'issuer')}. It belongs in a table [profiles.NAME].
`,
    )
    const { stdout } = await world.type('ls-auth doctor --json')
    const warnings = JSON.parse(stdout).checks.filter(
      ({ area, verdict }: { area: string; verdict: string }) => area === 'settings' && verdict === 'warn',
    )
    expect(warnings).toEqual([
      expect.objectContaining({
        found: `${system}: "lock" is unknown in this version`,
        next: 'Check its spelling. It is ignored.',
      }),
      expect.objectContaining({
        found: `${system}: "defaultprofile" is unknown in this version`,
        next: 'Did you mean default_profile? It is ignored.',
      }),
      expect.objectContaining({ found: `${system}: "issuer" is unknown in this version` }),
    ])
  })
})

describe('I override one setting of the administrator’s profile, as the hint says', () => {
  let provider: Provider
  beforeAll(async () => {
    provider = await startProvider({ withRegistration: true })
  })
  afterAll(() => provider.close())
  const mine = () => readFile(world.configFile, 'utf8')
  const team = (issuer: string, clientId: string) =>
    writeFile(system, `[profiles.team]\nissuer = "${issuer}"\nclient_id = "${clientId}"\n`)

  it('only what I typed is mine: what the administrator changes later still reaches me', async () => {
    await team(provider.issuer, 'old')
    const set = await world.type('ls-auth profile set reason T-1')
    expect(set.stderr).toContain('To override it in your own file: ls-auth profile add team\n')
    const { exit, stderr } = await world.type('ls-auth profile add team --reason T-1')
    expect(exit, stderr).toBe(0)
    expect(await mine()).toBe('[profiles.team]\nreason = "T-1"\n')
    await team(provider.issuer, 'new')
    const { settings } = JSON.parse((await world.type('ls-auth profile show --json')).stdout)
    expect(settings.client_id).toEqual({ value: 'new', source: system })
    expect(settings.reason).toEqual({ value: 'T-1', source: world.configFile })
    expect((await world.type('ls-auth profile set reason T-2')).exit).toBe(0)
    expect(await mine()).toBe('[profiles.team]\nreason = "T-2"\n')
  })
})

describe('the administrator’s expect stays what it is when I add to it', () => {
  const SYSTEM = `[profiles.team]
issuer = "https://id.example"
client_id = "c"
[profiles.team.expect]
audience = ["api://traces"]
groups = ["ops"]
`
  const shown = async () =>
    JSON.parse((await world.type('ls-auth profile show --json')).stdout).settings.expect
  beforeEach(async () => {
    await writeFile(system, SYSTEM)
    await world.writeConfig('[profiles.team]\nreason = "T-1"\n')
  })

  it('a requirement of mine is asked beside its own, and profile show says whose each is', async () => {
    expect((await world.type('ls-auth profile set expect.scopes traces:read')).exit).toBe(0)
    const mine = world.configFile
    expect(await shown()).toEqual({
      value: { audience: ['api://traces'], groups: ['ops'], scopes: ['traces:read'] },
      source: `${mine} and ${system}`,
      sources: { audience: system, groups: system, scopes: mine },
    })
    const { stdout } = await world.type('ls-auth profile show')
    const rows = stdout.split('\n').filter((line) => line.startsWith('expect'))
    expect(rows.map((row) => row.replaceAll(/ +/g, ' '))).toEqual([
      `expect.audience api://traces # ${system}`,
      `expect.groups ops # ${system}`,
      'expect.scopes traces:read # profile',
    ])
    const exported = (await world.type('ls-auth profile export team')).stdout
    expect(exported).toContain('groups = [ "ops" ]')
    expect(exported).toContain('scopes = [ "traces:read" ]')
  })

  it('neither an empty table nor an empty list takes it away', async () => {
    await world.writeConfig('[profiles.team]\n[profiles.team.expect]\n')
    expect((await shown()).value).toEqual({ audience: ['api://traces'], groups: ['ops'] })
    await world.writeConfig('[profiles.team]\n[profiles.team.expect]\ngroups = []\n')
    const { exit, stderr } = await world.type('ls-auth profile show')
    expect(exit).toBe(2)
    expect(stderr).toContain(`${world.configFile}: expect.groups must be a non-empty list of strings`)
  })

  it('what is its own I cannot take away', async () => {
    const { exit, stderr } = await world.type('ls-auth profile set expect.groups --unset')
    expect(exit).toBe(2)
    expect(stderr).toBe(
      'error: expect.groups is not set in your profile team\nhint: See the settings: ls-auth profile show team\n',
    )
  })
})

describe('a file of the system that is broken: I am told what only an administrator can do', () => {
  const line = 'ls-auth profile show'
  const error = async () => {
    const { exit, stderr } = await world.type(line)
    return { exit, stderr }
  }

  it('nobody else may read it', async () => {
    const closed = async (path: string, ...how: [number, boolean?]) =>
      path === system
        ? Promise.reject(Object.assign(new Error('x'), { code: 'EACCES' }))
        : realFiles.readForeign(path, ...how)
    world.override = { files: async () => ({ ...realFiles, readForeign: closed }) }
    expect(await error()).toEqual({
      exit: 2,
      stderr: `error: cannot read ${system} (EACCES)
hint: Only an administrator can change that file. Make it readable for everybody: sudo chmod a+rX ${dirname(system)} ${system}
`,
    })
  })

  it.each([
    ['no TOML', 'a = = 1\n', 'Fix this line. The file was not changed.'],
    [
      'a profile below "profile"',
      '[profile.work]\nissuer = "https://id.example"\n',
      'Write it as [profiles.work].',
    ],
    ['no tables', 'profiles = 1\n', 'Write them as [profiles.NAME].'],
  ])('%s', async (_, text, hint) => {
    await writeFile(system, text)
    const { exit, stderr } = await error()
    expect(exit).toBe(2)
    expect(stderr).toContain(`\nhint: Only an administrator can change that file. ${hint}\n`)
  })

  it.each([
    ['issuer', 'Plain http is for 127.0.0.1, [::1] and localhost only.', 'issuer = "http://evil.example"\n'],
    [
      'api',
      'For a server that takes no token: add --authorization none',
      'issuer = "https://id.example"\napi = "http://evil.example"\n',
    ],
  ])('an address in plain http says where it stands: %s', async (key, hint, text) => {
    await writeFile(system, `[profiles.team]\nclient_id = "c"\n${text}`)
    expect(await error()).toEqual({
      exit: 10,
      stderr: `error: refusing plain http to evil.example
hint: Only an administrator can change that file. Use https. ${hint}
  ${key} of the profile team, in ${system}
`,
    })
  })
})
