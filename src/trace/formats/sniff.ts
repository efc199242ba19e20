import { constants } from 'node:buffer'
import { gunzipSync } from 'node:zlib'
import { isObject } from '../../json-object.ts'
import type { Trace } from '../model.ts'
import { brokenJson, brokenLine } from './broken-json.ts'
import { Collection, type Explain } from './collection.ts'
import { holdsErrorKeyInJson, holdsErrorKeyInProtobuf } from './error-key.ts'
import { quoteLongIntegers } from './integer.ts'
import { isJaegerEnvelope, isJaegerTrace, readJaeger } from './jaeger/jaeger-json.ts'
import { JAEGER_KEYS, scanJaegerJson } from './jaeger/jaeger-scan.ts'
import { JAEGER_WARNINGS } from './jaeger/jaeger-warnings.ts'
import { type Vocabulary, vocabularyOf } from './json-scan/vocabulary.ts'
import { isDatadogList, isLightstepTrace, readLightstep } from './lightstep/lightstep-json.ts'
import { isOtlpJson, readOtlpJson } from './otlp/otlp-json.ts'
import { readOtlpProtobuf } from './otlp/otlp-protobuf.ts'
import { OTLP_KEYS, scanOtlpJson } from './otlp/otlp-scan.ts'
import { isOwnSpan, isOwnTrace, readOwnJson } from './own/own-json.ts'
import { damagedTrace, noTrace } from './unreadable.ts'
import { isZipkinSpan, readZipkin } from './zipkin/zipkin-json.ts'
import { scanZipkinJson, ZIPKIN_KEYS } from './zipkin/zipkin-scan.ts'

const MIB = 1024 * 1024
/** Size limit of the user's own file after decompression. */
const MOST_UNPACKED = 1024 * MIB
const NEWLINE = 0x0a
/** Bytes of the longest text, number or word that is looked at as JSON. */
const MOST_SCALAR = 65_536
/** Six characters, because V8 searches for a longer text by another way, and in binary that is the slower one: of 43 MB
 * without any, 3 ms instead of 11 (Node 24). */
const WARNINGS_BEGIN = JAEGER_WARNINGS.slice(0, 6)

const KEYS = [...OTLP_KEYS, ...JAEGER_KEYS, ...ZIPKIN_KEYS]

/** How {@link readTraces} treats errors and sizes. */
export interface ReadOptions {
  /** Maps every error before it is thrown, also one of a damaged part that is read lazily. */
  readonly explain?: Explain
  /** Size limit of gzipped input after decompression, in bytes (1 GiB when absent), against decompression bombs. */
  readonly maxBytes?: number
  /** Told that the last line is cut off, where that may be of any of several traces. Without it, it is said of each trace. */
  readonly onCutLine?: (why: string) => void
  /** Told of lines of JSON that hold no spans, such as the error of one request of several: the others are read. */
  readonly onSpanless?: (what: string) => void
}

/** What is said of lines, see {@link ReadOptions}. */
type OfLines = Pick<ReadOptions, 'onCutLine' | 'onSpanless'>

/**
 * Reads traces in any supported format, detected from the bytes alone: OTLP protobuf (bare or Tempo's v2 answer),
 * OTLP/JSON, Jaeger, Zipkin v2, Lightstep, our own JSON, one document or one a line, gzipped or not. Empty where the
 * document is recognised and holds no span. Failure `api-failed` for anything else, at once or when a damaged part is
 * read lazily.
 */
export function readTraces(input: Uint8Array, reading: ReadOptions = {}): Trace[] {
  const { explain = (error) => error, maxBytes = MOST_UNPACKED } = reading
  try {
    return read(unpack(input, maxBytes), explain, reading)
  } catch (error) {
    // Stack overflow: values nested deeper than anything a tracer writes.
    throw explain(error instanceof RangeError ? noTrace('it is nested too deeply') : error)
  }
}

