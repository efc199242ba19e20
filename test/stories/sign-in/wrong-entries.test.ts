import { chmod, copyFile, lstat, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
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
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets, columns: 200 })
  expect((await login('--profile work')).exit).toBe(0)
  work = join(sessions(), (await readdir(sessions()))[0] as string)
  expect((await login('--profile two --account two')).exit).toBe(0)
})
afterEach(() => world.close())

/** The directory of the sign-in of the profile work. */
let work: string
const sessions = () => join(world.stateDirectory, 'sessions')
const login = (flags: string) =>
  world.type(
    `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --api http://127.0.0.1:1 ${flags}`,
  )

const moved = () => `${world.home}/moved`

/** What can be wrong with an entry, what is said of it, and what to do. */
const WRONG: readonly [string, () => Promise<void>, string, () => string][] = [
  [
    'others can write to',
    () => chmod(work, 0o770),
    'is writable by others',
    () => `Run: chmod 700 ${work}, or choose another XDG_STATE_HOME.`,
  ],
  [
    'is a file',
    async () => {
      await rm(work, { recursive: true })
      await writeFile(work, '')
    },
    'is not a plain directory',
    () => `Remove it: rm -f ${work}`,
  ],
  [
    'is a link',
    async () => {
      await rename(work, moved())
      await symlink(moved(), work)
    },
    'is not a plain directory',
    () => `Remove it: rm -f ${work}`,
  ],
]

describe.each(WRONG)('an entry of the sign-ins that %s', (_, spoil, words, hint) => {
  beforeEach(() => spoil())

  it.each([true, false])('logout --all names it, and signs out of the others (profile: %s)', async (has) => {
    if (!has) await world.writeConfig('')
    const { exit, stderr } = await world.type('ls-auth logout --all')
    const name = has ? 'work' : 'a sign-in without a profile'
    expect(stderr).toContain(`Not signed out of ${name}: ${work} ${words}. ${hint()}\n`)
    expect(stderr).toMatch(/^Signed out of .*\n {2}on this machine {3}deleted\n/m)
    expect(stderr).toContain(`error: ${work} ${words}\nhint: ${hint()}\n`)
    expect(exit).toBe(10)
    // Left as it is. Only the item of the other one is gone.
    expect(await lstat(work)).toBeDefined()
    expect(world.keychain.items.size).toBe(1)
  })

  it('status shows the others', async () => {
    const { exit, stdout, stderr } = await world.type('ls-auth status')
    expect([exit, stdout]).toEqual([0, expect.stringMatching(/^. work +\(locked\)/m)])
    expect(stdout).toMatch(/^. two +alice@example\.test/m)
    expect(stderr).toContain(`work: ${work} ${words}. ${hint()}\n`)
  })
})

describe("a session that lies in another one's directory", () => {
  /** A directory of a sign-in that no profile names. */
  const other = () => join(sessions(), 'a'.repeat(24))
  const path = () => join(other(), 'session')
  beforeEach(async () => {
    await mkdir(other(), { mode: 0o700 })
    await copyFile(join(work, 'session'), path())
  })
  const SAID = /the session file .*\/a{24}\/session is damaged/

  it('is named by status as damaged, beside the one that it was copied from', async () => {
    const { stdout, stderr } = await world.type('ls-auth status')
    expect(stdout).toMatch(/^. work +alice@example\.test/m)
    expect(stdout).toMatch(/^ +\(not known\) +\(damaged\)/m)
    expect(stderr).toMatch(SAID)
    expect(stderr).toContain('To remove it and all other sign-ins: ls-auth logout --all\n')
  })

  it('is removed by logout --all, and the others are signed out of as ever', async () => {
    const { exit, stderr } = await world.type('ls-auth logout --all')
    expect(stderr.match(/^Signed out of .*/gm)?.sort()).toEqual([
      'Signed out of a sign-in without a profile.',
      'Signed out of two.',
      'Signed out of work.',
    ])
    expect(stderr).toMatch(SAID)
    expect([exit, await readdir(other()), world.keychain.items.size]).toEqual([
      6,
      expect.not.arrayContaining(['session']),
      0,
    ])
    expect((await world.type('ls-auth logout --all')).stderr).toBe('This machine has no sign-ins.\n')
  })

  it('is not used by the profile of that directory, whose logout removes it', async () => {
    const two = (await readdir(sessions()))
      .map((name) => join(sessions(), name))
      .find((one) => one !== work && one !== other())
    await copyFile(path(), join(two as string, 'session'))
    const token = await world.type('ls-auth token --profile two')
    expect([token.exit, token.stderr]).toEqual([3, expect.stringMatching(/session is damaged\n/)])
    const { exit, stderr } = await world.type('ls-auth logout --profile two')
    expect([exit, stderr]).toEqual([
      6,
      expect.stringMatching(/^Signed out of two\.\n {2}on this machine {3}deleted\n/),
    ])
    expect(await readdir(two as string)).not.toContain('session')
    expect((await world.type('ls-auth token --profile work')).exit).toBe(0)
  })
})
