import { Failure } from '../../../errors.ts'
import { FALLBACK, JsonBytes } from '../json-scan/json-bytes.ts'
import { isOpening } from './separate.ts'

const NEWLINE = 0x0a

/** Failure `api-failed` for a text that is no JSON; it begins at `start`, behind white space. */
export function brokenJson(bytes: Buffer, start: number): Failure {
  const fault = start + faultIn(bytes.subarray(start))
  // An editor or a script may have ended the line.
  if (isBlank(bytes, fault))
    return broken('the JSON is cut off', 'Get it again: it was not written to its end.')
  const newline = bytes.indexOf(NEWLINE)
  if (newline < 0 || isBlank(bytes, newline)) return brokenAt(`the JSON is broken at byte ${fault + 1}`)
  let [line, lineStart] = [1, 0]
  for (let end = newline; end >= 0 && end < fault; end = bytes.indexOf(NEWLINE, lineStart)) {
    line++
    lineStart = end + 1
  }
  return brokenAt(`the JSON is broken at line ${line}, column ${characters(bytes, lineStart, fault) + 1}`)
}

/** Whether a line begins as an object or a list does and lacks its end. Bytes of zero alone are a line that was never written. */
export function isCutOff(line: Buffer): boolean {
  const written = line.subarray(0, endOfWritten(line))
  if (written.length === 0) return true
  const { isWhole, at } = passed(written)
  return isOpening(written[0]) && !isWhole && at >= written.length
}

const ANY_JSON = { mostDeep: 1_000_000, mostDigits: Number.POSITIVE_INFINITY }

/** Where a text that is no JSON stops to be the beginning of one; its length when it is cut off. */
const faultIn = (bytes: Buffer): number => passed(bytes).at

/** How far the first value reaches, and what is blank behind it; where it is no JSON, the first byte that is wrong. */
function passed(bytes: Buffer): { readonly isWhole: boolean; readonly at: number } {
  const json = new JsonBytes(bytes, ANY_JSON)
  try {
    json.skip()
    json.peek()
    return { isWhole: true, at: json.at }
  } catch (error) {
    if (error !== FALLBACK) throw error
    return { isWhole: false, at: json.at }
  }
}

/** What a full disk or a power cut leaves behind the last byte that was written are bytes of zero. */
function endOfWritten(bytes: Buffer): number {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === 0 || BLANKS.has(bytes[end - 1]!))) end--
  return end
}

/** Failure `api-failed` for a document of one value a line; the first line is 1. */
export const brokenDocument = (unit: string, number: number): Failure =>
  brokenAt(`${unit} ${number} is not JSON`)

const brokenAt = (why: string): Failure =>
  broken(why, 'Look at that place, or get it again from what wrote it.')

/** No message of `JSON.parse`: it quotes the text. */
const broken = (why: string, hint: string): Failure =>
  new Failure('api-failed', why, { reason: 'broken-json', hint })

function isBlank(bytes: Buffer, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (!BLANKS.has(bytes[at]!)) return false
  return true
}

const BLANKS: ReadonlySet<number> = new Set(Buffer.from(' \t\r\n'))

/** Characters of UTF-8, without making a text: a line may be all of a large file. */
function characters(bytes: Buffer, from: number, to: number): number {
  let count = 0
  for (let at = from; at < to; at++) if ((bytes[at]! & 0xc0) !== 0x80) count++
  return count
}
