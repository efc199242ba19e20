import { fstatSync, readFileSync } from 'node:fs'
import type { Terminal } from '../../ports/terminal.ts'
import { asciiSigns } from '../../text/ascii-signs.ts'
import { UNSTYLED } from '../../text/unstyled.ts'
import { once } from '../once.ts'
import type { ExitState } from '../signals.ts'
import { isTerminal, type Output, openOutput } from './output.ts'

/**
 * Twelve colours of ANSI 256, the most different first. Each has a contrast of 2.8 and more with black and with white,
 * and none is near the red of errors.
 */
export const PALETTE = [33, 172, 34, 129, 30, 169, 94, 105, 126, 65, 61, 201] as const
/** The same for terminals of sixteen colours; the twelfth is the terminal's own. */
const BASIC_PALETTE = [
  'blue',
  'yellow',
  'green',
  'magenta',
  'cyan',
  'blueBright',
  'yellowBright',
  'greenBright',
  'magentaBright',
  'cyanBright',
  'gray',
  'reset',
] as const
const SIXTEEN_COLOURS = /^(linux|xterm|screen|rxvt|ansi|cygwin|konsole|vt\d+)$/

/**
 * The terminal of this process: its standard input, output and error. `out` throws Failure `storage` when the output
 * cannot be written.
 */
export function processTerminal(
  variables: Readonly<Record<string, string | undefined>>,
  exitState: ExitState,
): Terminal {
  let color: 'auto' | 'always' | 'never' = 'auto'
  let pagerAllowed = true
  const [out, err] = [openOutput(1, exitState), openOutput(2, exitState)]
  const agent = isAgent(variables)
  const onTerminal = once(() => isTerminal(0))
  const inBackground = once(() => onTerminal() && isInBackground())
  const inIsTTY = () => !agent && onTerminal() && !inBackground()
  const colored = (output: Output): boolean => {
    if (color !== 'auto') return color === 'always'
    if (variables.NO_COLOR) return false
    const force = variables.FORCE_COLOR
    if (force !== undefined) return force !== '0' && force !== 'false'
    return output.isTTY && !agent && variables.TERM !== 'dumb'
  }
  const input = () => {
    exitState.stdinRead = true
    return import('./typed-input.ts')
  }
  const write: Terminal['out'] = (text, after) =>
    typeof text === 'string' ? out.write(text) : out.writeAll(text, after)
  const unicode = isUnicode(variables)
  return {
    streams() {
      exitState.stdinRead = true
      // Elsewhere a pipe is written at once (Node: "A note on process I/O").
      exitState.outputBuffered ||= process.platform === 'win32'
      return { input: process.stdin, output: process.stdout }
    },
    out: write,
    outBytes: (bytes) => out.writeBytes(bytes),
    async page(text, after = '') {
      if (!pagerAllowed || !out.isTTY || agent || variables.TERM === 'dumb') return write(text, after)
      const { page } = await import('./pager.ts')
      await page(typeof text === 'string' ? [text] : text, after, { output: out, variables, unicode })
    },
    err: (text) => void err.write(unicode ? text : asciiSigns(text)).catch(() => {}),
    isForAgent: agent,
    get outIsTTY() {
      return out.isTTY
    },
    get errIsTTY() {
      return err.isTTY
    },
    get inIsTTY() {
      return inIsTTY()
    },
    get columns() {
      return terminalColumns([out, err], variables)
    },
    unicode,
    async style(stream) {
      if (!colored(stream === 'out' ? out : err)) return UNSTYLED
      const { Chalk } = await import('chalk')
      const isBasic = !variables.COLORTERM && SIXTEEN_COLOURS.test(variables.TERM ?? '')
      const chalk = new Chalk({ level: isBasic ? 1 : 2 })
      const paints = isBasic ? BASIC_PALETTE.map((name) => chalk[name]) : PALETTE.map((n) => chalk.ansi256(n))
      return {
        bold: (text) => chalk.bold(text),
        dim: (text) => chalk.dim(text),
        red: (text) => chalk.red(text),
        green: (text) => chalk.green(text),
        yellow: (text) => chalk.yellow(text),
        inverse: (text) => chalk.inverse(text),
        palette: (index, text) => paints[index % paints.length]?.(text) ?? text,
      }
    },
    setColor(when) {
      color = when
    },
    setPager(allowed) {
      pagerAllowed = allowed
    },
    readAll: async (maxBytes) =>
      (await input()).readAllBytes(maxBytes).then((bytes) => bytes.toString('utf8')),
    readAllBytes: async (maxBytes) => (await input()).readAllBytes(maxBytes),
    readLine: async (signal) => (inBackground() ? undefined : (await input()).readLine(signal)),
    get hasScreen() {
      return out.isTTY && inIsTTY() && variables.TERM !== 'dumb'
    },
    async withScreen(work) {
      exitState.stdinRead = true
      const { withScreen } = await import('./full-screen.ts')
      return withScreen(out, variables, exitState, work)
    },
    readSecret: async (prompt) => (inIsTTY() ? (await input()).readSecret(prompt, exitState) : undefined),
  }
}

