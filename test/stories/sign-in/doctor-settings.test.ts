import { chmod, chown, lchown, mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { envOf } from '../../world/env.ts'
import { CAN_BE_SOMEBODY_ELSE, SOMEBODY } from '../../world/somebody-else.ts'
import { openWorld, type World } from '../../world/world.ts'

/** Whoever may write the settings of a machine chooses where its people sign in. */
let world: World
let system: string
beforeEach(async () => {
  world = await openWorld()
  system = join(world.home, 'etc', 'config.toml')
  await mkdir(dirname(system))
  await writeFile(system, '[profiles.corp]\napi = "http://127.0.0.1:1"\nauthorization = "none"\n', {
    mode: 0o644,
  })
})
afterEach(() => world.close())

const settings = async () =>
  (await world.type('ls-auth doctor')).stdout.split('\n').filter((line) => /^\S+ +settings /.test(line))

it('the file of the system, which root or I alone may write, is ok', async () => {
  expect((await settings()).join('\n')).toMatch(/^ok +settings +profile corp from [^\n]*$/)
})

it.each([0o666, 0o664, 0o646])('the file of the system that others can write (%o) is FAIL', async (mode) => {
  await chmod(system, mode)
  const { exit, stdout } = await world.type('ls-auth doctor')
  expect(exit).toBe(5)
  expect(stdout).toMatch(/^FAIL +settings +\S+ is writable by others\n +→ Run:\n? +sudo chmod 644 /m)
  await chmod(system, 0o644)
  expect(await settings()).toHaveLength(1)
})

it.skipIf(!CAN_BE_SOMEBODY_ELSE)('the file of the system that is somebody else’s is FAIL', async () => {
  await chown(system, SOMEBODY, SOMEBODY)
  const { exit, stdout } = await world.type('ls-auth doctor')
  expect(exit).toBe(5)
  expect(stdout).toMatch(/^FAIL +settings +\S+ belongs to another user\n +→ Run:\n? +sudo chown root /m)
})

describe('who may write the directory may replace the file', () => {
  const writable = async (path: string, mode: number) => {
    await chmod(path, mode)
    const { exit, stdout } = await world.type('ls-auth doctor')
    expect(exit).toBe(5)
    return stdout.replaceAll(/\s+/g, ' ')
  }

  it.each([0o777, 0o775, 0o757])(
    'a directory of the system’s file that others can write (%o) is FAIL',
    async (mode) => {
      const directory = dirname(system)
      expect(await writable(directory, mode)).toContain(
        `FAIL settings ${directory} is writable by others, who can replace the settings in it → Run: sudo chmod 755 ${directory}`,
      )
    },
  )

  it.skipIf(!CAN_BE_SOMEBODY_ELSE)('one that is somebody else’s is FAIL', async () => {
    await chown(dirname(system), SOMEBODY, SOMEBODY)
    expect(await writable(dirname(system), 0o755)).toContain(
      `${dirname(system)} belongs to another user, who can replace the settings in it → Run: sudo chown root `,
    )
  })

  it('where the system’s file is a link, so is what it leads to', async () => {
    const shared = join(world.home, 'shared')
    await mkdir(shared)
    await rename(system, join(shared, 'real.toml'))
    await symlink(join(shared, 'real.toml'), system)
    expect(await settings()).toHaveLength(1)
    expect(await writable(join(shared, 'real.toml'), 0o666)).toContain(
      `${shared}/real.toml is writable by others`,
    )
    await chmod(join(shared, 'real.toml'), 0o644)
    expect(await writable(shared, 0o777)).toContain(`${shared} is writable by others`)
    // As /nix/store: each may replace only what is theirs.
    await chmod(shared, 0o1777)
    expect(await settings()).toHaveLength(1)
  })
})

describe('my own settings, where another user decides what they say', () => {
  const TEXT = '[profiles.work]\napi = "http://127.0.0.1:1"\nauthorization = "none"\n'
  const COMMANDS = [
    'services',
    'token',
    'whoami',
    'api /x',
    'exec -- true',
    'login',
    'profile list',
    'status',
  ]
  beforeEach(() => world.writeConfig(TEXT))

  const refused = async (line: string) => {
    const { exit, stdout, stderr } = await world.type(`ls-auth ${line}`)
    expect([exit, stdout]).toEqual([line.startsWith('exec') ? 125 : 10, ''])
    return stderr
  }

  it.each(COMMANDS)('a file that others can write is refused, with the command to type: %s', async (line) => {
    await chmod(world.configFile, 0o666)
    expect(await refused(line)).toBe(
      `error: ${world.configFile} is writable by others\nhint: Check the settings in it, then run: chmod go-w ${world.configFile}\n`,
    )
  })

  it.each([0o620, 0o602, 0o664])('so is one of the mode %o, until the command is typed', async (mode) => {
    await chmod(world.configFile, mode)
    await refused('profile list')
    await chmod(world.configFile, mode & ~0o022)
    expect((await world.type('ls-auth profile list')).exit).toBe(0)
  })

  it('so is one in a directory in which others can replace it', async () => {
    const directory = dirname(world.configFile)
    await chmod(directory, 0o777)
    expect(await refused('token')).toBe(
      `error: ${directory} is writable by others, who can replace the settings in it\nhint: Check the settings in it, then run: chmod go-w ${directory}\n`,
    )
  })

  it('so is what it leads to where it is a link', async () => {
    const end = join(world.home, 'mine.toml')
    await rename(world.configFile, end)
    await symlink(end, world.configFile)
    expect((await world.type('ls-auth profile list')).exit).toBe(0)
    await chmod(end, 0o666)
    expect(await refused('profile list')).toContain(`error: ${end} is writable by others\n`)
  })

  it('doctor says it as its first check', async () => {
    await chmod(world.configFile, 0o666)
    const { exit, stdout } = await world.type('ls-auth doctor')
    expect(exit).toBe(5)
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /^FAIL settings \S+ is writable by others → Check the settings in it, then run: chmod go-w /,
    )
  })

  const as = (uid: number, variables = {}) => {
    Object.assign(world.variables, variables)
    world.override = { env: envOf(world, { uid }) }
  }

  it.skipIf(!CAN_BE_SOMEBODY_ELSE)('one that is somebody else’s is refused, also by root', async () => {
    await chown(world.configFile, SOMEBODY, SOMEBODY)
    const problem = `error: ${world.configFile} belongs to another user\nhint: `
    const check = 'Check the settings in it, then run:'
    expect(await refused('token')).toBe(`${problem}${check} chown 0 ${world.configFile}\n`)
    as(SOMEBODY + 1)
    expect(await refused('token')).toBe(`${problem}${check} sudo chown ${SOMEBODY + 1} ${world.configFile}\n`)
    as(0, { SUDO_UID: String(SOMEBODY) })
    expect((await world.type('ls-auth profile list')).exit).toBe(0)
  })

  it.skipIf(!CAN_BE_SOMEBODY_ELSE)('so is a link that somebody else has made to a file of mine', async () => {
    const end = join(world.home, 'mine.toml')
    await rename(world.configFile, end)
    await symlink(end, world.configFile)
    await lchown(world.configFile, SOMEBODY, SOMEBODY)
    expect(await refused('token')).toContain(`then run: chown -h 0 ${world.configFile}\n`)
  })
})

