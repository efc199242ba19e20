import { describe, expect, it } from 'vitest'
import type { Env, FileFacts, Files, Ports } from '../../../src/ports/ports.ts'
import { readPrivateText } from '../../../src/session/store/private-file.ts'
import { makePrivate, requirePrivate } from '../../../src/session/store/state-files.ts'
import { readKeyFile } from '../../../src/session/store/vaults.ts'
import { processEnv } from '../../../src/system/env.ts'
import { realFiles } from '../../../src/system/files/files.ts'
import { whyNotEntrusted, whyNotPrivate } from '../../../src/why-not-private.ts'
import { toldBy } from '../../told.ts'

const [MINE, THEIRS] = [1000, 1001]
const env: Env = { ...processEnv(), uid: MINE }
const windows: Env = { ...processEnv(), uid: undefined }
const file: FileFacts = { kind: 'file', mode: 0o600, uid: MINE, size: 65 }
const directory: FileFacts = { kind: 'directory', mode: 0o700, uid: MINE, size: 0 }

/** A file system in which every path has these facts, and which holds a good key. */
const filesWith = (facts: FileFacts | ((path: string) => FileFacts | undefined)): Files => ({
  ...realFiles,
  inspect: async (path) => (typeof facts === 'function' ? facts(path) : facts),
  read: async () => Buffer.from('0'.repeat(64)),
})

const BAD: readonly [string, Partial<FileFacts>, RegExp][] = [
  ['of another user', { uid: THEIRS }, /belongs to another user/],
  ['of root', { uid: 0 }, /belongs to another user/],
  ['that its group can read', { mode: 0o640 }, /can be read by others/],
  ['that all can read', { mode: 0o604 }, /can be read by others/],
  ['that its group can write', { mode: 0o620 }, /can be read by others/],
  ['that all can write', { mode: 0o602 }, /can be read by others/],
  ['that is a link', { kind: 'symlink' }, /is a symbolic link/],
  ['that is a directory', { kind: 'directory' }, /is not a file/],
]

describe('a file with a secret', () => {
  it.each(BAD)('%s is not used', async (_, facts, words) => {
    const bad = { ...file, ...facts }
    expect(whyNotPrivate('/f', bad, env)?.why).toMatch(words)
    await expect(readKeyFile('/f', filesWith(bad), env)).rejects.toThrow(words)
  })

  it('of the user alone is used, and so is any on Windows, where modes mean nothing', async () => {
    expect(whyNotPrivate('/f', file, env)).toBeUndefined()
    expect(await readKeyFile('/f', filesWith(file), env)).toHaveLength(32)
    expect(whyNotPrivate('/f', { ...file, uid: 0, mode: 0o666 }, windows)).toBeUndefined()
  })
})

it.each([
  [{ kind: 'symlink' as const }, 'Use the file itself.'],
  [{ kind: 'directory' as const }, 'Name a file.'],
  [{ uid: THEIRS }, 'Use a file of your own.'],
  [{ mode: 0o604 }, 'Run: chmod 600 /f'],
])('a file with %j tells the next step', (facts, hint) => {
  expect(whyNotPrivate('/f', { ...file, ...facts }, env)?.hint).toBe(hint)
})

describe('a file that is named to be read', () => {
  const ROOT = 0
  const roots = { ...file, uid: ROOT, mode: 0o440 }
  const link = (uid: number): FileFacts => ({ kind: 'symlink', mode: 0o777, uid, size: 9 })
  const named = (file: FileFacts | undefined, by?: FileFacts) => ({
    path: '/end',
    file,
    isLink: by !== undefined,
    links: by ? [{ path: '/link', uid: by.uid }] : [],
  })
  const why = (facts: FileFacts | undefined, by?: FileFacts, as = env) =>
    whyNotEntrusted(named(facts, by), as)?.why

  it.each<[string, FileFacts | undefined, FileFacts | undefined, string | undefined]>([
    ['mine', file, undefined, undefined],
    ['mine behind my link', file, link(MINE), undefined],
    ['mine behind a link of root', file, link(ROOT), undefined],
    [
      'mine behind a link of another user',
      file,
      link(THEIRS),
      "is behind another user's symbolic link: /link",
    ],
    ['mine that my group can read', { ...file, mode: 0o640 }, link(MINE), 'can be read by others'],
    ['mine that all can read', { ...file, mode: 0o604 }, link(ROOT), 'can be read by others'],
    ["root's that a group can read", roots, undefined, undefined],
    ["root's behind a link of root", roots, link(ROOT), undefined],
    ["root's behind my link", roots, link(MINE), undefined],
    [
      "root's behind a link of another user",
      roots,
      link(THEIRS),
      "is behind another user's symbolic link: /link",
    ],
    ["root's that all can read", { ...roots, mode: 0o444 }, link(ROOT), 'can be read by others'],
    ["root's that all can write", { ...roots, mode: 0o442 }, undefined, 'can be read by others'],
    ["root's that its group can write", { ...roots, mode: 0o460 }, link(ROOT), 'is writable by its group'],
    ['of another user', { ...file, uid: THEIRS }, undefined, 'belongs to another user'],
    ['of another user behind my link', { ...file, uid: THEIRS }, link(MINE), 'belongs to another user'],
    ['a directory of root', { ...roots, kind: 'directory' }, link(ROOT), 'is not a file'],
    ['nothing behind a link', undefined, link(MINE), 'is a broken symbolic link'],
  ])('%s', (_, facts, by, words) => {
    expect(why(facts, by)).toBe(words)
  })

  it('is not judged by its owner and mode where the system tells none, as Windows', () => {
    expect(why({ ...file, uid: THEIRS, mode: 0o666 }, link(THEIRS), windows)).toBeUndefined()
  })

  it('and that all can read tells the next step, also where chmod does not help', () => {
    const hint = (facts: FileFacts, by?: FileFacts) => whyNotEntrusted(named(facts, by), env)?.hint
    expect(hint({ ...file, mode: 0o644 })).toBe('Run: chmod 600 /end')
    expect(hint({ ...file, mode: 0o644 }, link(MINE))).toBe(
      'Run: chmod 600 /end (in Kubernetes: defaultMode: 0400 for the volume, without fsGroup).',
    )
    expect(hint({ ...roots, mode: 0o444 }, link(ROOT))).toBe(
      'Let at most its group read it: in Kubernetes by defaultMode: 0440 with fsGroup, in Docker by mode: 0440 with your gid.',
    )
  })
})

