import fs from 'node:fs'
import { promisify } from 'node:util'

const readPart = promisify(fs.read)

/** The first buffer for a pipe or device, which has no size. */
const FIRST_READ = 64 * 1024

/**
 * Reads an open file at once; pipes and devices, which have no size and may have no end, with a buffer that grows. Throws
 * EFBIG beyond `maxBytes`.
 */
export async function readAtMost(file: number, maxBytes: number): Promise<Buffer> {
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
