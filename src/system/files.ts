import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { FileFacts, Files } from '../ports.ts'

const absent = (error: unknown): boolean => {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' || code === 'ENOTDIR'
}
// Windows has no O_NOFOLLOW.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0

/**
 * Step by step and not by `recursive`: where a directory is there but takes no children (/proc answers ENOENT), Node's
 * own recursion goes round for ever.
 */
async function makeDirectories(path: string): Promise<void> {
  try {
    await makeOne(path)
  } catch (error) {
    const parent = dirname(path)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error
    await makeDirectories(parent)
    await makeOne(path)
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    const there = (error as NodeJS.ErrnoException).code === 'EEXIST'
    if (!there || !(await stat(path)).isDirectory()) throw error
  }
}

/** The file system, with the few operations that survive a crash: create, flush, rename. */
export const realFiles: Files = {
  async read(path) {
    try {
      const handle = await open(path, constants.O_RDONLY | NO_FOLLOW)
      try {
        return await handle.readFile()
      } finally {
        await handle.close()
      }
    } catch (error) {
      if (absent(error)) return undefined
      throw error
    }
  },

  async readForeign(path) {
    try {
      return await readFile(path)
    } catch (error) {
      if (absent(error)) return undefined
      throw error
    }
  },

  async create(path, bytes) {
    const handle = await open(
      path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW,
      0o600,
    )
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
  },

  rename: (from, to) => rename(from, to),

  async syncDirectory(path) {
    if (process.platform === 'win32') return
    const handle = await open(path, constants.O_RDONLY)
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },

  remove: (path) => rm(path, { force: true }),

  makeDirectory: makeDirectories,

  async list(path) {
    try {
      return await readdir(path)
    } catch (error) {
      if (absent(error)) return []
      throw error
    }
  },

  async inspect(path): Promise<FileFacts | undefined> {
    try {
      const stat = await lstat(path)
      const kind = stat.isFile()
        ? 'file'
        : stat.isDirectory()
          ? 'directory'
          : stat.isSymbolicLink()
            ? 'symlink'
            : 'other'
      return { kind, mode: stat.mode & 0o777, uid: stat.uid, size: stat.size }
    } catch (error) {
      if (absent(error)) return undefined
      throw error
    }
  },
}
