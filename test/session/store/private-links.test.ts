import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FileFacts, Ports } from '../../../src/ports/ports.ts'
import { readPrivateText } from '../../../src/session/store/private-file.ts'
import { processEnv } from '../../../src/system/env.ts'
import { realFiles } from '../../../src/system/files/files.ts'
import { toldBy } from '../../told.ts'
import { IS_POSIX } from '../../world/posix.ts'

/** A secret behind links, each of which somebody else may have made. */

const env = processEnv()
const THEIRS = (env.uid ?? 0) + 1

let place: string
beforeAll(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'ls-auth-links-')))
  await mkdir(join(place, '..2026', 'deep'), { recursive: true })
  for (const file of ['key', '..2026/key', '..2026/deep/key'])
    await writeFile(join(place, file), 'secret\n', { mode: 0o600 })
  const links = {
    link: 'key',
    chain: 'link',
    whole: join(place, 'link'),
    '..data': '..2026',
    volume: '..data/key',
    deep: '..data/deep',
    // The directory is that which the link leads to: `..2026`.
    up: 'deep/../key',
    dots: './/..2026/./key',
    loop: 'loop',
    none: 'nothing',
  }
  for (const [name, to] of Object.entries(links)) await symlink(to, join(place, name))
})
afterAll(() => rm(place, { recursive: true }))

/** `over`: what is there in place of what the disk has, by name. */
function read(name: string, over: Readonly<Record<string, Partial<FileFacts>>> = {}) {
  const inspect = async (path: string) => {
    const facts = await realFiles.inspect(path)
    return facts && { ...facts, ...over[path.slice(place.length + 1)] }
  }
  const ports = { env, files: async () => ({ ...realFiles, inspect }) } as unknown as Ports
  return readPrivateText(`${place}/${name}`, 'assertion key', ports)
}

describe.skipIf(!IS_POSIX)('a secret behind links', () => {
  it.each(['key', 'link', 'chain', 'whole', 'volume', '..data/key', 'deep/key', 'up', 'deep/../key', 'dots'])(
    '%s is read where all are mine',
    async (name) => {
      expect(await read(name)).toBe('secret')
    },
  )

  it.each([
    ['link', 'link'],
    ['chain', 'chain'],
    ['chain', 'link'],
    ['whole', 'link'],
    ['volume', '..data'],
    ['..data/key', '..data'],
    ['deep/key', '..data'],
    ['up', 'deep'],
    ['up', '..data'],
  ])('%s is not read where %s is of another user', async (name, theirs) => {
    expect(await toldBy(() => read(name, { [theirs]: { uid: THEIRS } }))).toEqual([
      `settings: the assertion key ${place}/${name} is behind another user's symbolic link: ${place}/${theirs}`,
      'Use the file itself.',
    ])
  })

  it.each(['chain', 'volume', 'deep/key'])('%s is read where the links are of root', async (name) => {
    const root = { uid: 0 }
    expect(await read(name, { chain: root, link: root, '..data': root, deep: root })).toBe('secret')
  })

  it('is read whoever owns the directories, as without links', async () => {
    expect(await read('volume', { '..2026': { uid: THEIRS } })).toBe('secret')
  })

  it.each(['none', 'loop'])('that leads to no file is told: %s', async (name) => {
    expect((await toldBy(() => read(name)))[0]).toBe(
      `settings: the assertion key ${place}/${name} is a broken symbolic link`,
    )
    expect((await toldBy(() => read(`${name}/key`)))[0]).toMatch(/cannot be read or is empty$/)
  })
})

describe.skipIf(!IS_POSIX)('a file that is replaced after it was looked at', () => {
  it.each([
    ['key', 'key'],
    ['volume', '..2026/key'],
  ])('is not read where others can read it: %s', async (name, file) => {
    await chmod(join(place, file), 0o644)
    expect((await toldBy(() => read(name, { [file]: { mode: 0o600 } })))[0]).toBe(
      `settings: the assertion key ${place}/${name} can be read by others`,
    )
    await chmod(join(place, file), 0o600)
    expect(await read(name)).toBe('secret')
  })

  it('is not read where it is a link', async () => {
    expect((await toldBy(() => read('link', { link: { kind: 'file', mode: 0o600 } })))[0]).toMatch(
      /cannot be read or is empty$/,
    )
  })
})
