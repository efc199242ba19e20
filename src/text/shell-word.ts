import { safeText } from './safe-text.ts'

/** Escapes a word for a POSIX shell, with quotes only where needed. */
export function shellWord(text: string): string {
  const safe = safeText(text, 2000)
  return /^[\w@%+=:,./-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`
}
