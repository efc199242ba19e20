import type { Trace } from '../model.ts'
import { toOtlp } from './otlp/otlp-export.ts'
import type { TraceLines } from './output-choices.ts'
import { toJsonLine } from './own-json-export.ts'

/** Pieces are joined up to this many characters: one string for a whole line may be longer than V8 allows. */
const PART_CHARACTERS = 1 << 20

/**
 * One trace as one line of text, its line break included: a JSON value of its own in UTF-8. `write` makes the JSON text of
 * a value.
 */
export function traceLine(format: TraceLines, trace: Trace, write: (value: unknown) => string): Buffer {
  const parts: Buffer[] = []
  let part = ''
  for (const piece of format === 'otlp' ? inOneLine(toOtlp(trace, write)) : toJsonLine(trace, write)) {
    part += piece
    if (part.length < PART_CHARACTERS) continue
    parts.push(Buffer.from(part))
    part = ''
  }
  return Buffer.concat([...parts, Buffer.from(part)])
}

/** Without the line breaks between spans: those within strings are escaped. */
function* inOneLine(pieces: Iterable<string>): Generator<string> {
  for (const piece of pieces) yield piece.replaceAll('\n', '')
  yield '\n'
}

/** How to recognize a line of this kind again, and the ids in it, from its text alone. */
export interface LineShape {
  /** Every line begins so. */
  readonly begins: string
  /** Every line ends so, before its line break. */
  readonly ends: string
  /**
   * Finds ids, as groups `trace` and `span`. The quotes keep what a string of a span says apart: there they are escaped. A
   * link is none, since a name or a parent follows on the id of a span only.
   */
  readonly ids: RegExp
}

export const LINE_SHAPES: Readonly<Record<TraceLines, LineShape>> = {
  ndjson: {
    begins: '{"traceId":"',
    ends: ']}',
    ids: /\{"traceId":"(?<trace>[0-9a-f]+)","startTime":|\{"spanId":"(?<span>[0-9a-f]+)","parentSpanId":/g,
  },
  otlp: {
    begins: '{"resourceSpans":[',
    ends: ']}',
    ids: /\{"traceId":"(?<trace>[0-9a-f]+)","spanId":"(?<span>[0-9a-f]+)","(?:parentSpanId|name)":/g,
  },
}

/** No match of {@link LineShape.ids} is longer, in characters. */
export const LONGEST_MATCH = 128
