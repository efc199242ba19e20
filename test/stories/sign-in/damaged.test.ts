import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
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
  expect((await login('--profile work')).exit).toBe(0)
})
afterEach(() => world.close())

const login = (flags: string) =>
  world.type(
    `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --api http://127.0.0.1:1 ${flags}`,
  )
const rows = async () => JSON.parse((await world.type('ls-auth status --json')).stdout)

/** The files of the sign-ins, by path. */
async function kept(name = 'session'): Promise<string[]> {
  const root = join(world.stateDirectory, 'sessions')
  const paths = await readdir(root, { recursive: true })
  return paths.filter((path) => path.split('/').at(-1)?.startsWith(name)).map((path) => join(root, path))
}
const path = async () => (await kept())[0] as string
/** Another version of ls-auth has written it. */
const renew = async () => writeFile(await path(), '{"schema":2,"sid":"x","apis":{}}\n')

const UNREAD =
  /at the provider {3}not revoked: the session file .* is damaged: its refresh token cannot be read/

describe.each([
  ['empty', 0],
  ['cut within its first line', 100],
  ['cut behind its first line', 200],
])('a session file that is %s', (_, length) => {
  beforeEach(async () => truncate(await path(), length))

  it.each(['logout', 'logout --all'])(
    '%s removes it, and says that the token was not revoked',
    async (line) => {
      const { exit, stderr } = await world.type(`ls-auth ${line}`)
      expect(stderr).toMatch(/^Signed out of work\.\n {2}on this machine {3}deleted\n/)
      expect(stderr).toMatch(UNREAD)
      expect(stderr).toContain('error: signed out here, but the refresh token could not be revoked\n')
      expect(stderr).not.toContain('Sign in again')
      expect(exit).toBe(6)
      expect([await kept(), await kept('tombstone'), world.keychain.items.size]).toEqual([[], [], 0])
      expect((await world.type('ls-auth logout --all')).stderr).toBe('This machine has no sign-ins.\n')
      expect((await world.type('ls-auth token')).stderr).toMatch(/^error: you are not signed in/)
    },
  )

  it('status shows it, and what to do', async () => {
    const { exit, stdout, stderr } = await world.type('ls-auth status')
    expect([exit, stdout]).toEqual([0, expect.stringMatching(/^\* work +\(damaged\)/m)])
    expect(stderr).toMatch(/^work: the session file .* is damaged\. /)
    expect(stderr).toContain('Sign in again to replace it: ls-auth login --profile work')
    expect(stderr).toContain('To remove it: ls-auth logout --profile work\n')
    expect(stderr).not.toContain('Not signed in')
    expect(await rows()).toMatchObject([
      { profile: 'work', state: 'damaged', person: null, problem: { code: 'session-ended' } },
    ])
  })
})

describe('a damaged session', () => {
  it('whose item the keychain does not give up stays, and is removed by the next sign-out', async () => {
    await truncate(await path(), 0)
    world.keychain.locked = true
    const { Failure } = await import('../../world/program.ts').then(({ program }) => program)
    world.keychain.fail.set = new Failure('keychain-locked', 'the keychain is locked')
    const refused = await world.type('ls-auth logout --all')
    expect(refused.stderr).toContain('  on this machine   not removed yet: the keychain is locked\n')
    expect([refused.exit, (await kept()).length]).toEqual([8, 1])
    world.keychain.locked = false
    world.keychain.fail = {}
    expect((await world.type('ls-auth logout --all')).exit).toBe(6)
    expect([await kept(), world.keychain.items.size]).toEqual([[], 0])
  })

  it('of no profile: the others are signed out of, too, and all that is listed of it is removed', async () => {
    await truncate(await path(), 100)
    await writeFile(world.configFile, '')
    await login('--profile two --account two')
    const status = await world.type('ls-auth status')
    expect(status.stdout).toMatch(/^ +\(not known\) +\(damaged\)/m)
    expect(status.stderr).toMatch(
      /^\(not known\): the session file .* is damaged\. .*ls-auth logout --all\n$/,
    )
    expect((await rows()).at(-1)).toMatchObject({ profile: null, state: 'damaged', issuer: null })
    const { exit, stderr } = await world.type('ls-auth logout --all --browser')
    expect(stderr).toContain('Signed out of two.\n  on this machine   deleted\n')
    expect(stderr).toContain('Signed out of a sign-in without a profile.\n  on this machine   deleted\n')
    expect(stderr).toMatch(UNREAD)
    expect(stderr).toContain('  in the browser    not signed out: unknown provider\n')
    expect([exit, await kept(), world.keychain.items.size]).toEqual([6, [], 0])
  })
})

describe('a session that a newer ls-auth wrote', () => {
  const NEWER = /the session in .* was written by a newer ls-auth \(version 2, this one reads 1\)/

  it.each([true, false])(
    'logout --all names it and leaves it, and signs out of the others (profile: %s)',
    async (has) => {
      await renew()
      if (!has) await writeFile(world.configFile, '')
      await login('--profile two --account two')
      const { exit, stderr } = await world.type('ls-auth logout --all')
      expect(exit).toBe(2)
      const name = has ? 'work' : 'a sign-in without a profile'
      expect(stderr).toContain(`Not signed out of ${name}: the session in `)
      expect(stderr).toContain('Signed out of two.\n')
      expect(stderr).toMatch(
        new RegExp(`^error: ${NEWER.source}\nhint: Upgrade ls-auth\\. The file was not changed\\.\n`, 'm'),
      )
      expect(await Promise.all((await kept()).map((file) => readFile(file, 'utf8')))).toEqual([
        '{"schema":2,"sid":"x","apis":{}}\n',
      ])
      // The one of the profile two is gone.
      expect(world.keychain.items.size).toBe(1)
    },
  )
})