describe('a directory of the state', () => {
  const way = ['/state', '/state/sessions', '/state/sessions/one']
  it.each([
    ['of another user', { uid: THEIRS }, /belongs to another user/],
    ['that its group can write to', { mode: 0o770 }, /is writable by others/],
    ['that all can write to', { mode: 0o702 }, /is writable by others/],
    ['that is a link', { kind: 'symlink' as const }, /is not a plain directory/],
  ])('%s is refused, wherever it is on the way', async (_, facts, words) => {
    for (const bad of way) {
      const files = filesWith((path) => (path === bad ? { ...directory, ...facts } : directory))
      await expect(requirePrivate(way, files, env)).rejects.toThrow(words)
      await expect(requirePrivate(way, files, env)).rejects.toMatchObject({
        code: 'refused',
        // Only what is the user's own can be closed, and a link would close what it points to.
        hint:
          'mode' in facts
            ? `Run: chmod 700 ${bad}, or choose another XDG_STATE_HOME.`
            : 'Choose another XDG_STATE_HOME.',
      })
    }
  })

  it('that is missing is not made by sudo in the home directory of whoever typed it', async () => {
    const made: string[] = []
    const files: Files = {
      ...filesWith((path) => (made.includes(path) || path === '/' ? directory : undefined)),
      makeDirectory: async (path) => {
        made.push(path)
      },
    }
    const sudo = { ...env, uid: 0, variables: { SUDO_UID: String(MINE) } }
    expect(await toldBy(() => makePrivate(way, files, sudo))).toEqual([
      'refused: / belongs to another user',
      'Run it again without sudo.',
    ])
    expect(made).toEqual([])
    await makePrivate(way, files, env)
    expect(made).toEqual([way[2]])
  })
})

describe('the text of a file of the user', () => {
  const said = (facts: FileFacts | undefined, text?: string) => {
    const limits: (number | undefined)[] = []
    const files = {
      inspect: async () => {
        if (facts) return facts
        throw new Error('EIO')
      },
      async readForeign(_: string, most?: number) {
        limits.push(most)
        if (text === undefined) throw new Error('EIO')
        return Buffer.from(text)
      },
    } as unknown as Files
    const ports = { env, files: async () => files } as unknown as Ports
    return { limits, read: () => readPrivateText('/k', 'secret file', ports) }
  }

  it('is given without the space around it, and 64 KiB at most are read', async () => {
    const { limits, read } = said(file, ' s\u00e9cret \n')
    expect(await read()).toBe('s\u00e9cret')
    expect(limits).toEqual([65_536])
  })

  it('is not read where others can', async () => {
    const { limits, read } = said({ ...file, mode: 0o644 }, 'secret')
    expect((await toldBy(read)).slice(0, 2)).toEqual([
      'settings: the secret file /k can be read by others',
      'Run: chmod 600 /k',
    ])
    expect(limits).toEqual([])
  })

  it.each<[string, FileFacts | undefined, string | undefined]>([
    ['there is none', undefined, 'secret'],
    ['it cannot be read', file, undefined],
    ['it is empty', file, ' \n'],
  ])('%s: told', async (_, facts, text) => {
    expect((await toldBy(said(facts, text).read))[0]).toBe(
      'settings: the secret file /k cannot be read or is empty',
    )
  })
})
