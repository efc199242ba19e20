import { constants } from 'node:buffer'
import { noTrace } from '../foreign-json.ts'

export const NEWLINE = 0x0a

/** The first byte that is neither white space nor a byte order mark. */
export function firstSign(bytes: Buffer): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === NEWLINE || bytes[at] === 0x0d) at++
  return at
}

/** The text of JSON. Failure `api-failed` where it is longer than a string of V8 can be. */
export function asString(bytes: Buffer): string {
  if (bytes.length < constants.MAX_STRING_LENGTH) return bytes.toString('utf8')
  throw noTrace(
    `${Math.round(bytes.length / 1e6)} MB of JSON in one value are more than this JavaScript engine can hold`,
    'Give it as OTLP protobuf or as NDJSON (one document a line).',
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
