import { writeSync } from 'node:fs'
import type { Screen } from '../../ports/terminal.ts'
import type { ExitState } from '../process/exit-state.ts'
import { endBySignal } from '../process/exit-state.ts'
import { openKeys } from './keys.ts'
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
