const PREFIX = 4
/** Field 1 with a length: how the message of a trace begins. */
const TRACES = 0x0a

/**
 * Where the last whole message ends of a file in which each stands behind its length, of four bytes with the highest first, as the
 * collector's file exporter writes them with `format: proto`. 0: it is no such file. The last message may be cut off, as of a file
 * that is still being written: then the first one has to begin as one of a trace does.
 */
export function endOfMessages(bytes: Buffer): number {
  let at = 0
  while (at + PREFIX < bytes.length) {
    const length = bytes.readUInt32BE(at)
    // None is empty: a file of zeros is none of these.
    if (length === 0) return 0
    if (at + PREFIX + length > bytes.length) break
    at += PREFIX + length
  }
  return at === bytes.length || bytes[PREFIX] === TRACES ? at : 0
}

/** The messages up to there, one at a time: there may be very many. */
export function* messagesOf(bytes: Buffer, end: number): Generator<Buffer> {
  for (let at = 0; at < end; ) {
    const to = at + PREFIX + bytes.readUInt32BE(at)
    yield bytes.subarray(at + PREFIX, to)
    at = to
  }
}
