import fs, { constants } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import { errorCode } from '../../errors.ts'
import type { FileFacts, Files, GrowingFile } from '../../ports/ports.ts'
import { lockOpenFile } from './lock.ts'

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code })

/** Opens a file to append records to; see {@link Files.openGrowing}. It stays locked while it is open. */
function openGrowing(path: string): GrowingFile {
  // O_NONBLOCK: a pipe without a reader must not hold up its refusal.
  const flags = constants.O_RDWR | constants.O_CREAT | appending() | (constants.O_NONBLOCK ?? 0)
  const file = fs.openSync(path, flags, 0o600)
  try {
    if (!fs.fstatSync(file).isFile()) throw failure('EINVAL', 'not a plain file')
    if (!lockOpenFile(file)) throw failure('EBUSY', 'another process is writing it')
    // Its size now: before the lock was free another process may have written.
    return growing(file, fs.fstatSync(file).size)
  } catch (error) {
    fs.closeSync(file)
    throw error
  }
}

/** Windows cuts no file that is open with O_APPEND (EPERM, nodejs/node#3177), but its lock keeps others away from the end. */
const appending = (): number => (process.platform === 'win32' ? 0 : constants.O_APPEND)

function growing(file: number, sizeAtOpen: number): GrowingFile {
  let size = sizeAtOpen
  const cut = (to: number) => {
    fs.ftruncateSync(file, to)
    size = to
  }
  return {
    get size() {
      return size
    },
    read(position, length) {
      const buffer = Buffer.allocUnsafe(length)
      let filled = 0
      while (filled < length) {
        const bytes = fs.readSync(file, buffer, filled, length - filled, position + filled)
        if (bytes === 0) break
        filled += bytes
      }
      return buffer.subarray(0, filled)
    },
    cut,
    append(bytes) {
      const before = size
      try {
        // With O_APPEND it goes to the end, wherever another program has moved that.
        const place = appending() === 0 ? before : null
        const written = fs.writeSync(file, bytes, 0, bytes.length, place)
        if (written < bytes.length) throw failure('ENOSPC', 'only a part was written')
        size += bytes.length
      } catch (error) {
        try {
          cut(before)
        } catch {
          // The next run cuts it.
        }
        throw error
      }
    },
    async close() {
      try {
        fs.fsyncSync(file)
      } finally {
        fs.closeSync(file)
      }
    },
  }
}

// Not `node:fs/promises`, which loads Node's stream modules.
const [open, close, fsync] = [promisify(fs.open), promisify(fs.close), promisify(fs.fsync)]
const [writeFile, write] = [promisify(fs.writeFile), promisify(fs.write)]
// Looked up at each call, for the tests.
const rename = (from: string, to: string) => promisify(fs.rename)(from, to)
const [rm, mkdir, link] = [promisify(fs.rm), promisify(fs.mkdir), promisify(fs.link)]
const [stat, fstat, fchmod] = [promisify(fs.stat), promisify(fs.fstat), promisify(fs.fchmod)]