function read(bytes: Buffer, explain: Explain, ofLines: OfLines): Trace[] {
  const start = firstSign(bytes)
  if (start >= bytes.length) throw noTrace('it is empty')
  const sign = bytes[start]
  if (sign === 0x7b || sign === 0x5b) {
    const traces = readJsonBytes(bytes, start, explain, ofLines)
    if (traces) return traces
  }
  // A JSON value that is neither an object nor a list.
  if (bytes.length <= MOST_SCALAR && parsed(bytes.subarray(start)) !== undefined)
    throw noTrace('the JSON holds no spans')
  // Field 1 with a length: how TracesData and TraceByIDResponse begin.
  if (bytes[0] !== 0x0a && bytes[0] !== 0x12) throw noTrace('it is neither JSON nor OTLP protobuf')
  const into = new Collection(explain)
  readOtlpProtobuf(bytes, into)
  return tracesOf(into, bytes, holdsErrorKeyInProtobuf(bytes))
}

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

/** The first byte that is neither white space nor a byte order mark. */
function firstSign(bytes: Buffer): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === NEWLINE || bytes[at] === 0x0d) at++
  return at
}

/** `undefined` when it is not JSON at all. */
function readJsonBytes(
  input: Buffer,
  start: number,
  explain: Explain,
  ofLines: OfLines,
): Trace[] | undefined {
  const bytes = input.subarray(start)
  const vocabulary = vocabularyOf(KEYS)
  const scanned = scanOtlpJson(bytes, vocabulary, explain)
  if (scanned) return tracesOf(scanned, bytes, holdsErrorKeyInJson(bytes))
  const others = scanJaegerJson(bytes, vocabulary, explain) ?? scanZipkinJson(bytes, vocabulary, explain)
  if (others) return tracesOf(others, bytes, false)
  const end = bytes.indexOf(NEWLINE)
  if (end > 0 && firstSign(bytes.subarray(end)) < bytes.length - end) {
    const first = parsed(bytes.subarray(0, end))
    if (first !== undefined) return finish(readLines(input, start, vocabulary, explain, ofLines), bytes)
  }
  const text = asString(bytes)
  const value = parsedText(text)
  if (value === undefined) return bytes[0] === 0x7b && bytes.length < 2 ? undefined : notJson(input, start)
  const into = new Collection(explain)
  readValue(value, into)
  if (!into.inexact) return finish(into, bytes)
  const exact = new Collection(explain)
  readValue(JSON.parse(quoteLongIntegers(text)), exact)
  return finish(exact, bytes)
}

function notJson(bytes: Buffer, start: number): undefined {
  // Protobuf can begin with 0x0a 0x7b: left to its parser, which checks every length.
  if (bytes.includes(0)) return undefined
  throw brokenJson(bytes, start)
}

function finish(into: Collection, bytes: Buffer): Trace[] {
  if (!into.recognised) throw noTrace('the JSON holds no spans')
  return tracesOf(into, bytes, holdsErrorKeyInJson(bytes))
}

/**
 * Attributes stay unread unless one of them matters here: looking for its name in the bytes costs next to nothing.
 * `mayFail`: a span may say by an attribute that it failed, and its reader has not looked.
 */
function tracesOf(into: Collection, bytes: Buffer, mayFail: boolean): Trace[] {
  if (bytes.includes(WARNINGS_BEGIN)) into.readWarnings()
  if (mayFail) into.readErrors()
  return into.traces()
}

/**
 * One document a line (the collector's file exporter, `-o ndjson`): never more than a line becomes a string. A last line
 * that is cut off, as of a file that is still being written or of a full disk, leaves the others as they are.
 */
