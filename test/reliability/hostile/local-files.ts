import { execFileSync } from 'node:child_process'
import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  rename,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import type { Expected, Scenario } from './scenario.ts'
import type { Scene } from './scene.ts'

/** Where a session is on this machine. */
interface Paths {
  readonly home: string
  readonly state: string
  readonly sessions: string
  readonly session: string
  readonly file: string
  readonly key: string
}

export interface Tampering extends Expected {
  readonly does: string
  readonly sound?: true
  tamper(paths: Paths, scene: Scene): Promise<unknown>
  /** What must still hold of the machine. */
  after?(paths: Paths): Promise<string | undefined>
  /** The session is kept in a file, opened by a key file. */
  readonly keyFile?: true
  /** The command; a warm token when absent. */
  readonly line?: string
  /** Only root can give files away. */
  readonly root?: true
}

const CLOSED = { exit: [3, 6, 8, 10] } as const
export const linkTo = async (path: string, target: string) => {
  await rename(path, target)
  await symlink(target, path)
}
/** The header, a line of JSON, in other words; the rest stays. */
const header =
  (change: (header: Record<string, unknown>) => unknown) =>
  async ({ file }: Paths) => {
    const bytes = await readFile(file)
    const end = bytes.indexOf(0x0a)
    const changed = change(JSON.parse(bytes.subarray(0, end).toString()) as Record<string, unknown>)
    await writeFile(file, Buffer.concat([Buffer.from(JSON.stringify(changed)), bytes.subarray(end)]))
  }

const FILES: readonly Tampering[] = [
  { does: 'nothing', sound: true, exit: 0, tamper: async () => {} },
  { does: 'makes the state directory open to all', ...CLOSED, tamper: ({ state }) => chmod(state, 0o777) },
  {
    does: 'makes the directory of sessions open to all',
    ...CLOSED,
    tamper: ({ sessions }) => chmod(sessions, 0o777),
  },
  {
    does: 'makes the directory of the session open to all',
    ...CLOSED,
    tamper: ({ session }) => chmod(session, 0o777),
  },
  { does: 'makes the session file writable for all', ...CLOSED, tamper: ({ file }) => chmod(file, 0o666) },
  {
    does: 'owns the state directory',
    ...CLOSED,
    root: true,
    tamper: ({ state }) => chown(state, 1234, 1234),
  },
  { does: 'owns the session file', ...CLOSED, root: true, tamper: ({ file }) => chown(file, 1234, 1234) },
  {
    does: 'puts a link in place of the directory of sessions',
    ...CLOSED,
    tamper: ({ sessions, home }) => linkTo(sessions, join(home, 'elsewhere')),
  },
  {
    does: 'puts a link in place of the session',
    ...CLOSED,
    tamper: ({ session, home }) => linkTo(session, join(home, 'elsewhere')),
  },
  {
    does: 'puts a link in place of the session file',
    ...CLOSED,
    tamper: ({ file, home }) => linkTo(file, join(home, 'elsewhere')),
  },
  {
    does: 'puts a pipe in place of the session file',
    ...CLOSED,
    tamper: async ({ file }) => {
      await rename(file, `${file}.away`)
      execFileSync('mkfifo', ['-m', '600', file])
    },
  },
  {
    does: 'puts a directory in place of the session file',
    ...CLOSED,
    tamper: async ({ file }) => {
      await rename(file, `${file}.away`)
      await mkdir(file, 0o700)
    },
  },
  { does: 'empties the session file', exit: 3, tamper: ({ file }) => truncate(file, 0) },
  { does: 'cuts the session file', exit: [3, 8], tamper: ({ file }) => truncate(file, 300) },
  {
    does: 'flips a bit in the encrypted part',
    exit: [3, 8],
    tamper: async ({ file }) => {
      const bytes = await readFile(file)
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 40) ^ 1, bytes.length - 40)
      await writeFile(file, bytes)
    },
  },
  ...(
    [
      ['its API for another', (h) => ({ ...h, apis: { work: 'https://evil.example' } })],
      ['its issuer for another', (h) => ({ ...h, issuer: 'https://evil.example' })],
      ['its APIs for null', (h) => ({ ...h, apis: null })],
      ['its APIs for a list of numbers', (h) => ({ ...h, apis: { work: 7 } })],
      ['its id for a path', (h) => ({ ...h, sid: '../../../evil' })],
      ['its id for a number', (h) => ({ ...h, sid: 7 })],
      ['its store for one that is none', (h) => ({ ...h, store: 'evil' })],
      [
        'its store for the other',
        (h) => ({
          ...h,
          store: 'file',
          wrappedKey: 'AAAA',
          scrypt: { salt: 'AAAA', N: 2 ** 30, r: 8, p: 1 },
        }),
      ],
      ['itself for a list', () => []],
    ] as [string, (header: Record<string, unknown>) => unknown][]
  ).map(
    ([what, change]): Tampering => ({
      does: `changes, in the header of the session, ${what}`,
      exit: [3, 8, 10],
      tamper: header(change),
    }),
  ),
  { does: 'writes a header of a newer version', exit: 2, tamper: header((h) => ({ ...h, schema: 99 })) },
  {
    does: 'changes the key in the keychain',
    exit: [3, 8],
    tamper: async (_, { world }) => {
      for (const name of world.keychain.items.keys()) world.keychain.items.set(name, 'not a key')
    },
  },
  {
    does: 'takes the key out of the keychain',
    exit: [3, 8],
    tamper: async (_, { world }) => world.keychain.items.clear(),
  },
]

