import { safeText } from '../safe-text.ts'
import type { Invocation } from './invocation.ts'

/**
 * The typed command line with changed options, for hints to copy. `undefined` removes an option. Holds no secret,
 * because tokens on a command line are rejected.
 */
export function commandLine(
  { command, args, options }: Invocation,
  changes: Readonly<Record<string, unknown>> = {},
): string {
  const words = Object.entries({ ...options, ...changes }).flatMap(([name, value]) =>
    optionWords(name, value),
  )
  return ['ls-auth', command, ...args.map(shellWord), ...words].join(' ')
}

/** Values that commander gives to options that were not typed; `--no-x` defines an option x that is true by default. */
const BY_DEFAULT: Readonly<Record<string, unknown>> = { color: 'auto', bars: true, browser: true }

function optionWords(name: string, value: unknown): string[] {
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  if (value === undefined || value === BY_DEFAULT[name]) return []
  if (value === true) return [`--${flag}`]
  if (value === false) return [`--no-${flag}`]
  return [value].flat().map((one) => `--${flag} ${shellWord(String(one))}`)
}

/** Escapes a word for a POSIX shell, with quotes only where needed. */
function shellWord(text: string): string {
  const safe = safeText(text, 2000)
  return /^[\w@%+=:,./-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`
}
