import { execFileSync } from 'node:child_process'
import { chmod, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

let provider: Provider
let world: World
let keyFile: string
beforeAll(async () => {
  provider = await startProvider({ accessTokenSeconds: 600 })
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
  keyFile = join(world.home, 'keys', 'ls-auth.key')
})
afterEach(() => world.close())

const login = (flags: string) =>
  world.type(
    `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --store file ${flags}`,
  )
const token = () => world.type('ls-auth token')

/** Every byte below a directory. */
async function everything(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return (
    await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')))
  ).join('\n')
}

describe('a key file', () => {
  beforeEach(async () => {
    expect((await login(`--store-key-file ${keyFile}`)).exit).toBe(0)
  })

  it('is made 0600, opens the session, survives renewals, and needs no keychain', async () => {
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
    expect(await readFile(keyFile, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
    for (let turn = 0; turn < 3; turn++) {
      world.clockOffset += 11 * 60_000
      expect((await token()).exit).toBe(0)
    }
    expect(world.keychain.calls).toEqual([])
    const bytes = await everything(world.home)
    for (const secret of provider.secrets) expect(bytes).not.toContain(secret)
  })

  it.each([
    ['LS_AUTH_STORE_KEY_FILE', 'ls-auth token'],
    ['--store-key-file', 'ls-auth logout --store-key-file FILE'],
    ['store_key_file', 'ls-auth token'],
  ])('that does not exist: the hint names where it was named, %s', async (named, line) => {
    const gone = join(world.home, 'gone.key')
    if (named === 'store_key_file') await rm(keyFile)
    if (named.startsWith('LS_')) world.variables[named] = gone
    // Of a sign-in that no profile knows the key file of.
    if (named.startsWith('--'))
      await world.editConfig((text) => text.replace(/store_key_file = .*/, 'store_key_file = "/nowhere.key"'))
    const { exit, stderr } = await world.type(line.replace('FILE', gone))
    delete world.variables.LS_AUTH_STORE_KEY_FILE
    expect([exit, stderr]).toEqual([
      named.startsWith('--') ? 6 : 8,
      expect.stringContaining('does not exist'),
    ])
    // A sign-out deletes what the key file would open.
    if (!named.startsWith('--'))
      expect(stderr).toContain(`Point ${named} at the key file this session was stored with`)
    for (const other of ['LS_AUTH_STORE_KEY_FILE', '--store-key-file', 'store_key_file'])
      if (other !== named) expect(stderr).not.toContain(`Point ${other} at`)
  })

  it.each([
    ['another key', async () => writeFile(keyFile, `${'0'.repeat(64)}\n`), /does not open this session/],
    ['a truncated key', async () => writeFile(keyFile, 'abc'), /64 hex characters/],
    ['a key others can read', async () => chmod(keyFile, 0o644), /can be read by others/],
    [
      'a symbolic link',
      async () => {
        await rename(keyFile, `${keyFile}.real`)
        await symlink(`${keyFile}.real`, keyFile)
      },
      /symbolic link/,
    ],
    ['no key', async () => rename(keyFile, `${keyFile}.gone`), /does not exist/],
  ])('%s: refused with the reason, exit 8, nothing overwritten', async (_, change, words) => {
    await change()
    const before = await everything(world.home)
    const outcome = await token()
    expect(outcome.exit).toBe(8)
    expect(outcome.stderr).toMatch(words)
    expect(await everything(world.home)).toBe(before)
  })

  it.each([
    [
      'a bit of the ciphertext',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) as number) ^ 1])]),
    ],
    [
      'the API origin in the header',
      (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace('"apis"', '"Apis"'), 'latin1'),
    ],
    ['its end', (bytes: Buffer) => bytes.subarray(0, bytes.length - 20)],
  ])('a session file with %s changed is refused and left as it is', async (_, change) => {
    const [name] = await readdir(join(world.stateDirectory, 'sessions'))
    const path = join(world.stateDirectory, 'sessions', name as string, 'session')
    const tampered = change(await readFile(path))
    await writeFile(path, tampered)
    expect((await token()).exit).toBe(3)
    expect((await readFile(path)).equals(tampered)).toBe(true)
  })
})

it('a key file in a plain file: nobody is signed in with a key that is kept nowhere', async () => {
  const plain = join(world.home, 'plain')
  await writeFile(plain, 'hi\n')
  const { exit, stderr } = await login(`--store-key-file ${join(plain, 'k')}`)
  expect({ exit, stderr }).toEqual({
    exit: 6,
    stderr: expect.stringMatching(/cannot write the key file \S+k \(EEXIST\)\n.*Choose another place/),
  })
  expect(await readFile(plain, 'utf8')).toBe('hi\n')
  expect((await world.type('ls-auth logout --all')).stderr).toBe('This machine has no sign-ins.\n')
})

describe('a passphrase', () => {
  it('is asked for without being stored, opens the session once per command, and a wrong one is refused', async () => {
    world.stdin = ['correct horse battery', 'correct horse battery']
    expect((await login('')).exit).toBe(0)
    expect(await everything(world.home)).not.toContain('correct horse')
    world.stdin = ['correct horse battery']
    world.clockOffset = 11 * 60_000
    expect((await token()).exit).toBe(0)
    world.stdin = ['wrong passphrase']
    const wrong = await token()
    expect(wrong.exit).toBe(8)
    expect(wrong.stderr).toContain('does not open this session')
  })

  it('cannot be asked for in a script: exit 8 with the way out; too short or mistyped: exit 2, before any browser', async () => {
    const alone = await login('')
    expect(alone.exit).toBe(8)
    expect(alone.stderr).toContain('--store-key-file')
    world.stdin = ['short']
    expect((await login('')).exit).toBe(2)
    world.stdin = ['long enough one', 'long enough two']
    expect((await login('')).exit).toBe(2)
    expect(world.opened).toEqual([])
  })
})

