import type { AttributeValue } from '../model.ts'
import { EnclosingTexts } from './enclosing-text.ts'
import { isSensitive } from './sensitive-keys.ts'
import { isSensitiveMember, NUMBER, shownOfMember } from './written-members.ts'
import { endOfQuoted, type Named, replaceWritten } from './written-value.ts'

// Headers, variables of an environment and fields of forms are often lists of `{"name": "Authorization", "value": "…"}`.

const OF_NAME = /name|key|k/

const OF_VALUE = /value|v/

/** The longest name that is asked for. */
const LONGEST_NAME = 128

/** Between signs of JSON. A text within JSON writes the end of a line as an escape. */
const GAP = /(?:\s|\\{1,16}[nrt]){0,32}/.source

const QUOTE = /\\{0,16}["']{1,2}/.source

const COLON = `${GAP}(?:=>|:)${GAP}`

const COMMA = `${GAP},${GAP}`

/** The name that an item says, in its quotes. */
const SAID_NAME = `${QUOTE}([^"'\\\\]{0,${LONGEST_NAME}}(?:\\\\{1,16}[^"'\\\\]{1,${LONGEST_NAME}}){0,16})${QUOTE}`

/** Up to three short members between the two: `"type": "text",`. */
const OTHERS = `(?:${QUOTE}(?!(?:${OF_NAME.source})\\\\{0,16}["'])[^"'\\\\]{1,64}${QUOTE}${COLON}(?:${QUOTE}[^"'\\\\]{0,128}${QUOTE}|[\\w.-]{1,32})${COMMA}){0,3}?`

/** `"name": "Authorization", "value": `. */
const NAME_FIRST = new RegExp(
  `["'](?:${OF_NAME.source})${QUOTE}${COLON}${SAID_NAME}${COMMA}${OTHERS}${QUOTE}(?:${OF_VALUE.source})${QUOTE}${COLON}`,
  'gi',
)

/** `"value": `, before a text or a number. */
const VALUE_FIRST = new RegExp(
  `["'](?:${OF_VALUE.source})${QUOTE}${COLON}(?=${/\\{0,16}["']|-?\d/.source})`,
  'gi',
)

/** What is behind such a value: `, "name": "Authorization"`. */
const NAME_BEHIND = new RegExp(
  `${COMMA}${OTHERS}${QUOTE}(?:${OF_NAME.source})${QUOTE}${COLON}${SAID_NAME}`,
  'iy',
)

/** Most texts hold no member of this name. */
const HINT = new RegExp(`["'](?:${OF_VALUE.source})\\\\{0,16}["']`, 'i')

const ITEMS: Named = {
  beginning: NAME_FIRST,
  bare: NUMBER,
  isMeant: isSensitiveMember,
  shown: shownOfMember,
}

/** The values of items that say their names in another member. */
export function maskItems(text: string): string {
  return HINT.test(text) ? maskValuesFirst(replaceWritten(text, ITEMS)) : text
}

const LONGEST_MARK = 17

/** A quote with the backslashes before it. More of them than JSON writes are told apart no more: there are few marks. */
const MARK = /^\\{0,16}["']?/

/** Where the name stands behind the value, the value is a text or a number: a list would be looked at again for what is in it. */
function maskValuesFirst(text: string): string {
  let shown = ''
  let done = 0
  // How far values were looked at, by the quotes that they begin with: one within another in the same quotes is none.
  const closed = new Map<string, number>()
  const around = new EnclosingTexts(text)
  for (const { 0: found, index } of text.matchAll(VALUE_FIRST)) {
    const from = index + found.length
    const [mark = ''] = MARK.exec(text.slice(from, from + LONGEST_MARK)) ?? []
    if (from < Math.max(done, closed.get(mark) ?? 0)) continue
    const end = endOfScalar(text, from, around)
    closed.set(mark, end)
    const name = end === from ? undefined : nameBehind(text, end)
    if (name === undefined || !isSensitiveMember(name)) continue
    shown += text.slice(done, from) + shownOfMember(text.slice(from, end), name)
    done = end
  }
  return shown + text.slice(done)
}

function endOfScalar(text: string, from: number, around: EnclosingTexts): number {
  NUMBER.lastIndex = from
  return NUMBER.test(text) ? NUMBER.lastIndex : endOfQuoted(text, from, around.levelAt(from))
}

function nameBehind(text: string, from: number): string | undefined {
  NAME_BEHIND.lastIndex = from
  return NAME_BEHIND.exec(text)?.[1]
}

const IS_NAME = new RegExp(`^(?:${OF_NAME.source})$`, 'i')

const IS_VALUE = new RegExp(`^(?:${OF_VALUE.source})$`, 'i')

/** Members of a map, of which the value of an item stands under the name that the item says. */
export function underSaidNames(
  members: readonly (readonly [string, AttributeValue])[],
): readonly (readonly [key: string, under: string, AttributeValue])[] {
  const said = members.find(([key, name]) => IS_NAME.test(key) && isSensitiveName(name))?.[1]
  return members.map(([key, value]) => [
    key,
    said !== undefined && IS_VALUE.test(key) ? String(said) : key,
    value,
  ])
}

const isSensitiveName = (name: AttributeValue): boolean =>
  typeof name === 'string' && name.length <= LONGEST_NAME && isSensitive(name)