/** What is wrong in my own settings, or in a variable, and what is said of it. */
const FAULTS: readonly (readonly [lines: string, found: string, next: string])[] = [
  ['[profiles.work', 'config.toml:1:15 is not valid TOML', 'Fix this line. The file was not changed.'],
  ['[profiles.work]\nbackend = "splunk"', 'backend: "splunk" is not known', 'Choose one of: '],
  ['[profiles.work]\nleeway = "5 minutes"', 'leeway: "5 minutes" is not a duration', 'Write it like 90s'],
  ['[profiles.work]\napi = "nonsense"', 'the api "nonsense" is not an https URL', 'Write it like https://'],
  ['[profiles.work]\n[profiles.work.expect]\naud = "x"', 'expect.aud is not known', 'Did you mean audience?'],
  ['[profiles.x]', 'default_profile names "work", which does not exist', 'Profiles: x, corp.'],
]

describe('"something is wrong: ls-auth doctor"', () => {
  it.each(FAULTS)(
    '%j is the first check that fails, and what needs settings is left out',
    async (lines, found, next) => {
      await world.writeConfig(
        `default_profile = "work"\n${lines}\n`.replace(/^.*\n(\[profiles.work\n)$/, '$1'),
      )
      const { exit, stdout, stderr } = await world.type('ls-auth doctor')
      const flat = stdout.replaceAll(/\s+/g, ' ')
      expect([exit, stderr]).toEqual([
        5,
        expect.stringMatching(/^error: 1 of \d checks failed\nhint: Start with the first FAIL above\.\n$/),
      ])
      expect(flat).toMatch(/^FAIL settings /)
      expect(flat).toContain(found)
      expect(flat).toContain(`→ ${next}`)
      for (const area of ['issuer', 'session', 'API'])
        expect(flat).toContain(`- ${area} not tried: the settings cannot be used`)
      const report = JSON.parse((await world.type('ls-auth doctor --json')).stdout)
      expect(report.checks[0]).toMatchObject({
        area: 'settings',
        verdict: 'fail',
        found: expect.stringContaining(found),
        next: expect.stringContaining(next),
      })
    },
  )
})
