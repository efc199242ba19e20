import { safeText } from '../safe-text.ts'
import type { Invocation } from './invocation.ts'

/**
 * The command as it was typed, with other options: for hints a person can copy. `undefined` takes an option away.
 * Nothing of it is secret: tokens on a command line are refused.
 */
export function commandLine(
  { command, args, options }: Invocation,
  changes: Readonly<Record<string, unknown>> = {},
): string {
  const words = Object.entries({ ...options, ...changes }).flatMap(([name, value]) => typed(name, value))
  return ['ls-auth', command, ...args.map(shellWord), ...words].join(' ')
}

/** What commander says of options nobody typed; `--no-x` makes an option x that is true by itself. */
const BY_DEFAULT: Readonly<Record<string, unknown>> = { color: 'auto', bars: true, browser: true }

function typed(name: string, value: unknown): string[] {
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  if (value === undefined || value === BY_DEFAULT[name]) return []
  if (value === true) return [`--${flag}`]
  if (value === false) return [`--no-${flag}`]
  return [value].flat().map((one) => `--${flag} ${shellWord(String(one))}`)
}

/** Quoted for a POSIX shell where it must be. */
function shellWord(text: string): string {
  const safe = safeText(text, 2000)
  return /^[\w@%+=:,./-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`
}