function readLines(
  bytes: Buffer,
  start: number,
  vocabulary: Vocabulary,
  explain: Explain,
  { onCutLine, onSpanless }: OfLines,
): Collection {
  const into = new Collection(explain)
  // Zipkin's halves and our own resources are matched across spans, so their lines are read together.
  const spans: unknown[] = []
  let number = linesBefore(start, bytes)
  let cut: string | undefined
  const spanless = { lines: 0, first: 0 }
  for (let from = start; from < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, from)
    const to = newline < 0 ? bytes.length : newline
    number++
    const line = bytes.subarray(from, to)
    if (firstSign(line) < line.length) {
      const scanned = scanOtlpJson(line, vocabulary, explain)
      const { value, hasSpans } = scanned ? { value: undefined, hasSpans: true } : readLine(line)
      if (scanned) into.absorb(scanned)
      else if (value === undefined) {
        const isLast = firstSign(bytes.subarray(to)) >= bytes.length - to
        if (!isLast || !(into.recognised || spans.length > 0)) throw brokenLine(number)
        cut = `line ${number}, the last, is cut off`
      } else if (isZipkinSpan(value)) spans.push(value)
      else readValue(value, into, true)
      if (!hasSpans && value !== undefined && !isOfCollector(value)) {
        spanless.lines++
        spanless.first ||= number
      }
    }
    from = to + 1
  }
  if (spans.length > 0) readZipkin(spans, into)
  if (spanless.lines > 0 && into.traces().length > 0) onSpanless?.(spanlessText(spanless))
  if (cut !== undefined && onCutLine !== undefined && into.traces().length > 1) onCutLine(cut)
  else into.partial = cut
  return into
}

function spanlessText({ lines, first }: { readonly lines: number; readonly first: number }): string {
  if (lines === 1) return `line ${first} holds no spans`
  return `${lines} lines hold no spans (the first is line ${first})`
}

/** OpenTelemetry's collector writes metrics and logs beside spans, and documents without any of them. */
const isOfCollector = (value: unknown): boolean => isOtlpJson(value) || isMetricsOrLogs(value)

const isMetricsOrLogs = (value: unknown): boolean =>
  isObject(value) && (Array.isArray(value.resourceMetrics) || Array.isArray(value.resourceLogs))

function linesBefore(start: number, bytes: Buffer): number {
  let count = 0
  for (let at = 0; at < start; at++) if (bytes[at] === NEWLINE) count++
  return count
}

/** Parses a line; where JSON.parse has rounded an integer, again with long integers quoted. Undefined: not JSON. */
function readLine(line: Buffer): { readonly value: unknown; readonly hasSpans: boolean } {
  const text = asString(line)
  const value = parsedText(text)
  if (value === undefined) return { value, hasSpans: false }
  const trial = new Collection()
  readValue(value, trial, true)
  const exact: unknown = trial.inexact ? JSON.parse(quoteLongIntegers(text)) : value
  return { value: exact, hasSpans: trial.traces().length > 0 }
}

/** Reads one JSON value of any format. `lenient`: a line without spans (metrics, logs) is skipped, not an error. */
function readValue(value: unknown, into: Collection, lenient = false): void {
  if (Array.isArray(value)) readList(value as unknown[], into)
  else if (!isObject(value)) return
  else if (isOtlpJson(value)) readOtlpJson(value, into)
  else if (isJaegerTrace(value) || isJaegerEnvelope(value)) readJaeger(value, into)
  else if (isOwnTrace(value) || isOwnSpan(value)) readOwnJson(value, into)
  else if (isZipkinSpan(value)) readZipkin([value], into)
  else if (isLightstepTrace(value)) readLightstep(value, into)
  else if (isDatadogList(value)) throw noTrace("it is Datadog's JSON")
  else if (lenient && isMetricsOrLogs(value)) into.recognised = true
}

function readList(values: readonly unknown[], into: Collection): void {
  if (values.length === 0) into.recognised = true
  const flat = values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]))
  const zipkin = flat.filter(isZipkinSpan)
  if (zipkin.length > 0) readZipkin(zipkin, into)
  for (const value of flat) if (!isZipkinSpan(value)) readValue(value, into, true)
}

function asString(bytes: Buffer): string {
  if (bytes.length < constants.MAX_STRING_LENGTH) return bytes.toString('utf8')
  throw noTrace(
    `${Math.round(bytes.length / 1e6)} MB of JSON in one value are more than this JavaScript engine can hold`,
    'Give it as OTLP protobuf or as NDJSON (one document a line).',
  )
}

function parsed(bytes: Buffer): unknown {
  return bytes.length < constants.MAX_STRING_LENGTH ? parsedText(bytes.toString('utf8')) : undefined
}

function parsedText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
