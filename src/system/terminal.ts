import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { Failure } from '../errors.ts'
import type { Style, Terminal } from '../ports.ts'

// Eight hues that stay apart on dark and light backgrounds and are no error or warning colour.
const PALETTE = [39, 71, 141, 178, 44, 173, 105, 137] as const
const plain: Style = {
  bold: (text) => text,
  dim: (text) => text,
  red: (text) => text,
  green: (text) => text,
  yellow: (text) => text,
  palette: (_, text) => text,
}

/** The process's own streams. */
export function processTerminal(variables: Readonly<Record<string, string | undefined>>): Terminal {
  let color: 'auto' | 'always' | 'never' = 'auto'
  const colored = (stream: NodeJS.WriteStream): boolean => {
    if (color !== 'auto') return color === 'always'
    if (variables.NO_COLOR) return false
    const force = variables.FORCE_COLOR
    if (force !== undefined) return force !== '0' && force !== 'false'
    return Boolean(stream.isTTY) && variables.TERM !== 'dumb'
  }
  return {
    out: (text) =>
      new Promise((resolve, reject) => {
        process.stdout.write(text, (error) => (error ? reject(unwritten(error)) : resolve()))
      }),
    err: (text) => void process.stderr.write(text),
    outIsTTY: Boolean(process.stdout.isTTY),
    errIsTTY: Boolean(process.stderr.isTTY),
    inIsTTY: Boolean(process.stdin.isTTY),
    columns: columnsOf(variables),
    unicode: isUnicode(variables),
    async style(stream) {
      if (!colored(stream === 'out' ? process.stdout : process.stderr)) return plain
      const { Chalk } = await import('chalk')
      const chalk = new Chalk({ level: 2 })
      return {
        bold: (text) => chalk.bold(text),
        dim: (text) => chalk.dim(text),
        red: (text) => chalk.red(text),
        green: (text) => chalk.green(text),
        yellow: (text) => chalk.yellow(text),
        palette: (index, text) => chalk.ansi256(PALETTE[index % PALETTE.length] as number)(text),
      }
    },
    setColor(when) {
      color = when
    },
    readAll: async (maxBytes) => (await readAllBytes(maxBytes)).toString('utf8'),
    readAllBytes,
    readLine,
    readSecret,
  }
}

function columnsOf(variables: Readonly<Record<string, string | undefined>>): number {
  const asked = process.stdout.isTTY ? process.stdout.columns : Number(variables.COLUMNS)
  return Number.isInteger(asked) && (asked as number) > 0 ? Math.max(20, asked as number) : 120
}

function isUnicode(variables: Readonly<Record<string, string | undefined>>): boolean {
  if (variables.TERM === 'dumb') return false
  if (process.platform === 'win32') return Boolean(variables.WT_SESSION || variables.TERM_PROGRAM)
  const locale = variables.LC_ALL || variables.LC_CTYPE || variables.LANG
  // No locale at all (containers, CI) is treated as UTF-8: logs there are.
  return !locale || /utf-?8/i.test(locale)
}

async function readAllBytes(maxBytes: number): Promise<Buffer> {
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

function readLine(signal?: AbortSignal): Promise<string | undefined> {
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

/** By readline's own line editor, with its echo thrown away. */
function readSecret(prompt: string): Promise<string | undefined> {
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

/** A reader that went away is for the caller to see; a full disk behind a redirection is a failure of its own. */
function unwritten(error: NodeJS.ErrnoException): Error {
  if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') return error
  return new Failure('state-unwritable', `cannot write to standard output (${error.code ?? 'error'})`, {
    hint: 'Free some space where the output goes, then try again.',
    cause: error,
  })
}
