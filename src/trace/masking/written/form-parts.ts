import { MASKED } from '../kept-value.ts'
import { isSensitiveMember } from './members.ts'

// A form with files (multipart/form-data, RFC 7578) has its fields one behind the other: headers, an empty line, a value, and a
// line that begins with two dashes.

/** A new line, also as a text of JSON writes it. */
const NEW_LINE = /(?:\r?\n|(?:\\{1,8}r)?\\{1,8}n)/.source

/** The header of a field with its name, other headers, and the empty line. The last group is its new line. */
const BEGINNING = new RegExp(
  `form-data;\\s{0,4}name=(?:\\\\{0,16}"([\\w.[\\]:-]{1,128})\\\\{0,16}"|([\\w.:-]{1,128}))[ \\t]{0,4}(?:;[^\\n\\r\\\\]{0,64}(?:\\\\{1,16}"[^\\n\\r\\\\]{0,64}){0,8})?(?:${NEW_LINE}[A-Za-z-]{1,32}:[^\\n\\r\\\\]{0,128}){0,4}(${NEW_LINE})\\3`,
  'gi',
)

/** Where a text of JSON ends that a field stands in that is cut off. */
const END_OF_TEXT = /(?<!\\)"\s{0,8}(?:[,:}\]]|$)/g

/** The values of sensitive fields of a form with files. */
export function maskFormParts(text: string): string {
  if (!/form-data;/i.test(text)) return text
  let shown = ''
  let done = 0
  BEGINNING.lastIndex = 0
  for (let found = BEGINNING.exec(text); found; found = BEGINNING.exec(text)) {
    const [, inQuotes, bare, newLine = ''] = found
    // `user[phone]`
    if (!isSensitiveMember((inQuotes ?? bare ?? '').replace(/[[\]]{1,2}/g, '.'))) continue
    const from = BEGINNING.lastIndex
    const next = text.indexOf(`${newLine}--`, from)
    const end = next < 0 ? endOfCutOff(text, from, newLine) : next
    if (end > from) shown += text.slice(done, from) + MASKED
    if (end > from) done = end
    BEGINNING.lastIndex = end
  }
  return shown + text.slice(done)
}

/** A field that is cut off goes to the end of its text. */
function endOfCutOff(text: string, from: number, newLine: string): number {
  if (!newLine.startsWith('\\')) return text.length
  END_OF_TEXT.lastIndex = from
  return END_OF_TEXT.exec(text)?.index ?? text.length
}
