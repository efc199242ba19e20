import { safeText } from './safe-text.ts'

/**
 * Escapes a word of a command line that a person is to copy, with quotes only where needed. For a POSIX shell, and on Windows
 * for cmd.exe and PowerShell alike, since either may be used. There it is for people alone: no quotes keep `%NAME%` from
 * cmd.exe and `$name` from PowerShell. Never start a program with it.
 */
export function shellWord(text: string, platform: NodeJS.Platform = 'linux'): string {
  const safe = safeText(text, 2000)
  if (platform === 'win32') return windowsWord(safe)
  return /^[\w@%+=:,./-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`
}

/** A backslash counts as itself, but before a quote: there it is doubled. `""` between quotes is one quote. */
const windowsWord = (text: string): string =>
  /^(?!@)[\w@%+=:./\\~-]+$/.test(text)
    ? text
    : `"${text.replace(/(\\*)("|$)/g, (_, before: string, quote: string) => before + before + quote + quote)}"`
