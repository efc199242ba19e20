import { writeSync } from 'node:fs'
import type { Interface } from 'node:readline'
import type { ReadStream } from 'node:tty'
import type { Key, Screen } from '../../ports/terminal.ts'
import { type ExitState, endBySignal } from '../signals.ts'
import type { Output } from './output.ts'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Control sequences that every terminal since the VT100 and xterm knows (ECMA-48; 1049 is xterm's). 2004 marks pasted text,
 * which would be keys else, and behind a `q` commands of the shell; terminals that do not know it ignore it.
 */
const ENTER = '\x1b[?1049h\x1b[?2004h\x1b[2J\x1b[H'
const LEAVE = '\x1b[0m\x1b[?25h\x1b[?2004l\x1b[?1049l'
const ERASE_LINE = '\x1b[K'
const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
const moveTo = (line: number, column: number): string => `\x1b[${line + 1};${column + 1}H`

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A kernel that stops a process does so at once. */
const UNSTOPPED_MILLISECONDS = 100

/** Takes the terminal over for `work` and gives it back: the one place that does both. See `Terminal.withScreen`. */
export async function withScreen<T>(
  output: Output,
  variables: Variables,
  exitState: ExitState,
  work: (screen: Screen) => Promise<T>,
): Promise<T> {
  let isTaken = false
  let hasEnded = false
  const take = () => {
    isTaken = true
    process.stdin.setRawMode(true)
    writeNow(ENTER)
  }
  const giveBack = () => {
    if (!isTaken) return
    isTaken = false
    writeNow(LEAVE)
    try {
      process.stdin.setRawMode(false)
    } catch {
      // The terminal is gone.
    }
  }
  const end = (signal: NodeJS.Signals) => {
    giveBack()
    for (const name of ENDING) process.removeListener(name, end)
    endBySignal(signal, exitState)
  }
  const stop = () => {
    // There no shell could continue it.
    if (process.platform === 'win32') return
    giveBack()
    process.kill(process.pid, 'SIGTSTP')
    // Where no shell could continue it, as under `ssh -t`, the kernel stops no process (POSIX: an orphaned process group).
    setTimeout(resume, UNSTOPPED_MILLISECONDS)
  }
  const keys = openKeys(process.stdin, { interrupt: () => end('SIGINT'), stop })
  const screen = paint(output, variables, keys.next)
  const redraw = () => {
    screen.forget()
    keys.wake()
  }
  // Also after a stop without notice (SIGSTOP): the shell has had the terminal in between.
  const resume = () => {
    if (hasEnded) return
    giveBack()
    keys.dropPaste()
    take()
    redraw()
  }
  for (const name of ENDING) process.on(name, end)
  process.on('SIGCONT', resume)
  // An uncaught exception, and a call of process.exit.
  process.on('exit', giveBack)
  process.stdout.on('resize', redraw)
  try {
    take()
    return await work(screen)
  } finally {
    await keys.close()
    hasEnded = true
    giveBack()
    for (const name of ENDING) process.removeListener(name, end)
    process.removeListener('SIGCONT', resume)
    process.removeListener('exit', giveBack)
    process.stdout.removeListener('resize', redraw)
  }
}

/** Draws on the terminal; of a new picture only the lines that differ are written, so that a slow line keeps up. */
function paint(
  output: Output,
  variables: Variables,
  next: Screen['next'],
): Screen & { readonly forget: () => void } {
  let shown: readonly string[] = []
  let isUnknown = true
  return {
    get columns() {
      return output.columns ?? 80
    },
    get rows() {
      return output.rows ?? 24
    },
    async show(lines, cursor) {
      const count = Math.max(lines.length, shown.length)
      let text = isUnknown ? `${HIDE_CURSOR}\x1b[2J` : HIDE_CURSOR
      for (let line = 0; line < count; line++) {
        const wanted = lines[line] ?? ''
        if (isUnknown ? wanted !== '' : wanted !== (shown[line] ?? '')) {
          // Erased first: behind a full line the cursor would stand on its last character.
          text += moveTo(line, 0) + ERASE_LINE + wanted
        }
      }
      shown = lines
      isUnknown = false
      await output.write(text + moveTo(cursor.line, cursor.column) + SHOW_CURSOR)
    },
    next,
    async copy(text) {
      if (!takesCopies(variables)) return false
      await output.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`)
      return true
    },
    forget() {
      isUnknown = true
    },
  }
}

/** The console of Linux, Apple's Terminal and those made of VTE (GNOME's and others) do not know OSC 52. */
function takesCopies({ TERM, TERM_PROGRAM, VTE_VERSION, TMUX }: Variables): boolean {
  if (TMUX !== undefined) return true
  return TERM !== 'linux' && TERM_PROGRAM !== 'Apple_Terminal' && VTE_VERSION === undefined
}

/** Past all buffers: the process may be about to end. A terminal that is gone needs nothing. */
function writeNow(text: string): void {
  try {
    writeSync(1, text)
  } catch {}
}

/** Keys as Node's readline decodes them. */
interface Keypress {
  readonly name?: string | undefined
  readonly ctrl?: boolean
  readonly meta?: boolean
}

/** What two keys of raw mode do, in which the terminal itself sends no signal for them. */
export interface SignalKeys {
  /** Ctrl-C, once what was typed with it is read away. At once when it is pressed again. */
  readonly interrupt: () => void
  /** Ctrl-Z. */
  readonly stop: () => void
}

/** Keys that wait for whoever asks for them. */
export interface Keys {
  readonly next: Screen['next']
  /** Answers a waiting {@link next} without a key. */
  wake(): void
  /** Forgets a paste that has begun: its end may have gone to another person. */
  dropPaste(): void
  /** Resolves once what was typed before is read away: the shell would take the rest of a paste for commands. */
  close(): Promise<void>
}

/** After Escape alone so long is waited for the rest of a sequence; over a slow line its bytes come apart. */
const ESCAPE_MILLISECONDS = 50

/** After so long a silence no more is on its way; a person needs longer for the next key. */
const QUIET_MILLISECONDS = 20
const MOST_MILLISECONDS = 500

/** A second Ctrl-C that comes sooner is another character of the same paste. */
const AGAIN_MILLISECONDS = 100

/** Reads keys from a terminal in raw mode, by Node's own decoder of escape sequences. */
export function openKeys(input: ReadStream, { interrupt, stop }: SignalKeys): Keys {
  let waiting: (() => void) | undefined
  let keys: Key[] = []
  let isWoken = false
  let hasEnded = false
  const answer = () => {
    waiting?.()
    waiting = undefined
  }
  const paste = openPaste((text) => {
    keys.push({ name: 'paste', text, ctrl: false })
    answer()
  })
  let interruptedAt: number | undefined
  const ctrlC = () => {
    if (interruptedAt === undefined) {
      interruptedAt = performance.now()
      void quiet(input).then(interrupt)
    } else if (performance.now() - interruptedAt >= AGAIN_MILLISECONDS) interrupt()
  }
  const pressed = (typed: string | undefined, { name = '', ctrl = false, meta = false }: Keypress) => {
    // Also in a paste: the mark of its end may never come.
    if (ctrl && name === 'c') ctrlC()
    else if (interruptedAt !== undefined) return
    else if (name === 'paste-start') paste.begin()
    else if (name === 'paste-end') paste.end()
    else if (paste.isOpen) paste.add(name === 'escape' ? '\x1b' : (typed ?? ''))
    else if (ctrl && name === 'z') stop()
    else keyPressed(typed, { name, ctrl, meta })
  }
  const keyPressed = (typed: string | undefined, { name = '', ctrl = false, meta = false }: Keypress) => {
    const text = !ctrl && !meta && typed !== undefined && !/\p{Cc}/u.test(typed) ? typed : ''
    // Escape alone counts as Alt there. Alt-U is not Ctrl-U.
    const isAlt = meta && name !== 'escape'
    keys.push({ name: isAlt ? `alt-${name}` : name, text, ctrl: ctrl || isAlt })
    answer()
  }
  const ended = () => {
    hasEnded = true
    answer()
  }
  // Of an interface the decoder reads no more than this; a whole one would read lines as well.
  const { emitKeypressEvents } = process.getBuiltinModule('node:readline')
  emitKeypressEvents(input, { escapeCodeTimeout: ESCAPE_MILLISECONDS } as unknown as Interface)
  input.on('keypress', pressed)
  // A terminal that was closed answers with an error (EIO) instead of an end.
  for (const event of ['end', 'error', 'close'] as const) input.on(event, ended)
  input.resume()
  return {
    async next() {
      if (keys.length === 0 && !isWoken && !hasEnded) {
        await new Promise<void>((resolve) => {
          waiting = resolve
        })
      }
      if (keys.length === 0 && !isWoken) return undefined
      const taken = keys
      keys = []
      isWoken = false
      return taken
    },
    wake() {
      isWoken = true
      answer()
    },
    dropPaste: paste.drop,
    async close() {
      input.removeListener('keypress', pressed)
      paste.drop()
      if (!hasEnded) await quiet(input)
      for (const event of ['end', 'error', 'close'] as const) input.removeListener(event, ended)
      input.pause()
    },
  }
}

/** Resolves when nothing comes from the input any more, and in any case after {@link MOST_MILLISECONDS}. */
function quiet(input: ReadStream): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      silence.stop()
      clearTimeout(last)
      input.removeListener('data', silence.broken)
      resolve()
    }
    const silence = awaitSilence(QUIET_MILLISECONDS, end)
    const last = setTimeout(end, MOST_MILLISECONDS)
    input.on('data', silence.broken)
  })
}

/** More is not kept. */
const MOST_CHARACTERS = 4096

/** What a terminal marks as pasted, collected character by character. */
interface Paste {
  readonly isOpen: boolean
  begin(): void
  add(typed: string): void
  end(): void
  /** Ends it without telling anyone. */
  drop(): void
}

/** Tells `pasted` the text of each paste at its end, with a blank for line feeds and the like. */
function openPaste(pasted: (text: string) => void): Paste {
  let text: string | undefined
  return {
    get isOpen() {
      return text !== undefined
    },
    begin() {
      text = ''
    },
    add(typed) {
      if (text !== undefined && text.length < MOST_CHARACTERS) text += typed
    },
    end() {
      const whole = text
      text = undefined
      if (whole !== undefined) pasted(whole.replace(/\p{Cc}+/gu, ' '))
    },
    drop() {
      text = undefined
    },
  }
}

/** Waits until nothing comes any more. */
interface Silence {
  /** Something came: the wait begins again. */
  broken(): void
  stop(): void
}

/** Calls `begun` after so many milliseconds of silence. */
function awaitSilence(milliseconds: number, begun: () => void): Silence {
  let look: NodeJS.Immediate | undefined
  // A process that was busy or stopped still has input to read: Node does so between a timer and an immediate.
  const wait = setTimeout(() => {
    look = setImmediate(begun)
  }, milliseconds)
  return {
    broken() {
      clearImmediate(look)
      wait.refresh()
    },
    stop() {
      clearImmediate(look)
      clearTimeout(wait)
    },
  }
}
