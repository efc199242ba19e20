const QUOTE = 0x22
const LETTER_E = 0x65

/** Whether protobuf holds the key `error`, with its length: a value or a name `error` looks the same. */
export function holdsErrorKeyInProtobuf(bytes: Buffer): boolean {
  return bytes.includes('\x05error')
}

/**
 * Whether JSON holds `"error"`, as a key or a value. Its end is looked for, since a search stops at each byte that is
 * like the first one, and JSON is full of quotes: 9 MB of OTLP/JSON take 2 ms instead of 6 (Node 24).
 */
export function holdsErrorKeyInJson(bytes: Buffer): boolean {
  for (let at = bytes.indexOf('rror"'); at >= 0; at = bytes.indexOf('rror"', at + 1)) {
    if (at > 1 && bytes[at - 1] === LETTER_E && bytes[at - 2] === QUOTE) return true
  }
  return false
}