const RENEW = 'ls-auth token --min-ttl 50m'
/** At a renewal the lock is taken, and the session file replaced. */
const RENEWALS: readonly Tampering[] = [
  {
    does: 'nothing, and the session is renewed',
    sound: true,
    exit: 0,
    line: RENEW,
    tamper: async (_, scene) => scene.pass(3_000),
  },
  {
    does: 'lets the note of the lock lead to a file of the person',
    exit: [0, 6, 10],
    line: RENEW,
    tamper: (paths, scene) => victim(paths, scene, 'lock.holder'),
    after: unharmed,
  },
  {
    does: 'lets the lock lead to a file of the person',
    exit: [0, 6, 10],
    line: RENEW,
    tamper: (paths, scene) => victim(paths, scene, 'lock'),
    after: unharmed,
  },
]

async function victim({ session, home }: Paths, scene: Scene, name: string): Promise<void> {
  const found = (await readdir(session)).find((entry) => entry === name)
  await writeFile(join(home, 'precious'), 'precious')
  if (found) await rename(join(session, found), join(home, `${name}.away`))
  await symlink(join(home, 'precious'), join(session, name))
  scene.pass(3_000)
}
async function unharmed({ home }: Paths): Promise<string | undefined> {
  return (await readFile(join(home, 'precious'), 'utf8')) === 'precious'
    ? undefined
    : 'the file it led to was changed'
}

/** A session is there; somebody does something to its files; then a command is typed. */
export const scenarioOf =
  (family: string) =>
  ({ does, sound, tamper, after, keyFile, line, root, ...expected }: Tampering): Scenario => ({
    who: 'local user',
    family,
    does,
    ...(sound && { sound }),
    async play(scene) {
      const { world } = scene
      if (root && process.getuid?.() !== 0) return
      const key = join(world.home, 'ls-auth.key')
      await scene.type(`ls-auth login${keyFile ? ` --store file --store-key-file ${key}` : ''}`)
      const state = world.stateDirectory
      const sessions = join(state, 'sessions')
      const session = join(sessions, (await readdir(sessions))[0] as string)
      const paths = { home: world.home, state, sessions, session, file: join(session, 'session'), key }
      await tamper(paths, scene)
      const { exit, stdout } = await scene.meets(line ?? 'ls-auth token', expected)
      scene.must(exit === 0 || stdout === '', 'a token was printed')
      const harm = await after?.(paths)
      if (harm) scene.must(false, harm)
    },
  })

export const fileScenarios: readonly Scenario[] = [
  ...FILES.map(scenarioOf('files of a session')),
  ...RENEWALS.map(scenarioOf('files of a renewal')),
]
