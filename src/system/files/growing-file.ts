import fs, { constants } from 'node:fs'
import type { GrowingFile } from '../../ports/storage.ts'
import { lockOpenFile } from './lock.ts'

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code })

/** Opens a file to append records to; see {@link Files.openGrowing}. It stays locked while it is open. */
export function openGrowing(path: string): GrowingFile {
  // O_NONBLOCK: a pipe that nobody reads must not hold up its refusal.
  const flags = constants.O_RDWR | constants.O_CREAT | appending() | (constants.O_NONBLOCK ?? 0)
  const file = fs.openSync(path, flags, 0o600)
  try {
    if (!fs.fstatSync(file).isFile()) throw failure('EINVAL', 'no plain file')
    if (!lockOpenFile(file)) throw failure('EBUSY', 'another process writes it')
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
        if (written < bytes.length) throw failure('ENOSPC', 'a part was written')
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
