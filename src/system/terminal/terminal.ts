import type { Terminal } from '../../ports.ts'
import { UNSTYLED } from '../../unstyled.ts'
import type { ExitState } from '../exit-state.ts'
import { once } from '../once.ts'
import { isDevice, type Output, openOutput } from './output.ts'

// Eight hues (ANSI 256) that differ on dark and light backgrounds and are not those of errors and warnings.
const PALETTE = [39, 71, 141, 178, 44, 173, 105, 137] as const

/**
 * The terminal of this process: its standard input, output and error. `out` throws Failure `storage` when the output
 * cannot be written.
 */
export function processTerminal(
  variables: Readonly<Record<string, string | undefined>>,
  exitState: ExitState,
): Terminal {
  let color: 'auto' | 'always' | 'never' = 'auto'
  const [out, err] = [openOutput(1, exitState), openOutput(2, exitState)]
  const inIsTTY = once(() => (process.platform === 'win32' || isDevice(0)) && Boolean(process.stdin.isTTY))
  const colored = (output: Output): boolean => {
    if (color !== 'auto') return color === 'always'
    if (variables.NO_COLOR) return false
    const force = variables.FORCE_COLOR
    if (force !== undefined) return force !== '0' && force !== 'false'
    return output.isTTY && variables.TERM !== 'dumb'
  }
  const input = () => {
    exitState.stdinRead = true
    return import('./typed-input.ts')
  }
  return {
    out: (text, after) => (typeof text === 'string' ? out.write(text) : out.writeAll(text, after)),
    err: (text) => void err.write(text).catch(() => {}),
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
      return terminalColumns(out, variables)
    },
    unicode: isUnicode(variables),
    async style(stream) {
      if (!colored(stream === 'out' ? out : err)) return UNSTYLED
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
    readAll: async (maxBytes) =>
      (await input()).readAllBytes(maxBytes).then((bytes) => bytes.toString('utf8')),
    readAllBytes: async (maxBytes) => (await input()).readAllBytes(maxBytes),
    readLine: async (signal) => (await input()).readLine(signal),
    readSecret: async (prompt) => (await input()).readSecret(prompt),
  }
}

function terminalColumns(out: Output, variables: Readonly<Record<string, string | undefined>>): number {
  const asked = out.isTTY ? out.columns : Number(variables.COLUMNS)
  return Number.isInteger(asked) && (asked as number) > 0 ? Math.max(20, asked as number) : 120
}

function isUnicode(variables: Readonly<Record<string, string | undefined>>): boolean {
  if (variables.TERM === 'dumb') return false
  if (process.platform === 'win32') return Boolean(variables.WT_SESSION || variables.TERM_PROGRAM)
  const locale = variables.LC_ALL || variables.LC_CTYPE || variables.LANG
  // No locale at all (containers, CI) counts as UTF-8, as logs there are.
  return !locale || /utf-?8/i.test(locale)
}
