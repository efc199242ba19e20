import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Output } from './output.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** The terminal that a pager is started on. */
export interface Screen {
  readonly output: Output
  readonly variables: Variables
  /** False: the text is ASCII only. */
  readonly unicode: boolean
}

/** Size of the pieces that a pager is given, in UTF-16 code units. */
const PIECE = 64 * 1024

/**
 * Writes texts, with `after` behind each, to a terminal: through the user's pager once they have filled the screen, else
 * plainly. Resolves when the pager has ended.
 */
export async function page(texts: Iterable<string>, after: string, screen: Screen): Promise<void> {
  const { output } = screen
  const command = pagerCommand(screen.variables, process.platform)
  if (!command) return output.writeAll(texts, after)
  const [begin, rest] = takeScreen(texts, after, output.columns ?? 80, output.rows ?? 24)
  const all = concat(begin, rest)
  const pager = rest ? await start(command, pagerEnvironment(screen)) : undefined
  return pager ? feed(pager, all, after) : output.writeAll(all, after)
}

/**
 * The words of $PAGER, which quotes may group; `less` when it is not set. Undefined: no pager, for an empty value and `cat`,
 * and on Windows without a value: its `more` cannot read UTF-8. No shell reads it, so that a missing program can be
 * distinguished from a program that ended.
 */
export function pagerCommand(
  { PAGER: pager }: Variables,
  platform: NodeJS.Platform,
): readonly [string, ...string[]] | undefined {
  if (pager === undefined) return platform === 'win32' ? undefined : ['less']
  const words = [...pager.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')
  const [file, ...args] = words
  return file === undefined || (file === 'cat' && args.length === 0) ? undefined : [file, ...args]
}

/**
 * As git does: `less` ends by itself when all fits (F), shows colours (R) and leaves the text on the screen (X). It counts
 * bytes where no locale is set, unless LESSCHARSET is. The pager gets none of our variables, a token among them.
 */
function pagerEnvironment({ variables, unicode }: Screen): NodeJS.ProcessEnv {
  const others = Object.entries(variables).filter(([name]) => !name.startsWith('LS_AUTH_'))
  return { LESS: 'FRX', LV: '-c', ...(unicode && { LESSCHARSET: 'utf-8' }), ...Object.fromEntries(others) }
}

/** Texts that fill the screen, and an iterator over the others; without it when all texts fit. */
function takeScreen(
  texts: Iterable<string>,
  after: string,
  columns: number,
  rows: number,
): [begin: string[], rest: Iterator<string> | undefined] {
  const rest = texts[Symbol.iterator]()
  const begin: string[] = []
  // The last line is the shell's prompt.
  for (let used = 0; used < rows; ) {
    const { value, done } = rest.next()
    if (done) return [begin, undefined]
    begin.push(value)
    used += rowsOf(value + after, columns)
  }
  return [begin, rest]
}

/** Rows of the screen that a text takes: its lines, and those that are wrapped. */
function rowsOf(text: string, columns: number): number {
  const lines = text.replace(/\x1b\[[\d;]*m/g, '').split('\n')
  const wrapped = lines.reduce((sum, line) => sum + Math.max(0, Math.ceil(line.length / columns) - 1), 0)
  return lines.length - 1 + wrapped
}

function* concat(begin: Iterable<string>, rest: Iterator<string> | undefined): Generator<string> {
  yield* begin
  for (let one = rest?.next(); one && !one.done; one = rest?.next()) yield one.value
}

/** Undefined when the program cannot be started. */
async function start(
  [file, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): Promise<ChildProcess | undefined> {
  const pager = spawn(file, args, { env, stdio: ['pipe', 'inherit', 'inherit'] })
  return new Promise((resolve) => {
    pager.once('spawn', () => resolve(pager))
    pager.once('error', () => resolve(undefined))
  })
}

/**
 * Gives the texts to the pager as fast as it reads, and waits for its end. Until then Ctrl-C is the pager's: it ends a search
 * there, and dying would leave the pager with a terminal that the shell reads too.
 */
async function feed(pager: ChildProcess, texts: Iterable<string>, after: string): Promise<void> {
  const input = pager.stdin as NonNullable<typeof pager.stdin>
  const ended = once(pager, 'exit')
  let isClosed = false
  const closed = new Promise<void>((resolve) => {
    // EPIPE: the person has seen enough.
    input.once('error', () => resolve())
    input.once('close', () => resolve())
  }).then(() => {
    isClosed = true
  })
  const ignore = () => {}
  process.on('SIGINT', ignore)
  try {
    for (const piece of pieces(texts, after)) {
      if (isClosed) break
      if (!input.write(piece)) await Promise.race([once(input, 'drain').catch(ignore), closed])
    }
  } finally {
    input.on('error', ignore)
    input.end()
    await ended
    process.removeListener('SIGINT', ignore)
  }
}

function* pieces(texts: Iterable<string>, after: string): Generator<string> {
  let piece = ''
  for (const text of texts) {
    piece += text + after
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}
