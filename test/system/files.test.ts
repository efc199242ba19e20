import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { realFiles } from '../../src/system/files/files.ts'
import { needs } from '../world/needs.ts'
import { IS_POSIX } from '../world/posix.ts'
import { CAN_BE_SOMEBODY_ELSE } from '../world/somebody-else.ts'

let place: string
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'ls-auth-files-'))
})
afterAll(() => rm(place, { recursive: true }))

describe('a file named by the user', () => {
  test.each([0, 1, 65_536, 65_537, 300_000, 3_000_000, 16_777_215, 16_777_216, 33_333_333])(
    'of %i bytes is read whole',
    async (size) => {
      const path = join(place, `${size}`)
      const content = randomBytes(size)
      await writeFile(path, content)
      expect(content.equals((await realFiles.readForeign(path, size)) as Buffer)).toBe(true)
    },
  )

  test('of more bytes than are wanted is not read', async () => {
    const path = join(place, 'large')
    await writeFile(path, Buffer.alloc(11))
    await expect(realFiles.readForeign(path, 10)).rejects.toMatchObject({ code: 'EFBIG' })
  })

  test.skipIf(!needs({ files: ['/dev/zero'], packages: ['base-files'] }))(
    'without an end is given up',
    async () => {
      await expect(realFiles.readForeign('/dev/zero', 1_000_000)).rejects.toMatchObject({ code: 'EFBIG' })
      expect(await realFiles.readForeign('/dev/null', 10)).toHaveLength(0)
    },
  )

  test.skipIf(!needs({ files: ['/proc/self/status'], packages: ['mount'] }))(
    'that says it is empty and is not',
    async () => {
      expect(String(await realFiles.readForeign('/proc/self/status', 100_000))).toMatch(/^Name:/)
    },
  )
})

