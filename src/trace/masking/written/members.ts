import { keptOfWritten, MASKED } from '../kept-value.ts'
import { isOfMany, isSensitive } from '../sensitive-keys.ts'
import { type Named, replaceWritten } from './value.ts'

/** What JSON writes between the quotes of a name, with escapes (`\u0070`). A text within JSON has more backslashes. */
const NAME_IN_QUOTES = /(?=[^"])[^"\\]{0,128}(?:\\{1,16}[^"\\]{1,128}){0,128}/

/** The name of a member of JSON, and what divides it from its value: `"token": "…"`, `"sessionId": 7`. */
const MEMBER = new RegExp(`"(${NAME_IN_QUOTES.source})${/(?:\\*"){1,2}\s{0,32}(?:=>|:)\s{0,32}/.source}`, 'g')

/** The same in single quotes, as Python and Ruby write it: `'phone': '…'`. Not in prose: `Invalid field 'phone': …`. */
const MEMBER_IN_SINGLE_QUOTES =
  /(?<=(?:[{,(]|^)(?:\s|\\+[nrt]){0,32}[bu]?)'([^'"\\]{1,128})\\*'\s{0,32}(?:=>|:)\s{0,32}/gm

/** What each of these needs: most texts in single quotes are literals of statements. */
const IN_SINGLE_QUOTES = /'\s{0,32}(?:=>|:)/

/** A name without its escapes. */
const unescaped = (name: string): string =>
  name.includes('\\')
    ? name.replace(/\\+u([\da-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : name

/** A value without quotes. Not `true` and `null`, which tell no secret. */
export const NUMBER = /-?\d[\d.]*(?:e[+-]?\d+)?/iy

/** Whether a value is masked is decided by its key, as for an attribute. The key is as it is written. */
export const isSensitiveMember = (key: string): boolean => isSensitive(unescaped(key))

/** What is shown of such a value. */
export const shownOfMember = (value: string, key: string | undefined): string => {
  const name = key === undefined ? undefined : unescaped(key)
  if (name !== undefined && IS_COUNT.test(value) && isOfMany(name)) return value
  return (name === undefined ? undefined : keptOfWritten(name, value)) ?? MASKED
}

/** A number, or an empty list. */
const IS_COUNT = /^(?:\d+|\[\s*\])$/

const MEMBERS: Named = {
  beginning: MEMBER,
  bare: NUMBER,
  isMeant: isSensitiveMember,
  shown: shownOfMember,
}

const SINGLE_QUOTED: Named = { ...MEMBERS, beginning: MEMBER_IN_SINGLE_QUOTES }

/** The values of members of JSON, and of maps as other programs write them. */
export function maskMembers(text: string): string {
  const masked = text.includes('"') ? replaceWritten(text, MEMBERS) : text
  return IN_SINGLE_QUOTES.test(masked) ? replaceWritten(masked, SINGLE_QUOTED) : masked
}