const isAbsent = (error: unknown): boolean => {
  const code = errorCode(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}
// Windows has no O_NOFOLLOW.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0
// Opening a pipe that lies in place of a file must not block.
const NO_WAIT = constants.O_NONBLOCK ?? 0

/**
 * One directory after the other, without `recursive`: where a directory exists but can have no children (/proc answers
 * ENOENT), Node's own recursion never ends.
 */
async function makeDirectories(path: string): Promise<void> {
  try {
    await makeOne(path)
  } catch (error) {
    const parent = dirname(path)
    if (errorCode(error) !== 'ENOENT' || parent === path) throw error
    await makeDirectories(parent)
    await makeOne(path)
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    const there = errorCode(error) === 'EEXIST'
    if (!there || !(await stat(path)).isDirectory()) throw error
  }
}

const APPENDING = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | NO_FOLLOW | NO_WAIT

function plainFile(facts: fs.Stats): fs.Stats {
  if (facts.isFile()) return facts
  throw Object.assign(new Error('not a plain file'), { code: 'EINVAL' })
}

/** A disk that becomes full takes a part of a write, without an error. */
function whole(written: number, bytes: Uint8Array): number {
  if (written === bytes.length) return written
  throw Object.assign(new Error('only a part was written'), { code: 'ENOSPC' })
}

const ROOT = 0

/** Whoever owns a file, or its directory, could read along or take it away. Root may write for others, and reads all. */
function requireOwner({ uid }: fs.Stats, ...owners: readonly number[]): void {
  const own = process.geteuid?.()
  if (!own || uid === own || owners.includes(uid)) return
  throw Object.assign(new Error('of another user'), { code: 'EPERM' })
}

/** Whether an open file of ours, to be appended to, has another mode than it should: made so by a umask, or by a person. */
function isOpenToOthers(facts: fs.Stats): boolean {
  requireOwner(plainFile(facts))
  return process.platform !== 'win32' && (facts.mode & 0o777) !== 0o600
}

async function appendInBackground(path: string, bytes: Uint8Array): Promise<number> {
  requireOwner(await stat(dirname(path)), ROOT)
  const file = await open(path, APPENDING, 0o600)
  try {
    const facts = await fstat(file)
    const { size } = facts
    if (isOpenToOthers(facts)) await fchmod(file, 0o600).catch(() => {})
    return size + whole((await write(file, bytes)).bytesWritten, bytes)
  } finally {
    await close(file)
  }
}

/** The file system: the few operations that crash-safe writes are made of (create, flush, rename), and reads. */
export const realFiles: Files = {
  // Reads are synchronous but for large ones: the asynchronous form takes four trips to another thread.
  async read(path) {
    return ifExists(fs.lstatSync, path, () =>
      withFile(path, constants.O_RDONLY | NO_FOLLOW | NO_WAIT, async (file) => fs.readFileSync(file)),
    )
  },

  async readForeign(path, maxBytes, plainOnly = false, judge) {
    const flags = constants.O_RDONLY | (plainOnly ? NO_WAIT : 0) | (judge ? NO_FOLLOW : 0)
    return ifExists(fs.statSync, path, () =>
      withFile(path, flags, async (file) => {
        if (plainOnly) plainFile(fs.fstatSync(file))
        judge?.(factsOf(fs.fstatSync(file)))
        return readAtMost(file, maxBytes)
      }),
    )
  },

  async create(path, bytes) {
    const file = await open(
      path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW,
      0o600,
    )
    try {
      // The umask may have taken the owner's own bits. Some file systems have no modes.
      await fchmod(file, 0o600).catch(() => {})
      await writeFile(file, bytes)
      await fsync(file)
    } finally {
      await close(file)
    }
  },

  async createWhole(path, bytes) {
    const temporary = `${path}.${crypto.randomUUID()}.tmp`
    try {
      await realFiles.create(temporary, bytes)
      // Not `rename`, which replaces an existing file.
      await link(temporary, path)
    } catch (error) {
      if (!NO_LINKS.has(errorCode(error) ?? '')) throw error
      await realFiles.create(path, bytes)
    } finally {
      await realFiles.remove(temporary).catch(() => {})
    }
  },

  async append(path, bytes, inBackground = false) {
    if (inBackground) return appendInBackground(path, bytes)
    requireOwner(fs.statSync(dirname(path)), ROOT)
    const file = fs.openSync(path, APPENDING, 0o600)
    try {
      const facts = fs.fstatSync(file)
      const { size } = facts
      if (isOpenToOthers(facts)) await fchmod(file, 0o600).catch(() => {})
      return size + whole(fs.writeSync(file, bytes), bytes)
    } finally {
      fs.closeSync(file)
    }
  },

  openGrowing: async (path) => openGrowing(path),

  async rename(from, to, once = false) {
    if (once || process.platform !== 'win32') return rename(from, to)
    await renamePatiently(from, to)
  },

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

  removeTree: (path) => rm(path, { force: true, recursive: true }),

  makeDirectory: makeDirectories,

  async list(path) {
    try {
      return fs.readdirSync(path)
    } catch (error) {
      if (isAbsent(error)) return []
      throw error
    }
  },

  async endOfLinks(path) {
    let end = path
    for (let left = MOST_LINKS; left > 0; left--) {
      if ((await realFiles.inspect(end))?.kind !== 'symlink') return end
      const to = fs.readlinkSync(end)
      // A link is read from the directory that it really is in; so is each ".." in it, which `join` would take away.
      const whole = isAbsolute(to) ? to : `${fs.realpathSync(dirname(end))}/${to}`
      end = join(fs.realpathSync(dirname(whole)), basename(whole))
    }
    throw Object.assign(new Error('too many links'), { code: 'ELOOP' })
  },

  readLink: async (path) => fs.readlinkSync(path),

  async inspect(path) {
    try {
      return factsOf(fs.lstatSync(path))
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  },
}

function factsOf(stat: fs.Stats): FileFacts {
  const kind = kindOf(stat)
  const sticky = kind === 'directory' && (stat.mode & 0o1000) !== 0 && { sticky: true as const }
  return { kind, mode: stat.mode & 0o777, uid: stat.uid, size: stat.size, ...sticky }
}

function kindOf(stat: fs.Stats): FileFacts['kind'] {
  if (stat.isFile()) return 'file'
  if (stat.isDirectory()) return 'directory'
  if (stat.isSymbolicLink()) return 'symlink'
  return stat.isSocket() ? 'socket' : 'other'
}

/** What `link` says where the file system has no hard links, as that of a USB stick. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

/** As many as the kernel follows. */
const MOST_LINKS = 40

/** Looks before it opens: without the file that is cheaper than an exception. */
async function ifExists<T>(
  stat: typeof fs.statSync,
  path: string,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return stat(path, { throwIfNoEntry: false }) && (await read())
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

async function withFile<T>(path: string, flags: number, use: (file: number) => Promise<T>): Promise<T> {
  const file = fs.openSync(path, flags)
  try {
    return await use(file)
  } finally {
    fs.closeSync(file)
  }
}

/** A scanner or an indexer holds a new file for less than a second mostly; some send it away first, to have it judged. */
const LONGEST_WAIT_MILLISECONDS = 10_000
const FIRST_PAUSE_MILLISECONDS = 10
const LONGEST_PAUSE_MILLISECONDS = 100

/** What Windows says while another program has one of the two files open (ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION). */
const HELD = new Set(['EPERM', 'EACCES', 'EBUSY'])

/**
 * `rename` for Windows, which refuses it while another program has one of the files open without sharing it, as virus scanners
 * do. It retries for 10 seconds, and throws the last error of the file system, at once where waiting does not help.
 */
async function renamePatiently(from: string, to: string): Promise<void> {
  const end = performance.now() + LONGEST_WAIT_MILLISECONDS
  for (let pause = FIRST_PAUSE_MILLISECONDS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS)) {
    try {
      return await promisify(fs.rename)(from, to)
    } catch (error) {
      const code = errorCode(error) ?? ''
      if (!HELD.has(code) || performance.now() >= end || isNeverReplaced(to)) throw error
    }
    await new Promise((done) => setTimeout(done, pause))
  }
}

/** A directory, and a file with the attribute "read-only": the same codes, but waiting doesn't help. */
function isNeverReplaced(path: string): boolean {
  try {
    const facts = fs.lstatSync(path, { throwIfNoEntry: false })
    return facts !== undefined && (!facts.isFile() || (facts.mode & 0o200) === 0)
  } catch {
    // It is being deleted, or held, so that looking fails.
    return false
  }
}

const readPart = promisify(fs.read)

/** The first buffer for a pipe or device, which has no size. */
const FIRST_READ = 64 * 1024

/**
 * Reads an open file at once; pipes and devices, which have no size and may have no end, with a buffer that grows. Throws
 * EFBIG beyond `maxBytes`.
 */
async function readAtMost(file: number, maxBytes: number): Promise<Buffer> {
  const facts = fs.fstatSync(file)
  const { size } = facts
  if (size > maxBytes) throw tooBig()
  // One spare byte, so that the next read finds the end of the file.
  let buffer = Buffer.allocUnsafeSlow(Math.max(size, FIRST_READ) + 1)
  for (let filled = 0; ; ) {
    const bytesRead = await readInto(buffer, filled, file, facts.isFile())
    filled += bytesRead
    if (bytesRead === 0) return buffer.subarray(0, filled)
    if (filled > maxBytes) throw tooBig()
    if (filled < buffer.length) continue
    const larger = Buffer.allocUnsafeSlow(Math.min(buffer.length * 2, maxBytes + 1))
    buffer.copy(larger)
    buffer = larger
  }
}

/** From here on another thread reads, in bytes: 10 MB take 6 ms, in which a program is loaded that needs them. */
const LARGE = 1024 * 1024
/** From here on two threads read a half each: 117 MB take 88 ms instead of 140, most of it for the memory. */
const HUGE = 16 * LARGE

/** Fills the buffer from `start` on, as far as the file gives at once. A pipe has no positions. */
async function readInto(buffer: Buffer, start: number, file: number, isPlain: boolean): Promise<number> {
  const room = buffer.length - start
  const position = isPlain ? start : null
  if (room < LARGE) return fs.readSync(file, buffer, start, room, position)
  if (room < HUGE || !isPlain) return (await readPart(file, buffer, start, room, position)).bytesRead
  const half = Math.floor(room / 2)
  const [first, second] = await Promise.all([
    readPart(file, buffer, start, half, start),
    readPart(file, buffer, start + half, room - half, start + half),
  ])
  return first.bytesRead < half ? first.bytesRead : half + second.bytesRead
}

function tooBig(): NodeJS.ErrnoException {
  return Object.assign(new Error('too large'), { code: 'EFBIG' })
}
