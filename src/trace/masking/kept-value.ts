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

/** How many times JSON may be a text within JSON: each time doubles the backslashes. */
const MOST_LEVELS = 3

/** A text that holds no sign which Python writes otherwise. */
const IN_SINGLE_QUOTES = /^'([^'\\]*)'$/

/**
 * The same of a value as JSON writes it (`"…"`), also where that is a text within JSON (`\\"…\\"`), or in single quotes as
 * Python does.
 */
export function keptOfWritten(key: string, written: string): string | undefined {
  if (!isPeerAddress(key) && !isStatement(key)) return undefined
  const [, inSingleQuotes] = IN_SINGLE_QUOTES.exec(written) ?? []
  if (inSingleQuotes !== undefined) return inQuotes(keptOf(key, inSingleQuotes))
  const levels = Math.log2(written.indexOf('"') + 1)
  if (!Number.isInteger(levels) || levels > MOST_LEVELS) return undefined
  try {
    const text = read(written, levels)
    const kept = typeof text === 'string' ? keptOf(key, text) : undefined
    return kept === undefined ? undefined : write(kept, levels)
  } catch {
    // It was cut off, or it is no JSON.
    return undefined
  }
}

const inQuotes = (kept: string | undefined): string | undefined => (kept === undefined ? kept : `'${kept}'`)

const read = (written: string, levels: number): unknown =>
  levels === 0 ? JSON.parse(written) : read(String(JSON.parse(`"${written}"`)), levels - 1)

const write = (text: string, levels: number): string =>
  levels === 0 ? JSON.stringify(text) : JSON.stringify(write(text, levels - 1)).slice(1, -1)
