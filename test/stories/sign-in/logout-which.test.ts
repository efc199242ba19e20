import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { program } from '../../world/program.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

let provider: Provider
let world: World
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
  const login = `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --api http://127.0.0.1:1`
  expect((await world.type(`${login} --profile work`)).exit).toBe(0)
})
afterEach(() => world.close())

const isSignedIn = async () => (await world.type('ls-auth token')).exit === 0

describe('logout of a sign-in that flags name', () => {
  it.each([
    ['--issuer https://nope.example --client-id zz', 'https://nope.example as client zz'],
    ['--account second', 'ISSUER as client CLIENT, account second'],
    ['--client-id zz', 'ISSUER as client zz'],
  ])('%s: nobody is signed in there, which is not said of the profile', async (flags, words) => {
    const { exit, stderr } = await world.type(`ls-auth logout ${flags}`)
    const named = words.replace('ISSUER', provider.issuer).replace('CLIENT', provider.clientId)
    expect([exit, stderr]).toEqual([0, `Not signed in to ${named}; nothing to do.\n`])
    expect(await isSignedIn()).toBe(true)
  })

  it('is named by them where it is there, too', async () => {
    await world.type(
      `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --account second --profile two`,
    )
    const { stderr } = await world.type('ls-auth logout --account second')
    expect(stderr).toContain(
      `Signed out of ${provider.issuer} as client ${provider.clientId}, account second.\n`,
    )
    expect(await isSignedIn()).toBe(true)
  })

  it('is called by its profile where the flags say what that says', async () => {
    const flags = `--issuer ${provider.issuer} --client-id ${provider.clientId}`
    expect((await world.type(`ls-auth logout ${flags}`)).stderr).toContain('Signed out of work.\n')
    expect((await world.type('ls-auth logout')).stderr).toBe('Not signed in to work; nothing to do.\n')
  })
})

describe('a reason that cannot be sent', () => {
  it.each(['logout', 'logout --all', 'logout --json'])(
    'hinders no %s: it is left out, with a warning',
    async (line) => {
      world.variables.LS_AUTH_REASON = 'é'
      const { exit, stderr } = await world.type(`ls-auth ${line}`)
      delete world.variables.LS_AUTH_REASON
      expect(stderr).toMatch(
        /^warning: LS_AUTH_REASON must be printable ASCII, at most 200 characters: it was left out\n +Correct it there/,
      )
      expect(exit).toBe(0)
      expect(await isSignedIn()).toBe(false)
      const entry = JSON.parse((await world.type('ls-auth audit list --json')).stdout).at(-1)
      expect(entry).toMatchObject({ event: 'sign-out', profile: 'work', reason: null })
    },
  )
})

describe('logout --all beside a flag that names one sign-in', () => {
  it.each(['--profile work', '--issuer https://id.example', '--client-id x', '--account me'])(
    '%s: refused, and nobody is signed out',
    async (flag) => {
      const { exit, stderr } = await world.type(`ls-auth logout --all ${flag}`)
      expect(exit).toBe(2)
      expect(stderr).toBe(
        `error: --all and ${flag.split(' ')[0]} exclude each other\n` +
          'hint: Nobody was signed out. Give --all for every sign-in on this machine, or leave it out.\n',
      )
      expect(await isSignedIn()).toBe(true)
    },
  )

  it('a variable is no flag: all are signed out', async () => {
    world.variables.LS_AUTH_PROFILE = 'another'
    const { exit, stderr } = await world.type('ls-auth logout --all')
    delete world.variables.LS_AUTH_PROFILE
    expect([exit, stderr]).toEqual([0, expect.stringContaining('Signed out of work.\n')])
    expect(await isSignedIn()).toBe(false)
  })

  it('a key file goes with it: it opens what is signed out of', async () => {
    expect((await world.type('ls-auth logout --all --store-key-file key')).exit).toBe(0)
  })
})

