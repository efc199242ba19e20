import { constants } from 'node:buffer'
import { Failure } from '../../errors.ts'
import { noTrace } from './foreign-json.ts'
import { FALLBACK, firstSign, isBlank, JsonBytes } from './json-bytes.ts'

/** The text of JSON. Failure `api-failed` where it is longer than a string of V8 can be. */
export function asString(bytes: Buffer): string {
  if (bytes.length < constants.MAX_STRING_LENGTH) return bytes.toString('utf8')
  throw noTrace(
    `${Math.round(bytes.length / 1e6)} MB of JSON in one value exceed the limit of the JavaScript engine`,
    'Convert it to OTLP protobuf or NDJSON (one document per line).',
  )
}

/** The value; `undefined`: not JSON, or longer than a string can be. */
export function parsed(bytes: Buffer): unknown {
  return bytes.length < constants.MAX_STRING_LENGTH ? parsedText(bytes.toString('utf8')) : undefined
}

/** The same of a text. */
export function parsedText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

const isOpening = (sign: number | undefined): boolean => sign === 0x7b || sign === 0x5b
const isClosing = (sign: number | undefined): boolean => sign === 0x7d || sign === 0x5d

/**
 * The objects and lists that follow each other in a text, with or without blanks between them, as of `jq .`. One at a time:
 * there may be very many. Then the rest: an unfinished one, or something else. It looks into none of them.
 */
export function* separate(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; ) {
    const start = from + firstSign(bytes.subarray(from))
    from = isOpening(bytes[start]) ? endOfDocument(bytes, start) : bytes.length
    if (start < bytes.length) yield bytes.subarray(start, from)
  }
}

/** The end of the text, where the document has none. */
function endOfDocument(bytes: Buffer, from: number): number {
  let depth = 0
  for (let at = from; at < bytes.length; at++) {
    const sign = bytes[at]
    if (sign === QUOTE) at = endOfText(bytes, at)
    else if (isOpening(sign)) depth++
    else if (isClosing(sign) && --depth === 0) return at + 1
  }
  return bytes.length
}

function endOfText(bytes: Buffer, from: number): number {
  let at = from + 1
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at
}

/** Failure `api-failed` for a text that isn't a JSON; it begins at `start`, behind white space. */
export function brokenJson(bytes: Buffer, start: number): Failure {
  const fault = start + passed(bytes.subarray(start)).at
  if (bytes.subarray(fault).every(isBlank))
    return broken('the JSON is cut off', 'Download it again. The end is missing.')
  return brokenAt(`the JSON is broken at byte ${fault + 1}`)
}

/** Whether a line begins as an object or a list does and lacks its end. */
export function isCutOff(line: Buffer): boolean {
  const { isWhole, at } = passed(line)
  return isOpening(line[0]) && !isWhole && line.subarray(at).every(isBlank)
}

const ANY_JSON = { mostDeep: 1_000_000, mostDigits: Number.POSITIVE_INFINITY }

/** How far the first value reaches, and what is blank behind it; where it isn't a JSON, the first byte that is wrong. */
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

/** Failure `api-failed` for a document of one value a line; the first line is 1. */
export const brokenDocument = (unit: string, number: number): Failure =>
  brokenAt(`${unit} ${number} is not JSON`)

const brokenAt = (why: string): Failure => broken(why, 'Check that place, or export the file again.')

/** No message of `JSON.parse`: it quotes the text. */
const broken = (why: string, hint: string): Failure =>
  new Failure('api-failed', why, { reason: 'broken-json', hint })
