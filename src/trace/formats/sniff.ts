import { gunzipSync } from 'node:zlib'
import type { Trace } from '../model.ts'
import { Collection, type Explain, withDetails } from './collection.ts'
import { damagedTrace, noTrace } from './foreign-json.ts'
import { firstSign, NEWLINE } from './json-bytes.ts'
import {
  asString,
  brokenJson,
  type OfLines,
  parsed,
  parsedText,
  readLines,
  readSeparate,
} from './json-lines.ts'
import { exactValue, readValue } from './json-value.ts'
import { readOtlpProtobuf } from './otlp/otlp-protobuf.ts'
import { holdsErrorKeyInJson, otlpVocabulary, readOtlpBytes } from './otlp/otlp-scan.ts'

const MIB = 1024 * 1024
/** Size limit of the user's own file after decompression. */
const MOST_UNPACKED = 1024 * MIB
/** Bytes of the longest text, number or word that is looked at as JSON. */
const MOST_SCALAR = 65_536

export { jaegerErrorIn } from './jaeger-json.ts'

/** How {@link readTraces} treats errors and sizes. */
export interface ReadOptions extends OfLines {
  /** Maps every error before it is thrown, also one of a damaged part that is read lazily. */
  readonly explain?: Explain
  /** Size limit of gzipped input after decompression, in bytes (1 GiB when absent), against decompression bombs. */
  readonly maxBytes?: number
  /** Called with the reason of a partial document without spans: it has no trace for the mark. */
  readonly onEmptyPart?: (why: string) => void
}

/**
 * Reads traces in any supported format, detected from the bytes alone: OTLP protobuf (bare or Tempo's v2 answer), OTLP/JSON,
 * Jaeger, Zipkin v2, Lightstep, our own. One document or one a line, gzipped or not. Empty where the document is recognised and
 * holds no span. Failure `api-failed` for anything else, at once or when a damaged part is read lazily.
 */
export function readTraces(input: Uint8Array, reading: ReadOptions = {}): Trace[] {
  const { explain = (error) => error, maxBytes = MOST_UNPACKED } = reading
  try {
    const into = read(unpack(input, maxBytes), explain, reading)
    const traces = into.traces()
    if (traces.length === 0 && into.whyEmpty !== undefined) reading.onEmptyPart?.(into.whyEmpty)
    return traces
  } catch (error) {
    // Stack overflow: values nested deeper than anything a tracer writes.
    throw explain(error instanceof RangeError ? noTrace('it is nested too deeply') : error)
  }
}

function read(bytes: Buffer, explain: Explain, ofLines: OfLines): Collection {
  const start = firstSign(bytes)
  if (start >= bytes.length) throw noTrace('it is empty')
  const sign = bytes[start]
  if (sign === 0x7b || sign === 0x5b) {
    const found = readJsonBytes(bytes, start, explain, ofLines)
    if (found) return found
  }
  // A JSON value that is neither an object nor a list.
  if (bytes.length <= MOST_SCALAR && parsed(bytes.subarray(start)) !== undefined)
    throw noTrace('the JSON holds no spans')
  // Field 1 with a length: how TracesData and TraceByIDResponse begin.
  const into = new Collection(explain)
  if (bytes[0] === 0x0a || bytes[0] === 0x12) readOtlpProtobuf(bytes, into)
  else if (isZstd(bytes, 0)) throw noTrace(ZSTD, 'Decompress it: zstd -d FILE')
  else readMessages(bytes, into, ofLines)
  return withDetails(into, bytes, holdsErrorKeyInProtobuf(bytes))
}

/** A file of messages behind their lengths. */
function readMessages(bytes: Buffer, into: Collection, { onCutLine }: OfLines): void {
  const end = endOfMessages(bytes)
  if (end === 0) throw noTrace('it is neither JSON nor OTLP protobuf')
  if (isZstd(bytes, 4))
    throw noTrace(ZSTD, 'Its messages are compressed one by one. Write them uncompressed.')
  for (const message of messagesOf(bytes, end)) readOtlpProtobuf(message, into)
  if (end === bytes.length) return
  const cut = 'the last message is cut off'
  if (onCutLine !== undefined && into.traces().length > 1) onCutLine(cut)
  else into.partial = cut
}

const ZSTD = 'it is compressed with zstd'

const isZstd = (bytes: Buffer, at: number): boolean =>
  bytes.length >= at + 4 && bytes.readUInt32BE(at) === 0x28b52ffd

function unpack(input: Uint8Array, maxBytes: number): Buffer {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength)
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes })
  } catch (cause) {
    const most = `${Math.floor(maxBytes / MIB)} MiB`
    throw damagedTrace(`the compressed data is damaged or unpacks to more than ${most}`, cause)
  }
}

/** `undefined` when it is not JSON at all. */
function readJsonBytes(
  input: Buffer,
  start: number,
  explain: Explain,
  ofLines: OfLines,
): Collection | undefined {
  const bytes = input.subarray(start)
  const vocabulary = otlpVocabulary()
  const scanned = readOtlpBytes(bytes, vocabulary, explain)
  if (scanned) return scanned
  const end = bytes.indexOf(NEWLINE)
  const isInLines = end > 0 && firstSign(bytes.subarray(end)) < bytes.length - end
  if (isInLines && parsed(bytes.subarray(0, end)) !== undefined)
    return finish(readLines(input, start, vocabulary, explain, ofLines), bytes)
  const text = asString(bytes)
  const value = parsedText(text)
  if (value === undefined) {
    // Protobuf can begin with 0x0a 0x7b: left to its parser, which checks every length.
    if (bytes.includes(0)) return undefined
    const apart = readSeparate(bytes, vocabulary, explain, ofLines)
    if (apart === undefined) throw brokenJson('the JSON is broken or cut off')
    return finish(apart, bytes)
  }
  const into = new Collection(explain)
  readValue(value, into)
  if (!into.inexact) return finish(into, bytes)
  const exact = new Collection(explain)
  readValue(exactValue(text), exact)
  return finish(exact, bytes)
}

function finish(into: Collection, bytes: Buffer): Collection {
  if (!into.recognised) throw noTrace('the JSON holds no spans')
  return withDetails(into, bytes, holdsErrorKeyInJson(bytes))
}

/** Whether protobuf holds the key `error`, with its length: a value or a name `error` looks the same. */
function holdsErrorKeyInProtobuf(bytes: Buffer): boolean {
  return bytes.includes('\x05error')
}

const PREFIX = 4
/** Field 1 with a length: how the message of a trace begins. */
const TRACES = 0x0a

/**
 * The end of the last whole message of a file in which each stands behind its length, of four bytes with the highest first. The
 * collector's file exporter writes it with `format: proto`. 0: it isn't that. The last message may be cut off by a running
 * writer: then the first one has to begin like a trace.
 */
function endOfMessages(bytes: Buffer): number {
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
function* messagesOf(bytes: Buffer, end: number): Generator<Buffer> {
  for (let at = 0; at < end; ) {
    const to = at + PREFIX + bytes.readUInt32BE(at)
    yield bytes.subarray(at + PREFIX, to)
    at = to
  }
}
