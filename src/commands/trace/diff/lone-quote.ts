import { ALONE, WITH_VALUE } from './side-words.ts'

/** The blanks between a value, whatever is in it, and the next word of a side. */
const BEFORE_WORD = new RegExp(`\\s+(?=(?:${WITH_VALUE.join('|')})=|(?:${ALONE.join('|')})(?:\\s|$))`, 'u')

/**
 * The text of a side in which a quote is part of a value (`name=O'Brien`), with quotes of the other kind around that value.
 * Undefined: the quote is not of a value but one that was left open, or both kinds are in the value.
 */
export function quoteAround(text: string, isClosed: (word: string) => boolean): string | undefined {
  const words = text.trim().split(BEFORE_WORD)
  const mended = words.map((word) => (isClosed(word) ? word : quoteValue(word)))
  return mended.includes(undefined) ? undefined : mended.join(' ')
}

function quoteValue(word: string): string | undefined {
  const [, key = '', value = ''] = /^(\w+)=(.+)$/su.exec(word) ?? []
  const inner = value.replace(/^(["'])(.*)\1$/su, '$2')
  const other = inner.includes('"') ? "'" : '"'
  return /^["']|^$/.test(inner) || inner.includes(other) ? undefined : `${key}=${other}${inner}${other}`
}
