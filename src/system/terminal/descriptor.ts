import { fstatSync, writeSync } from 'node:fs'
import type { ExitState } from '../exit-state.ts'
import { once } from '../once.ts'

/** One of the process's two output streams. */
export interface Output {
  readonly isTTY: boolean
  /** Columns of the terminal; undefined when it is none. */
  readonly columns: number | undefined
  /** Resolves when the text has left the process. */
  write(text: string): Promise<void>
  /** Writes many texts, with `after` behind each. */
  writeAll(texts: Iterable<string>, after?: string): Promise<void>
}

/** Bytes that leave at once: few writes, and never a whole trace in one text. */
const ROOM = 512 * 1024
/** UTF-8 needs no more for one unit of a text. */
const MOST_BYTES = 3

/**
 * Writes to the descriptor itself. The streams that Node makes of the first look at `process.stdout` cost every run
 * several milliseconds (the network and stream modules), and on POSIX they write synchronously just the same. They are
 * asked where they know more: for terminals, on Windows (console encodings), and once a descriptor that somebody else
 * made non-blocking takes no more.
 */
export function openOutput(descriptor: 1 | 2, exitState: ExitState): Output {
  const stream = () => (descriptor === 1 ? process.stdout : process.stderr)
  const direct = process.platform !== 'win32'
  const isTTY = once(() => (!direct || isDevice(descriptor)) && Boolean(stream().isTTY))
  let flowing = !direct
  const flow = (rest: Uint8Array) => {
    flowing = true
    exitState.outputBuffered = true
    return new Promise<void>((resolve, reject) => {
      // A reader that went away (`| head`) is told to the writer; nobody else has to hear of it.
      if (stream().listenerCount('error') === 0) stream().on('error', () => {})
      stream().write(rest, (error) => (error ? reject(error) : resolve()))
    })
  }
  return {
    get isTTY() {
      return isTTY()
    },
    get columns() {
      return isTTY() ? stream().columns : undefined
    },
    write: (text) => put(Buffer.from(text)),
    // Encoded one by one: a text that grows piece by piece has to be gathered from all over the memory.
    async writeAll(texts, after = '') {
      let room = Buffer.allocUnsafeSlow(ROOM)
      let filled = 0
      for (const text of texts) {
        const piece = text + after
        const most = piece.length * MOST_BYTES
        if (most > room.length - filled) {
          await put(room.subarray(0, filled))
          if (most > room.length) room = Buffer.allocUnsafeSlow(most)
          filled = 0
        }
        filled += room.write(piece, filled)
      }
      await put(room.subarray(0, filled))
    },
  }

  async function put(bytes: Buffer): Promise<void> {
    if (flowing) return flow(bytes)
    let rest = bytes
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(descriptor, rest))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
        return flow(rest)
      }
    }
  }
}

/** A terminal is a character device; a file or a pipe is not, and needs no closer look. */
export function isDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice()
  } catch {
    return false
  }
}
