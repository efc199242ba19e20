const PREFIX = 4

/**
 * Whether each message of a file stands behind its length, of four bytes with the highest first, as the collector's file exporter
 * writes them with `format: proto`: the lengths lead to the end of the file. None of them is zero, as those of a file of zeros are.
 */
export function isLengthPrefixed(bytes: Buffer): boolean {
  let at = 0
  while (at + PREFIX < bytes.length) {
    const length = bytes.readUInt32BE(at)
    if (length === 0) return false
    at += PREFIX + length
  }
  return at === bytes.length
}

/** The messages of such a file, one at a time: there may be very many. */
export function* messagesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const end = at + PREFIX + bytes.readUInt32BE(at)
    yield bytes.subarray(at + PREFIX, end)
    at = end
  }
}
