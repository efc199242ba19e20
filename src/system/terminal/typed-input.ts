import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { Failure } from '../../errors.ts'

/** All of standard input, undecoded; refused past `maxBytes`. */
export async function readAllBytes(maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of process.stdin) {
    parts.push(part as Buffer)
    size += (part as Buffer).length
    if (size > maxBytes) {
      throw new Failure('usage', `standard input is larger than ${maxBytes / 2 ** 20} MiB`, {
        hint: 'ls-auth stopped reading. Check what writes into it.',
      })
    }
  }
  return Buffer.concat(parts)
}

/** One line, echoed by the terminal; undefined at the end of the input. */
export function readLine(signal?: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const lines = createInterface({ input: process.stdin, terminal: false })
    const finish = (act: () => void) => {
      signal?.removeEventListener('abort', abort)
      lines.removeAllListeners()
      lines.close()
      // A stdin left open would keep the process alive after the work is done.
      process.stdin.pause()
      act()
    }
    const abort = () => finish(() => reject(signal?.reason))
    signal?.addEventListener('abort', abort, { once: true })
    lines.once('line', (line) => finish(() => resolve(line)))
    lines.once('close', () => finish(() => resolve(undefined)))
  })
}

/**
 * A line typed without echo, by readline's own line editor with its output thrown away; undefined when nobody can be
 * asked (standard input or error is no terminal) or at the end.
 */
export function readSecret(prompt: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return Promise.resolve(undefined)
  process.stderr.write(prompt)
  return new Promise((resolve) => {
    const silence = new Writable({ write: (_chunk, _encoding, done) => done() })
    const lines = createInterface({ input: process.stdin, output: silence, terminal: true })
    const finish = (line: string | undefined) => {
      lines.removeAllListeners()
      lines.close()
      process.stdin.pause()
      process.stderr.write('\n')
      resolve(line)
    }
    lines.once('line', finish)
    lines.once('close', () => finish(undefined))
    // The editor has switched the terminal's own Ctrl-C off.
    lines.once('SIGINT', () => {
      finish(undefined)
      process.kill(process.pid, 'SIGINT')
    })
  })
}
