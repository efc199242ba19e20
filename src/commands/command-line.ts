import type { Ports } from '../ports/ports.ts'
import { shellWord } from '../text/shell-word.ts'

/** The typed words, as the parser gives them. */
export interface TypedLine {
  /** The command's words without arguments, for messages and logs: `trace get`. */
  readonly command: string
  readonly args: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
  /** The options that override settings of the profile, by flag name. */
  readonly settings: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** The machine whose shell a line is for; absent: a POSIX shell. */
interface ForShell {
  readonly ports?: { readonly env: Pick<Ports['env'], 'platform'> }
}

/**
 * The typed command line with changed options, for hints to copy. `undefined` removes an option. Holds no secret,
 * because tokens on a command line are rejected.
 */
export function commandLine(
  { command, args, options, ports }: Omit<TypedLine, 'settings'> & ForShell,
  changes: Readonly<Record<string, unknown>> = {},
): string {
  const platform = ports?.env.platform
  const typed = optionWords({ ...options, ...changes }, platform)
  const words = args.map((arg) => ` ${shellWord(arg, platform)}`).join('')
  // An argument that looks like a flag.
  const isDashed = args.some((arg) => /^-./.test(arg))
  return isDashed ? `ls-auth ${command}${typed} --${words}` : `ls-auth ${command}${words}${typed}`
}

/** The typed options by their camelCase names, each after a space. */
export const optionWords = (options: Readonly<Record<string, unknown>>, platform?: NodeJS.Platform): string =>
  Object.entries(options)
    .filter(([name]) => name !== 'json' || (options.jsonFields ?? options.jq) === undefined)
    .flatMap(([name, value]) => wordsOf(name, value, platform))
    .map((word) => ` ${word}`)
    .join('')

/** Values that commander gives to options that were not typed; `--no-x` defines an option x that is true by default. */
const BY_DEFAULT: Readonly<Record<string, unknown>> = {
  color: 'auto',
  bars: true,
  browser: true,
  pager: true,
}

function wordsOf(name: string, value: unknown, platform?: NodeJS.Platform): string[] {
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  if (value === undefined || value === BY_DEFAULT[name]) return []
  if (name === 'jsonFields') return [`--json=${shellWord(String(value), platform)}`]
  if (value === true) return [`--${flag}`]
  if (value === false) return [`--no-${flag}`]
  return [value].flat().map((one) => `--${flag} ${shellWord(String(one), platform)}`)
}