describe('a file that is made whole', () => {
  test('by several at once: one makes it, and nobody reads a part of it', async () => {
    for (let round = 0; round < 50; round++) {
      const path = join(place, `whole-${round}`)
      const texts = ['one', 'two', 'three', 'four', 'five'].map((text) => text.repeat(20))
      const found: (string | undefined)[] = []
      const results = await Promise.allSettled(
        texts.map(async (text) => {
          await realFiles.createWhole(path, Buffer.from(text)).finally(async () => {
            found.push((await realFiles.read(path))?.toString())
          })
          return text
        }),
      )
      const winners = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      expect(winners).toHaveLength(1)
      expect(new Set(found)).toEqual(new Set(winners))
    }
    expect((await realFiles.inspect(join(place, 'whole-0')))?.mode).toBe(0o600)
    expect((await readdir(place)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('that cannot be written leaves nothing behind', async () => {
    const directory = join(place, 'nothing')
    await mkdir(directory)
    const unwritable = 5 as unknown as Uint8Array
    await expect(realFiles.createWhole(join(directory, 'key'), unwritable)).rejects.toThrow()
    expect(await readdir(directory)).toEqual([])
  })
})

describe.skipIf(!IS_POSIX)('a file of our own', () => {
  const modeOf = async (path: string) => (await realFiles.inspect(path))?.mode
  /** A place of its own, with a file that somebody else wants to be written or read. */
  async function target() {
    const path = await mkdtemp(join(place, 'own-'))
    await writeFile(join(path, 'target'), 'theirs')
    return { path, file: join(path, 'file'), read: () => readFile(join(path, 'target'), 'utf8') }
  }
  afterEach(() => void vi.restoreAllMocks())

  test('is not read through a link', async () => {
    const { file } = await target()
    await symlink('target', file)
    await expect(realFiles.read(file)).rejects.toMatchObject({ code: 'ELOOP' })
  })

  test.each(['file', 'link', 'broken link'])('is not made where there is a %s', async (kind) => {
    const { path, file, read } = await target()
    if (kind === 'file') await writeFile(file, 'theirs')
    else await symlink(kind === 'link' ? 'target' : 'nowhere', file)
    await expect(realFiles.create(file, Buffer.from('mine'))).rejects.toMatchObject({ code: 'EEXIST' })
    expect(await read()).toBe('theirs')
    expect((await readdir(path)).sort()).toEqual(['file', 'target'])
    if (kind === 'file') expect(await readFile(file, 'utf8')).toBe('theirs')
  })

  test.each([0o777, 0o377, 0o277, 0])(
    'can be read and written by its owner alone, under umask %o',
    async (umask) => {
      const { path } = await target()
      const before = process.umask(umask)
      try {
        await realFiles.create(join(path, 'created'), Buffer.from('x'))
        await realFiles.createWhole(join(path, 'whole'), Buffer.from('x'))
        await realFiles.append(join(path, 'appended'), Buffer.from('x'))
        await realFiles.append(join(path, 'behind'), Buffer.from('x'), true)
      } finally {
        process.umask(before)
      }
      for (const name of ['created', 'whole', 'appended', 'behind'])
        expect([name, await modeOf(join(path, name))]).toEqual([name, 0o600])
    },
  )

  test.each([false, true])(
    'that others may read is closed to them when it grows (background: %s)',
    async (behind) => {
      const { file } = await target()
      await writeFile(file, '1')
      await chmod(file, 0o666)
      expect(await realFiles.append(file, Buffer.from('2'), behind)).toBe(2)
      expect(await modeOf(file)).toBe(0o600)
    },
  )

  const [ME, OTHER, ROOT] = [12_345, 12_346, 0]
  test.skipIf(!CAN_BE_SOMEBODY_ELSE).each([
    ['mine', 'mine', ME, ME, true],
    ['root’s', 'mine', ROOT, ME, true],
    ['of another user', 'mine', OTHER, ME, false],
    ['of another user', 'missing', OTHER, undefined, false],
    ['mine', 'of another user', ME, OTHER, false],
    ['mine', 'root’s', ME, ROOT, false],
  ])('a directory that is %s, and a file that is %s', async (_, __, directoryOf, fileOf, grows) => {
    for (const behind of [false, true]) {
      const { path, file } = await target()
      if (fileOf !== undefined) await writeFile(file, '1')
      if (fileOf !== undefined) await chown(file, fileOf, fileOf)
      await chown(path, directoryOf, directoryOf)
      vi.spyOn(process, 'geteuid').mockReturnValue(ME)
      const growing = realFiles.append(file, Buffer.from('2'), behind)
      if (grows) expect(await growing).toBe(2)
      else await expect(growing).rejects.toMatchObject({ code: 'EPERM' })
      expect((await readdir(path)).length).toBe(fileOf === undefined ? 1 : 2)
    }
  })
})

describe('a file that grows by whole records', () => {
  const text = async (path: string) => (await realFiles.readForeign(path, 1e6))?.toString()

  test('is made for its owner alone, appended to, cut, and read in pieces', async () => {
    const path = join(place, 'growing')
    const file = await realFiles.openGrowing(path)
    expect((await realFiles.inspect(path))?.mode).toBe(0o600)
    file.append(Buffer.from('one\ntwo\nthr'))
    expect(file.size).toBe(11)
    expect(file.read(4, 3).toString()).toBe('two')
    expect(file.read(8, 100).toString()).toBe('thr')
    file.cut(8)
    file.append(Buffer.from('three\n'))
    expect(file.size).toBe(14)
    await file.close()
    expect(await text(path)).toBe('one\ntwo\nthree\n')
  })

  test('is written by one process at a time', async () => {
    const path = join(place, 'locked')
    const file = await realFiles.openGrowing(path)
    await expect(realFiles.openGrowing(path)).rejects.toMatchObject({ code: 'EBUSY' })
    await file.close()
    await (await realFiles.openGrowing(path)).close()
  })
})
