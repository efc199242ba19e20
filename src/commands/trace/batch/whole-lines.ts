import { jsonObject } from '../../../json-object.ts'
import type { GrowingFile } from '../../../ports/ports.ts'
import { type LineShape, LONGEST_MATCH } from '../../../trace/formats/own-json-export.ts'
import type { IdIndex } from './id-index.ts'
import type { WantedTrace } from './id-list.ts'

const CHUNK_BYTES = 1 << 20

/** What the lines of an output hold. */
export interface WholeLines {
  /** Ids of the traces in them. */
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
