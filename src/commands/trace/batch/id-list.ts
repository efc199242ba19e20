import { Failure } from '../../../errors.ts'
import { isObject, jsonObject } from '../../../json-object.ts'
import type { GrowingFile } from '../../../ports/ports.ts'
import { safeText } from '../../../text/safe-text.ts'
import { type LineShape, LONGEST_MATCH } from '../../../trace/formats/json-export.ts'
import type { TraceReference } from '../../../trace/id.ts'
import { readReference } from '../find-trace.ts'

export interface WantedTrace {
  /** The id as the list has it, sanitized. */
  readonly shown: string
  readonly reference: TraceReference
}

/**
 * The ids of a list, each once and in its order. One a line in any form that `trace get` takes, or NDJSON whose lines name a
 * trace. That is `trace_id` as of `audit list`, `traceId` as of `trace search`; null names none. Blank lines and `#` comments
 * are skipped. Failure `usage` for a line that is neither; it is not quoted, since it may be anything.
 */
export function readIds(text: string, name: string): WantedTrace[] {
  const wanted = new Map<string, WantedTrace>()
  for (const [i, raw] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const id = line.startsWith('{') ? idInJson(line) : line
    if (id === null) continue
    const reference = id === undefined ? undefined : readReference(id)
    if (id === undefined || reference === undefined) throw noId(`line ${i + 1} of ${name} names no trace`)
    if (reference instanceof Failure) throw noId(`line ${i + 1} of ${name} is not a trace or span id`)
    const key = reference.traceId ?? `span ${reference.spanId}`
    if (!wanted.has(key)) wanted.set(key, { shown: safeText(id, 80), reference })
  }
  return [...wanted.values()]
}

const noId = (message: string): Failure =>
  new Failure('usage', message, {
    hint: 'Each line needs one id, or a JSON object with traceId (as from ls-auth trace search -o ndjson). ls-auth skips lines that begin with #. Nothing was fetched.',
  })

/** Null: the line names no trace. Undefined: it isn't JSON of that kind. */
function idInJson(line: string): string | null | undefined {
  try {
    const row: unknown = JSON.parse(line)
    if (!isObject(row)) return undefined
    const { span } = row
    // Of a search where the back end reads traces by their spans.
    if (isObject(span) && typeof span.spanId === 'string') return span.spanId
    const id = row.trace_id === undefined ? row.traceId : row.trace_id
    return typeof id === 'string' || id === null ? id : undefined
  } catch {
    return undefined
  }
}

/** Wanted traces by the ids that a line of the output may show them by. */
export class IdIndex {
  /** By the low half of a trace id: a 64-bit id is that of a 128-bit one. */
  readonly #byTrace = new Map<string, [WantedTrace, string][]>()
  readonly #bySpan = new Map<string, WantedTrace[]>()

  constructor(wanted: readonly WantedTrace[]) {
    for (const one of wanted) {
      for (const { traceId, spanId } of readingsOf(one.reference)) {
        if (traceId !== undefined) pushTo(this.#byTrace, lowHalf(traceId), [one, traceId])
        if (spanId !== undefined) pushTo(this.#bySpan, spanId, one)
      }
    }
  }

  ofTrace(traceId: string): WantedTrace[] {
    const found = this.#byTrace.get(lowHalf(traceId)) ?? []
    return found.filter(([, id]) => id.length <= 16 || id === traceId.padStart(32, '0')).map(([one]) => one)
  }

  ofSpan(spanId: string): readonly WantedTrace[] {
    return this.#bySpan.get(spanId.padStart(16, '0')) ?? []
  }
}

const readingsOf = (reference: TraceReference): TraceReference[] => [reference, ...reference.alternatives]

const lowHalf = (traceId: string): string => traceId.padStart(32, '0').slice(16)

function pushTo<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const known = map.get(key)
  if (known) known.push(value)
  else map.set(key, [value])
}

const CHUNK_BYTES = 1 << 20

/** What the lines of an output hold. */
export interface WholeLines {
  readonly traces: Set<string>
  /** The wanted traces that are among them. */
  readonly done: Set<WantedTrace>
  /** Bytes of the whole lines: what follows was cut off. */
  readonly size: number
  /** The last of them has no line break, as when another person has written the file. */
  readonly isUnended: boolean
  /** The number of the first line that isn't an output of this format. */
  readonly foreign: number | undefined
}

/** One line while it is read: all that is kept of it. */
interface Line {
  begins: string
  ends: string
  trace: string
  readonly wanted: WantedTrace[]
}

const emptyLine = (): Line => ({ begins: '', ends: '', trace: '', wanted: [] })

/** Reads an output piece by piece, however long it and its lines are. */
export function readWholeLines(file: GrowingFile, shape: LineShape, index: IdIndex): WholeLines {
  const traces = new Set<string>()
  const done = new Set<WantedTrace>()
  const keep = ({ trace, wanted }: Line) => {
    traces.add(trace)
    for (const one of wanted) done.add(one)
  }
  let [line, size, number, carry] = [emptyLine(), 0, 1, '']
  for (let position = 0; ; ) {
    const bytes = file.read(position, CHUNK_BYTES)
    if (bytes.length === 0) break
    // One character a byte: the ids and the signs around them are ASCII.
    const parts = bytes.toString('latin1').split('\n')
    let end = position
    for (const [i, part] of parts.entries()) {
      readPart(line, part, carry, shape, index)
      carry = (carry + part).slice(-LONGEST_MATCH)
      if (i === parts.length - 1) continue
      if (!isWhole(line, shape)) return { traces, done, size, isUnended: false, foreign: number }
      keep(line)
      ;[line, carry, number] = [emptyLine(), '', number + 1]
      end += part.length + 1
      size = end
    }
    position += bytes.length
  }
  const rest = { traces, done, size, isUnended: false, foreign: undefined }
  if (line.begins === '') return rest
  // No part of a JSON object is JSON: a whole one was not cut off.
  if (isJson(file, size)) {
    if (!isWhole(line, shape)) return { ...rest, foreign: number }
    keep(line)
    return { ...rest, size: file.size, isUnended: true }
  }
  const isCutOff = shape.begins.startsWith(line.begins)
  return isCutOff ? rest : { ...rest, foreign: number }
}

/** Whether all that follows on `from` is one JSON object. */
function isJson(file: GrowingFile, from: number): boolean {
  const parts: Buffer[] = []
  for (let at = from; ; ) {
    const bytes = file.read(at, CHUNK_BYTES)
    if (bytes.length === 0) break
    parts.push(bytes)
    at += bytes.length
  }
  return jsonObject(Buffer.concat(parts)) !== undefined
}

function readPart(
  line: Line,
  part: string,
  carry: string,
  { begins, ends, ids }: LineShape,
  index: IdIndex,
): void {
  line.begins = (line.begins + part.slice(0, begins.length)).slice(0, begins.length)
  line.ends = (line.ends + part.slice(-ends.length)).slice(-ends.length)
  for (const { groups } of (carry + part).matchAll(ids)) {
    const { trace, span } = groups ?? {}
    if (trace !== undefined && line.trace === '') {
      line.trace = trace
      line.wanted.push(...index.ofTrace(trace))
    }
    if (span !== undefined) line.wanted.push(...index.ofSpan(span))
  }
}

const isWhole = ({ begins, ends, trace }: Line, shape: LineShape): boolean =>
  begins === shape.begins && ends === shape.ends && trace !== ''
