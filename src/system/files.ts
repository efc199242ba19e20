import fs, { constants } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import type { FileFacts, Files } from '../ports.ts'

// The promises of `node:fs/promises` do the same, and cost a start the stream modules they come with.
const [open, close, fsync] = [promisify(fs.open), promisify(fs.close), promisify(fs.fsync)]
const [writeFile, rename] = [promisify(fs.writeFile), promisify(fs.rename)]
const [rm, mkdir] = [promisify(fs.rm), promisify(fs.mkdir)]
const stat = promisify(fs.stat)

const absent = (error: unknown): boolean => {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' || code === 'ENOTDIR'
}
// Windows has no O_NOFOLLOW.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0
// A pipe in the place of a file is not waited for.
const NO_WAIT = constants.O_NONBLOCK ?? 0

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
  // Reading waits: there is nothing else to do meanwhile, and four trips to another thread a file are a tenth of a run.
  async read(path) {
    return whenThere(fs.lstatSync, path, () =>
      withFile(path, constants.O_RDONLY | NO_FOLLOW | NO_WAIT, (file) => fs.readFileSync(file)),
    )
  },

  async readForeign(path, maxBytes) {
    return whenThere(fs.statSync, path, () =>
      withFile(path, constants.O_RDONLY, (file) => readAtMost(file, maxBytes)),
    )
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

  makeDirectory: makeDirectories,

  async list(path) {
    try {
      return fs.readdirSync(path)
    } catch (error) {
      if (absent(error)) return []
      throw error
    }
  },

  async inspect(path): Promise<FileFacts | undefined> {
    try {
      const stat = fs.lstatSync(path)
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

/** The look before spares a run without the file an exception, which takes as long as reading a file would. */
function whenThere<T>(stat: typeof fs.statSync, path: string, read: () => T): T | undefined {
  try {
    return stat(path, { throwIfNoEntry: false }) && read()
  } catch (error) {
    if (absent(error)) return undefined
    throw error
  }
}

function withFile<T>(path: string, flags: number, use: (file: number) => T): T {
  const file = fs.openSync(path, flags)
  try {
    return use(file)
  } finally {
    fs.closeSync(file)
  }
}

/** Room for the first read of what does not know its size. */
const FIRST_READ = 64 * 1024

/** A file in one read; pipes and devices, which have no size and may have no end, in reads that grow. */
function readAtMost(file: number, maxBytes: number): Buffer {
  const { size } = fs.fstatSync(file)
  if (size > maxBytes) throw tooBig()
  // One byte more than it should have shows that this is the end.
  let buffer = Buffer.allocUnsafeSlow(Math.max(size, FIRST_READ) + 1)
  for (let filled = 0; ; ) {
    const bytesRead = fs.readSync(file, buffer, filled, buffer.length - filled, null)
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