describe('wrong settings that no sign-out uses', () => {
  it.each([
    ['LS_AUTH_BACKEND', 'TEMPO'],
    ['LS_AUTH_BACKEND', ''],
    ['LS_AUTH_API', 'nonsense'],
    ['LS_AUTH_AUTHORIZATION_HEADER', 'two words'],
    ['LS_AUTH_STORE', 'KEYCHAIN'],
    ['LS_AUTH_DPOP', 'perhaps'],
  ])('%s=%s hinders none', async (variable, value) => {
    for (const line of ['logout', 'logout --all']) {
      world.variables[variable] = value
      const { exit, stderr } = await world.type(`ls-auth ${line}`)
      delete world.variables[variable]
      expect([exit, stderr]).toEqual([0, expect.stringMatching(/^Signed out of work\.\n/)])
      expect(await isSignedIn()).toBe(false)
      await world.type('ls-auth login --profile work')
    }
  })

  it.each(['backend = "TEMPO"', 'tenant = 7', 'scopes = [5]', 'access = "all"', 'expect = 1'])(
    '%s in the profile hinders none, and the profile is named that shares the sign-in',
    async (setting) => {
      await world.editConfig(
        (text) =>
          `${text}${setting}\n[profiles.too]\nissuer = "${provider.issuer}"\nclient_id = "${provider.clientId}"\n${setting}\n`,
      )
      const { exit, stderr } = await world.type('ls-auth logout --profile work')
      expect([exit, stderr]).toEqual([0, expect.stringMatching(/^Signed out of work\.\n/)])
      expect(stderr).toContain('also signed out   too: it shares this sign-in\n')
      expect(world.keychain.items.size).toBe(0)
    },
  )

  it.each([
    [
      'where nobody would know whose it is',
      'account = 7',
      /^error: .*config\.toml: account must be a string\nhint: /,
    ],
    [
      'where its key is',
      'store_key_file = "my.key"',
      /^error: .*config\.toml: store_key_file must be a whole path\n/,
    ],
    [
      'how to get to the provider',
      'proxy = "http://me:secret@proxy.example"',
      /^error: .*proxy.*\n(?: .*\n)?hint: /,
    ],
    [
      'what is revoked',
      'revoke = ["all"]',
      /^error: revoke must list refresh, access, both or nothing\nhint: /,
    ],
    ['whether a person signs in', 'workload = 1', /^error: .*config\.toml: workload must be a table\nhint: /],
  ])('but one that says %s is refused: %s', async (_, setting, words) => {
    await world.editConfig((text) => `${text}${setting}\n`)
    const { exit, stderr } = await world.type('ls-auth logout')
    expect([exit, stderr]).toEqual([2, expect.stringMatching(words)])
    expect(world.keychain.items.size).toBe(1)
  })
})

/** A command that is copied from a hint must be about the sign-in that the hint is about. */
describe('a hint of a sign-out that could not be finished', () => {
  const locked = () => {
    world.keychain.locked = true
    world.keychain.fail.set = new program.Failure('keychain-locked', 'the keychain is locked')
  }
  const finish = 'Then finish the sign-out: ls-auth logout'
  const another = (text: string) =>
    `default_profile = "another"\n${text}\n[profiles.another]\napi = "http://127.0.0.1:1"\n`

  it.each(['logout --all', 'logout --profile work'])(
    '%s names the profile where another one is the default',
    async (line) => {
      await world.editConfig(another)
      locked()
      expect((await world.type(`ls-auth ${line}`)).stderr).toContain(`${finish} --profile work\n`)
    },
  )

  it('does not name the default', async () => {
    locked()
    expect((await world.type('ls-auth logout --all')).stderr).toContain(`${finish}\n`)
  })

  it('names all that a sign-in without a profile needs', async () => {
    await world.writeConfig('')
    locked()
    const { issuer, clientId } = provider
    expect((await world.type('ls-auth logout --all')).stderr).toContain(
      `${finish} --issuer ${issuer} --client-id ${clientId} --account default\n`,
    )
  })

  it('names no key file when nothing is left that it could open', async () => {
    const key = join(world.home, 'my.key')
    await world.type(
      `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --profile other --account other --store file --store-key-file ${key}`,
    )
    await writeFile(key, `${'ab'.repeat(32)}\n`, { mode: 0o600 })
    const { stderr } = await world.type('ls-auth logout --all')
    expect(stderr).toContain("To end it there as well, sign out in the provider's own account page.\n")
  })
})