describe('the state directory', () => {
  const sessions = () => join(world.stateDirectory, 'sessions')
  const ownDirectory = async () => join(sessions(), (await readdir(sessions()))[0] as string)

  it.each(['null', '{"work":7}', '{"work":{}}', '[]'])(
    'a session file whose apis are %s is refused and left as it is',
    async (apis) => {
      await login(`--store-key-file ${keyFile}`)
      const path = join(await ownDirectory(), 'session')
      const text = await readFile(path, 'latin1')
      await writeFile(path, text.replace(/"apis":\{[^}]*\}/, `"apis":${apis}`), 'latin1')
      expect(await token()).toMatchObject({ exit: 3, stderr: expect.stringContaining('is damaged') })
      expect(await readFile(path, 'latin1')).toContain(`"apis":${apis}`)
    },
  )

  it('a session file that others can write to is refused as well', async () => {
    await login(`--store-key-file ${keyFile}`)
    const path = join(await ownDirectory(), 'session')
    await chmod(path, 0o666)
    const { exit, stdout, stderr } = await token()
    expect({ exit, stdout }).toEqual({ exit: 10, stdout: '' })
    expect(stderr).toContain(`${path} is writable by others\nhint: Run: chmod 600 ${path}`)
    await chmod(path, 0o600)
    expect((await token()).exit).toBe(0)
  })

  it.each([
    ['itself', async () => world.stateDirectory],
    ['the directory of all sessions', async () => sessions()],
    ['the directory of the session', ownDirectory],
  ])('that others can write to is refused, with a fresh token in it, too: exit 10 (%s)', async (_, which) => {
    await login(`--store-key-file ${keyFile}`)
    const path = await which()
    for (const age of [0, 11 * 60_000]) {
      world.clockOffset = age
      await chmod(path, 0o777)
      const { exit, stdout, stderr } = await token()
      expect({ exit, stdout }).toEqual({ exit: 10, stdout: '' })
      expect(stderr).toContain(`${path} is writable by others\nhint: Run: chmod 700 ${path}`)
      await chmod(path, 0o700)
    }
    expect((await token()).exit).toBe(0)
  })

  it.each([
    ['itself', async () => world.stateDirectory],
    ['the directory of all sessions', async () => sessions()],
    ['the directory of the session', ownDirectory],
  ])('that others can write to decides nothing about the sessions in it: exit 10 (%s)', async (_, which) => {
    await login(`--store-key-file ${keyFile}`)
    const path = await which()
    await chmod(path, 0o777)
    const problem = `error: ${path} is writable by others\nhint: Run: chmod 700 ${path}`
    // Both look into every session: the first whether this profile has signed in as another client.
    await world.editConfig((text) => text.replace(/client_id = .*/, 'client_id = "another"'))
    for (const line of ['ls-auth token', 'ls-auth logout --all']) {
      const { exit, stderr } = await world.type(line)
      expect({ line, exit, stderr }).toEqual({ line, exit: 10, stderr: expect.stringContaining(problem) })
    }
    await chmod(path, 0o700)
    expect(provider.liveRefreshTokens()).toBeGreaterThan(0)
    await writeFile(join(sessions(), '.DS_Store'), '')
    expect((await world.type('ls-auth logout --all')).exit).toBe(0)
  })

  it.each([
    ['the directory of all sessions', async () => sessions()],
    ['the directory of the session', ownDirectory],
  ])('is not followed where %s is a link: exit 10', async (_, which) => {
    await login(`--store-key-file ${keyFile}`)
    const path = await which()
    await rename(path, join(world.home, 'elsewhere'))
    await symlink(join(world.home, 'elsewhere'), path)
    const { exit, stderr } = await token()
    expect(exit).toBe(10)
    expect(stderr).toContain('is not a plain directory')
  })

  it('has a note beside the lock that goes through no link, and waits for no pipe', async () => {
    await login(`--store-key-file ${keyFile}`)
    const [note, precious] = [join(await ownDirectory(), 'lock.holder'), join(world.home, 'precious')]
    await writeFile(precious, 'kept')
    await rm(note)
    await symlink(precious, note)
    world.clockOffset = 11 * 60_000
    expect((await token()).exit).toBe(0)
    expect(await readFile(precious, 'utf8')).toBe('kept')
    await rm(note)
    execFileSync('mkfifo', [note])
    world.clockOffset = 22 * 60_000
    expect((await token()).exit).toBe(0)
  })

  it('logout --all ends every sign-in, also of profiles that are gone', async () => {
    await login(`--store-key-file ${keyFile}`)
    await world.type(
      `ls-auth login --profile second --account two --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0`,
    )
    await world.editConfig((text) => text.slice(0, text.indexOf('[profiles.second]')))
    const outcome = await world.type('ls-auth logout --all')
    expect(outcome.stderr.match(/Signed out of/g)).toHaveLength(2)
    expect(outcome.exit).toBe(0)
    expect(world.keychain.items.size).toBe(0)
    expect((await world.type('ls-auth logout --all')).stderr).toBe('This machine has no sign-ins.\n')
  })
})