/**
 * Whether this process was started in the background of its terminal (`&`): reading would stop it (SIGTTIN) at the next key,
 * which is another program's. Known of Linux alone (proc(5), `stat`).
 */
function isInBackground(): boolean {
  if (process.platform !== 'linux') return false
  try {
    return isBehind(readFileSync('/proc/self/stat', 'latin1'), fstatSync(0).rdev)
  } catch {
    return false
  }
}

/**
 * Whether a process is in the background of the terminal `rdev` (`st_rdev` of stat(2)), by its line in /proc/PID/stat. Only a
 * controlling terminal stops its readers: there may be none (0, or -1), or another one, and gVisor writes 0 for all.
 */
function isBehind(stat: string, rdev: number): boolean {
  // The second field, the name of the program, may hold spaces and brackets.
  const fields = stat.replace(/^.*\) /s, '').split(' ')
  const [group, terminal, foreground] = [fields[2], fields[4], fields[5]]
  const isControlling = rdev === DEV_TTY || Number(terminal) === kernelDevice(rdev)
  return isControlling && Number(foreground) > 0 && group !== foreground
}

/** /dev/tty: the controlling terminal, whichever it is. */
const DEV_TTY = 0x500

/** A device in the form that the kernel writes it in: proc(5) for `tty_nr`, makedev(3) of glibc and musl for `st_rdev`. */
function kernelDevice(rdev: number): number {
  const device = BigInt(rdev)
  const major = (device >> 8n) & 0xfffn
  const minor = (device & 0xffn) | ((device >> 12n) & 0xfff00n)
  return Number(BigInt.asIntN(32, (minor & 0xffn) | (major << 8n) | ((minor >> 8n) << 20n)))
}

/** A terminal is asked first, also by stderr alone: `| less` shows the text on it. Scripts have none, so COLUMNS holds. */
function terminalColumns(
  outputs: readonly Output[],
  variables: Readonly<Record<string, string | undefined>>,
): number {
  const terminal = outputs.find((output) => output.isTTY)
  const asked = Number(terminal ? terminal.columns : variables.COLUMNS)
  return asked > 0 ? Math.max(20, asked) : 120
}

function isUnicode(variables: Readonly<Record<string, string | undefined>>): boolean {
  if (variables.TERM === 'dumb') return false
  if (process.platform === 'win32') return Boolean(variables.WT_SESSION || variables.TERM_PROGRAM)
  const locale = variables.LC_ALL || variables.LC_CTYPE || variables.LANG
  // No locale at all (containers, CI) counts as UTF-8, as logs there are.
  return !locale || /utf-?8/i.test(locale)
}

/** Variables by which agents mark the commands that they start. */
const MARKS = ['CLAUDECODE', 'CURSOR_AGENT', 'CODEX', 'CODEX_SANDBOX', 'GEMINI_CLI', 'OPENCODE'] as const

/**
 * Whether an agent has started this program, perhaps in a terminal: then no person answers a prompt, leaves a pager or sees a
 * colour.
 */
export const isAgent = (variables: Readonly<Record<string, string | undefined>>): boolean =>
  MARKS.some((name) => !['', '0', 'false', undefined].includes(variables[name]))
