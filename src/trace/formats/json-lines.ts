import { constants } from 'node:buffer'
import { Failure } from '../../errors.ts'
import { isObject } from '../../json-object.ts'
import { count } from '../../text/count.ts'
import { Collection, type Explain } from './collection.ts'
import { damagedTrace, noTrace } from './foreign-json.ts'
import { brokeOff, errorIn } from './jaeger-json.ts'
import type { Vocabulary } from './json-bytes.ts'
import { firstSign, NEWLINE } from './json-bytes.ts'
import { exactValue, isOfCollector, readValue } from './json-value.ts'
import { scanOtlpJson } from './otlp/otlp-scan.ts'
import { isZipkinSpan, readZipkin } from './zipkin-json.ts'

/** Of documents without a span. Each costs some microseconds, and a few bytes that are compressed can be very many of them. */
const MOST_SPANLESS = 1_000_000

export interface OfLines {
  /**
   * Called when the last line is cut off, or a stream of lines broke off, where that may be of any of several traces. Without
   * it, each trace gets the report.
   */
  readonly onCutLine?: (why: string) => void
  /** Called for lines of JSON that hold no spans, such as the error of one request of several: the others are read. */
  readonly onSpanless?: (what: string) => void
}

/**
 * One document a line (the collector's file exporter, `-o ndjson`), or several: never more than a document becomes a string. A
 * last one, cut off by a running writer or a full disk, leaves the others intact. A last line that does not begin as JSON,
 * like an error message, is broken like any other.
 */
export function readLines(
  bytes: Buffer,
  start: number,
  vocabulary: Vocabulary,
  explain: Explain,
  ofLines: OfLines,
): Collection {
  const documents = new Documents('line', vocabulary, explain)
  let number = linesBefore(start, bytes)
  for (let from = start; from < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, from)
    const to = newline < 0 ? bytes.length : newline
    documents.add(bytes.subarray(from, to), ++number)
    from = to + 1
  }
  return documents.end(ofLines)
}

/**
 * Documents that follow each other, several on a line or over lines, as `jq .` writes them. Failure `api-failed` where one is
 * broken; `undefined` where the first is.
 */
export function readSeparate(
  bytes: Buffer,
  vocabulary: Vocabulary,
  explain: Explain,
  ofLines: OfLines,
): Collection | undefined {
  const documents = new Documents('document', vocabulary, explain)
  let number = 0
  for (const document of separate(bytes)) {
    if (number === 0 && parsed(document) === undefined) return undefined
    documents.add(document, ++number)
  }
  return documents.end(ofLines)
}

class Documents {
  readonly #unit: 'line' | 'document'
  readonly #vocabulary: Vocabulary
  readonly #explain: Explain
  readonly #into: Collection
  /** Zipkin's halves and our own resources are matched across spans, so their lines are read together. */
  readonly #spans: unknown[] = []
  readonly #spanless = { count: 0, first: 0 }
  /** The number of a cut-off document: it has to be the last. */
  #broken: number | undefined
  #cut: string | undefined
  #wasOfStream = false

  constructor(unit: 'line' | 'document', vocabulary: Vocabulary, explain: Explain) {
    this.#unit = unit
    this.#vocabulary = vocabulary
    this.#explain = explain
    this.#into = new Collection(explain)
  }

  add(document: Buffer, number: number): void {
    const start = firstSign(document)
    if (start === document.length) return
    if (this.#broken !== undefined) throw brokenDocument(this.#unit, this.#broken)
    // Without a byte order mark: files that were joined may have one before each document.
    const text = document.subarray(start)
    if (this.#read(text, number)) return
    // A document that goes over several lines may have swallowed others.
    if (this.#unit === 'document') throw damagedTrace(`document ${number} in it is cut off or broken`)
    if (!isOpening(text[0])) throw brokenDocument(this.#unit, number)
    this.#broken = number
  }

  end({ onCutLine, onSpanless }: OfLines): Collection {
    const into = this.#into
    if (this.#broken !== undefined) {
      if (!this.#into.recognised && this.#spans.length === 0) throw brokenDocument(this.#unit, this.#broken)
      this.#cut ??= `${this.#unit} ${this.#broken}, the last, is cut off`
    }
    if (this.#spans.length > 0) readZipkin(this.#spans, into)
    if (this.#spanless.count > 0 && into.traces().length > 0) onSpanless?.(this.#spanlessText())
    if (this.#cut !== undefined && onCutLine !== undefined && into.traces().length > 1) onCutLine(this.#cut)
    else into.partial = this.#cut ?? into.partial
    return into
  }

  #read(document: Buffer, number: number): boolean {
    const scanned = scanOtlpJson(document, this.#vocabulary, this.#explain)
    const { value, hasSpans } = scanned ? { value: undefined, hasSpans: true } : readLine(document)
    if (!scanned && value === undefined) return false
    if (scanned) this.#into.absorb(scanned)
    else if (isZipkinSpan(value)) this.#spans.push(value)
    else readValue(value, this.#into, true)
    const broken = this.#wasOfStream ? whyBroken(value) : undefined
    this.#wasOfStream = isOfStream(document)
    if (broken !== undefined) this.#cut ??= broken
    else if (!hasSpans && !isOfCollector(value)) this.#countSpanless(number)
    return true
  }

  #countSpanless(number: number): void {
    this.#spanless.count++
    this.#spanless.first ||= number
    if (this.#spanless.count <= MOST_SPANLESS) return
    const many = MOST_SPANLESS.toLocaleString('en')
    throw noTrace(`more than ${many} ${this.#unit}s hold no spans`, 'Remove everything that is not a trace.')
  }

  #spanlessText(): string {
    const { count: all, first } = this.#spanless
    return `${count(all, this.#unit)} without spans, the first is ${this.#unit} ${first}`
  }
}

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
  // Read together later, by which what is left out is known.
  if (isZipkinSpan(value)) return { value, hasSpans: true }
  const trial = new Collection()
  readValue(value, trial, true)
  const exact: unknown = trial.inexact ? exactValue(text) : value
  return { value: exact, hasSpans: trial.traces().length > 0 }
}

/** Bytes that a line is looked at for its first member: there may be blanks. */
const BEGIN_BYTES = 64
/** Whether a line is one of a stream of gRPC's gateway, which Jaeger's `/api/v3` gives: `{"result":…}`. */
const isOfStream = (line: Buffer): boolean =>
  /^\s*\{\s*"result"\s*:/.test(line.toString('latin1', 0, BEGIN_BYTES))

/** Why a stream ended early, by this value behind a line of it: `{"error":{"grpcCode":4,"httpCode":504,"message":…}}`. */
function whyBroken(value: unknown): string | undefined {
  const failure = isObject(value) && isObject(value.error) ? errorIn(value) : undefined
  return failure === undefined || failure.isMissing ? undefined : brokeOff(failure)
}

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
function* separate(bytes: Buffer): Generator<Buffer> {
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

/** Failure `api-failed` for a document of one value a line; the first line is 1. */
const brokenDocument = (unit: string, number: number): Failure => brokenJson(`${unit} ${number} is not JSON`)

/** Failure `api-failed`. No message of `JSON.parse`: it quotes the text. */
export const brokenJson = (why: string): Failure =>
  new Failure('api-failed', why, { reason: 'broken-json', hint: 'Download or export it again.' })
