import { fstatSync, writeSync } from 'node:fs'
import type { WriteStream } from 'node:tty'
import { errorCode, Failure } from '../../errors.ts'
import type { ExitState } from '../signals.ts'

/**
 * One of the process's two output streams. A write that fails rejects with `EPIPE` for a closed pipe, else with Failure
 * `storage`; errors of the texts themselves pass unchanged.
 */
export interface Output {
  readonly isTTY: boolean
  /** Columns of the terminal; undefined when it is not one, or does not know (a serial line tells 0). */
  readonly columns: number | undefined
  /** Lines of the terminal; undefined when it is not one, or does not know. */
  readonly rows: number | undefined
  /** Resolves when the text has left the process. */
  write(text: string): Promise<void>
  writeBytes(bytes: Buffer): Promise<void>
  /** Writes many texts, with `after` behind each. */
  writeAll(texts: Iterable<string>, after?: string): Promise<void>
}

/** Size of the write buffer: few system calls, and a whole trace is never one string. */
const BUFFER_BYTES = 512 * 1024
/** UTF-8 takes at most three bytes for a UTF-16 code unit. */
const MOST_BYTES_A_UNIT = 3
const TEXTS_AT_ONCE = 64
const UNITS_AT_ONCE = 32_768

/**
 * Writes to the file descriptor directly. The first access of `process.stdout` builds a stream, which loads Node's network and
 * stream modules. That is 3 ms of the 28 ms of CPU that `ls-auth --version` would take (least of 40 alternating runs, Node 20;
 * `npm run bench -- start`). On POSIX that stream writes synchronously just the same. The stream is used where it does more:
 * for the size of a terminal and on Windows (console encodings). So it is after EAGAIN, if another process made the descriptor
 * non-blocking.
 */
export function openOutput(descriptor: 1 | 2, exitState: ExitState): Output {
  const stream = () => (descriptor === 1 ? process.stdout : process.stderr)
  const direct = process.platform !== 'win32'
  let viaStream = !direct
  const writeToStream = (rest: Uint8Array) => {
    viaStream = true
    exitState.outputBuffered = true
    return new Promise<void>((resolve, reject) => {
      // EPIPE (`| head`) is reported to the writer by its callback; without a listener it would be an uncaught
      // exception as well.
      if (stream().listenerCount('error') === 0) stream().on('error', () => {})
      stream().write(rest, (error) => (error ? reject(writeFailure(error)) : resolve()))
    })
  }
  return {
    get isTTY() {
      return isTerminal(descriptor)
    },
    get columns() {
      return this.isTTY ? stream().columns || undefined : undefined
    },
    get rows() {
      return this.isTTY ? (stream() as WriteStream).rows || undefined : undefined
    },
    write: (text) => writeBytes(Buffer.from(text)),
    writeBytes,
    async writeAll(texts, after = '') {
      for (const bytes of encoded(texts, after)) await writeBytes(bytes)
    },
  }

  async function writeBytes(bytes: Buffer): Promise<void> {
    if (viaStream) return writeToStream(bytes)
    let rest = bytes
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(descriptor, rest))
      } catch (error) {
        if (errorCode(error) !== 'EAGAIN') throw writeFailure(error as NodeJS.ErrnoException)
        return writeToStream(rest)
      }
    }
  }
}

/** A closed pipe is left to the caller. */
function writeFailure(error: NodeJS.ErrnoException): Error {
  const { code = 'error' } = error
  if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return error
  const hint = /^(ENOSPC|EDQUOT|EFBIG)$/.test(code)
    ? "Free some space at the output's destination, then try again."
    : 'Check where the output goes, then try again.'
  return new Failure('storage', `cannot write to standard output (${code})`, { hint, cause: error })
}

/**
 * The texts in pieces of about the buffer's size; each piece must be written before the next is asked for.
 */
function* encoded(texts: Iterable<string>, after: string): Generator<Buffer> {
  let buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
  let filled = 0
  for (const piece of joined(texts, after)) {
    const most = piece.length * MOST_BYTES_A_UNIT
    if (most > buffer.length - filled) {
      yield buffer.subarray(0, filled)
      if (most > buffer.length) buffer = Buffer.allocUnsafeSlow(most)
      filled = 0
    }
    filled += buffer.write(piece, filled)
  }
  yield buffer.subarray(0, filled)
}

/**
 * The texts, each with `after` behind it, some together: one by one, 100,000 rows take 35 ms more of 1,000 to encode (Node 24).
 */
function* joined(texts: Iterable<string>, after: string): Generator<string> {
  let some: string[] = []
  let units = 0
  for (const text of texts) {
    some.push(text)
    units += text.length
    if (some.length < TEXTS_AT_ONCE && units < UNITS_AT_ONCE) continue
    yield joinedBy(some, after)
    some = []
    units = 0
  }
  if (some.length > 0) yield joinedBy(some, after)
}

/** No `+` behind it: a string that is concatenated has to be flattened before it is encoded. */
const joinedBy = (some: readonly string[], after: string): string => [...some, ''].join(after)

/** Whether it is a terminal, without a stream for it; Node's module for terminals is loaded for character devices only. */
export function isTerminal(descriptor: number): boolean {
  try {
    const isDevice = process.platform === 'win32' || fstatSync(descriptor).isCharacterDevice()
    return isDevice && process.getBuiltinModule('node:tty').isatty(descriptor)
  } catch {
    return false
  }
}
