import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { Failure } from '../../errors.ts'
import { type ExitState, endBySignal } from '../signals.ts'

/** All of standard input, undecoded. Failure `usage` beyond `maxBytes`. */
export async function readAllBytes(maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of process.stdin) {
    parts.push(part as Buffer)
    size += (part as Buffer).length
    if (size > maxBytes) {
      throw new Failure('usage', `standard input is larger than ${maxBytes / 2 ** 20} MiB`, {
        hint: 'ls-auth stopped reading. Check the program that writes into it.',
      })
    }
  }
  return Buffer.concat(parts)
}

/**
 * Reads one line, echoed by the terminal; undefined at the end of the input. Rejects with the signal's reason when it
 * is aborted.
 */
export function readLine(signal?: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const known = new Set(process.stdin.listeners('end'))
    const lines = createInterface({ input: process.stdin, terminal: false })
    const finish = (act: () => void) => {
      signal?.removeEventListener('abort', abort)
      lines.removeAllListeners()
      lines.close()
      // Node leaves one behind for each interface, and warns of a leak at the eleventh question.
      for (const one of process.stdin.listeners('end'))
        if (!known.has(one)) process.stdin.removeListener('end', one as () => void)
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
 * Prompts for a line without echo, by readline's own line editor with its output discarded. Undefined at the end of the
 * input, and when there is no prompt because standard input or error isn't a terminal.
 */
export function readSecret(prompt: string, exitState: ExitState): Promise<string | undefined> {
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
    // In the editor's raw mode Ctrl-C is a key, and the terminal sends no signal.
    lines.once('SIGINT', () => {
      finish(undefined)
      endBySignal('SIGINT', exitState)
    })
  })
}
