import type { AttributeValue } from '../../model.ts'
import { GAP, QUOTE } from '../items/item-reader.ts'
import { MASKED } from '../kept-value.ts'
import { isSensitive } from '../sensitive-keys.ts'
import { isSetting } from '../setting.ts'
import { isSensitiveMember } from '../written/members.ts'
import { type Named, replaceWritten } from '../written/value.ts'

// Headers are also a list of names and values in turn, as Node's `rawHeaders`: `["Host", "a.example", "Cookie", "sid=…"]`.

const NAME = String.raw`(?:proxy-)?authorization|(?:set-)?cookie|x-[a-z\d-]{1,64}|[a-z\d-]{1,64}-(?:key|token|secret|password)`

/**
 * Words, as the name of the next header: a list may hold names alone (`["Cookie", "X-Api-Key"]`). No flag and no path, which follow
 * the name of a program.
 */
const WORDS = String.raw`[a-z]{1,32}|[a-z]{1,24}(?:[-_. ][a-z]{1,24}\d{0,3}){1,8}|x-[\w*-]{1,64}|[-./][^"']{0,256}|[^"']{0,256}\*[^"']{0,256}|.{0,3}`

const BEHIND_WORDS = String.raw`(?=\\{0,16}["'])`

/** Before a name stands the bracket of its list, or the value before. */
const PAIR = new RegExp(
  `(?<=[[,](?:\\s|\\\\{1,16}[nrt]){0,32})[bu]?${QUOTE}(${NAME})${QUOTE}${GAP.source},${GAP.source}(?=[bu]?\\\\{0,16}["'](?!(?:${WORDS})${BEHIND_WORDS}))`,
  'gi',
)

/** Most texts hold none. */
const HINT = /(?:ation|ookie|[\w]-[\w-]{1,64})\\{0,16}["'](?:\s|\\{1,16}[nrt]){0,32},/i

const HEADERS: Named = {
  beginning: PAIR,
  // Each value is a text in quotes.
  bare: /$^/y,
  // None of a map: `"a": "cookie", "b": "c"`.
  behind: new RegExp(`${GAP.source}(?:[,\\])]|\\\\{0,16}"|$)`, 'y'),
  isMeant: isSensitiveMember,
  shown: (value, name = '') => (isSetting(name, value) ? value : MASKED),
}

/** The values behind the names of sensitive headers in a list. */
export function maskHeaderList(text: string): string {
  return HINT.test(text) ? replaceWritten(text, HEADERS) : text
}

const IS_NAME = new RegExp(`^(?:${NAME})$`, 'i')

const IS_WORDS = new RegExp(`^(?:${WORDS})$`, 'i')

/** Whether an item of a list is the value of the header that the item before it names. */
export const isHeadersValue = (before: AttributeValue | undefined, value: AttributeValue): boolean =>
  typeof before === 'string' &&
  typeof value === 'string' &&
  IS_NAME.test(before) &&
  isSensitive(before) &&
  !IS_WORDS.test(value) &&
  !isSetting(before, value)
