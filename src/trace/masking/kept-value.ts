import { isInternalAddress } from './internal-address.ts'
import { isPeerAddress, isStatement } from './sensitive-keys.ts'
import { maskLiterals } from './statement.ts'

/** What stands in place of a masked value. */
export const MASKED = '[masked]'

/** What can be kept of a text under a sensitive key. Undefined where that is nothing. */
export function keptOf(key: string, text: string): string | undefined {
  if (isPeerAddress(key) && isInternalAddress(text)) return text
  return isStatement(key) ? maskLiterals(text) : undefined
}

/** A text in quotes, also as a text within JSON. With other backslashes in it nothing is kept. */
const IN_QUOTES = /^(\\{0,7}["'])([^\\]*)\1$/

/** The same of a value as it is written: in quotes or bare. */
export function keptOfWritten(key: string, written: string): string | undefined {
  const [, quote = '', text = /^["'[{(\\]/.test(written) ? '' : written] = IN_QUOTES.exec(written) ?? []
  const kept = keptOf(key, text)
  return kept === undefined || kept.includes('"') ? undefined : quote + kept + quote
}
