import fs, { constants } from 'node:fs'
import { promisify } from 'node:util'
import type { FileFacts, Files } from '../ports.ts'

// The promises of `node:fs/promises` do the same, and cost a start the stream modules they come with.
const [open, close, fsync] = [promisify(fs.open), promisify(fs.close), promisify(fs.fsync)]
const [readFile, writeFile, rename] = [promisify(fs.readFile), promisify(fs.writeFile), promisify(fs.rename)]
const [rm, mkdir, readdir, lstat] = [
  promisify(fs.rm),
  promisify(fs.mkdir),
  promisify(fs.readdir),
  promisify(fs.lstat),
]

const absent = (error: unknown): boolean => {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' || code === 'ENOTDIR'
}
// Windows has no O_NOFOLLOW.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0

/** The file system, with the few operations that survive a crash: create, flush, rename. */
export const realFiles: Files = {
  async read(path) {
    try {
      const file = await open(path, constants.O_RDONLY | NO_FOLLOW)
      try {
        return await readFile(file)
      } finally {
        await close(file)
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
    const file = await open(
      path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW,
      0o600,
    )
    try {
      await writeFile(file, bytes)
      await fsync(file)
    } finally {
      await close(file)
    }
  },

  rename: (from, to) => rename(from, to),

  async syncDirectory(path) {
    if (process.platform === 'win32') return
    const directory = await open(path, constants.O_RDONLY)
    try {
      await fsync(directory)
    } finally {
      await close(directory)
    }
  },

  remove: (path) => rm(path, { force: true }),

  async makeDirectory(path) {
    await mkdir(path, { recursive: true, mode: 0o700 })
  },

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
