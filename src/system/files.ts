import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import type { FileFacts, Files } from '../ports.ts'

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

  async readForeign(path, maxBytes) {
    try {
      const handle = await open(path, constants.O_RDONLY)
      try {
        return await readAtMost(handle, maxBytes)
      } finally {
        await handle.close()
      }
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

/** Room for the first read of what does not know its size. */
const FIRST_READ = 64 * 1024

/** A file in one read; pipes and devices, which have no size and may have no end, in reads that grow. */
async function readAtMost(handle: FileHandle, maxBytes: number): Promise<Buffer> {
  const { size } = await handle.stat()
  if (size > maxBytes) throw tooBig()
  // One byte more than it should have shows that this is the end.
  let buffer = Buffer.allocUnsafeSlow(Math.max(size, FIRST_READ) + 1)
  for (let filled = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, null)
    filled += bytesRead
    if (bytesRead === 0) return buffer.subarray(0, filled)
    if (filled > maxBytes) throw tooBig()
    if (filled < buffer.length) continue
    const larger = Buffer.allocUnsafeSlow(Math.min(buffer.length * 2, maxBytes + 1))
    buffer.copy(larger)
    buffer = larger
  }
}

function tooBig(): NodeJS.ErrnoException {
  return Object.assign(new Error('too large'), { code: 'EFBIG' })
}
