import { Collection, type Explain } from '../collection.ts'
import type { Vocabulary } from '../json-scan/vocabulary.ts'
import { scanOtlpJson } from '../otlp/otlp-scan.ts'
import { isZipkinSpan, readZipkin } from '../zipkin/zipkin-json.ts'
import { brokenLine } from './broken-json.ts'
import { isOfStream, whyBroken } from './broken-stream.ts'
import { asString, firstSign, NEWLINE, parsedText } from './json-text.ts'
import { exactValue, isOfCollector, readValue } from './json-value.ts'

/** What is said of lines. */
export interface OfLines {
  /** Told that the last line is cut off, or a stream of lines broke off, where that may be of any of several traces. Without it, it is said of each trace. */
  readonly onCutLine?: (why: string) => void
  /** Told of lines of JSON that hold no spans, such as the error of one request of several: the others are read. */
  readonly onSpanless?: (what: string) => void
}

/**
 * One document a line (the collector's file exporter, `-o ndjson`): never more than a line becomes a string. A last line
 * that is cut off, as of a file that is still being written or of a full disk, leaves the others as they are.
 */
export function readLines(
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
  let wasOfStream = false
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
        cut ??= `line ${number}, the last, is cut off`
      } else if (isZipkinSpan(value)) spans.push(value)
      else readValue(value, into, true)
      const broken = wasOfStream ? whyBroken(value) : undefined
      wasOfStream = isOfStream(line)
      if (broken !== undefined) cut ??= broken
      else if (!hasSpans && value !== undefined && !isOfCollector(value)) {
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
  const exact: unknown = trial.inexact ? exactValue(text, value) : value
  return { value: exact, hasSpans: trial.traces().length > 0 }
}
