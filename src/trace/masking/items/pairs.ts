import type { AttributeValue } from '../../model.ts'
import { isSensitive, wordsOf } from '../sensitive-keys.ts'
import { isSetting } from '../setting.ts'
import { isSensitiveMember, NUMBER, shownOfMember } from '../written/members.ts'
import { type Named, replaceWritten } from '../written/value.ts'
import { GAP } from './item-reader.ts'
import { LONGEST_NAME, plainText } from './item-words.ts'

// Headers and fields of forms are also lists of pairs: `[["cookie", "…"]]`, in Python `[('cookie', '…')]`.

/** A text in quotes, as a list begins with it. Most texts hold none. */
const HINT = /[[(](?:\s|\\{1,16}[nrt]){0,32}b?\\{0,16}["']|\{\s{0,8}:\w/

/**
 * Before a pair stands the bracket of its list, or another pair: `["email", "password"]` alone is a list of names. Bytes stand
 * in no list of names.
 */
const IN_LIST =
  /(?<=(?:\[|\],)(?:\s|\\{1,16}[nrt]){0,32})\[|(?<=(?:[[({]|\),)(?:\s|\\{1,16}[nrt]){0,32})\(|\((?=b["'])/

/** The name of a pair is one word: what has more is a text of its own. */
const NAME = `[bu]?\\\\{0,16}["']([^"'\\\\\\s]{1,${LONGEST_NAME}})\\\\{0,16}["']`

/** Elixir's `{:password, "…"}`. */
const ATOM = String.raw`(?<=\{\s{0,8}):(\w{1,${LONGEST_NAME}})`

const PAIR = new RegExp(`(?:${IN_LIST.source})${GAP.source}${NAME}${GAP.source},${GAP.source}`, 'g')

const PAIR_OF_ATOM = new RegExp(`${ATOM}${GAP.source},${GAP.source}`, 'g')

/**
 * Names of people and of what is no secret by its name alone. Two words, of which the first one is such a name, are as often
 * a column and its order: `["email","asc"]`.
 */
const AMBIGUOUS =
  /(?:^|\.)(?:e?mail|(?:tele)?phone|session|user\.?name|(?:first|last|full|login|nick)\.?name)$/

const WORDS = /^(?:[bu]?\\*["'])?[a-z][a-z ._]{0,63}(?:\\*["'])?$/i

/** Whether a pair holds no secret. */
const isOfWords = (name: string, value: string): boolean =>
  isSetting(name, value) || (AMBIGUOUS.test(wordsOf(name)) && WORDS.test(value))

const PAIRS: Named = {
  beginning: PAIR,
  bare: NUMBER,
  // A third item makes it a row of a table. What is cut off has no more.
  behind: new RegExp(`${GAP.source}(?:,?${GAP.source}[\\])}]|\\\\{0,16}"|$)`, 'y'),
  isMeant: isSensitiveMember,
  shown: (value, name = '') => (isOfWords(name, value) ? value : shownOfMember(value, name)),
}

const PAIRS_OF_ATOMS: Named = { ...PAIRS, beginning: PAIR_OF_ATOM }

/** The values of pairs whose names are sensitive. */
export function maskPairs(text: string): string {
  return HINT.test(text) ? replaceWritten(replaceWritten(text, PAIRS), PAIRS_OF_ATOMS) : text
}

/** The same of a list that is no text. Gives the name. */
export function nameOfPair(item: AttributeValue): string | undefined {
  if (!Array.isArray(item) || item.length !== 2) return undefined
  const [name, value] = item
  if (typeof name !== 'string' || name.length > LONGEST_NAME || /\s/.test(name)) return undefined
  return isSensitive(name) && !isOfWords(name, plainText(value)) ? name : undefined
}
