import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { tracesData } from '../world/trace/protobuf.ts'
import type { BigTrace } from './big-trace.ts'
import { jaegerTraces } from './jaeger-file.ts'
import { resourceSpans } from './otlp-file.ts'
import { zipkinSpans } from './zipkin-file.ts'

/** Writes traces as one document of OTLP/JSON, some 860 bytes a span. */
export function writeOtlpJson(traces: readonly BigTrace[], path: string): Promise<void> {
  return write(path, inList('{"resourceSpans":[', resourceSpans(traces), ']}\n'))
}

/** Writes traces as OTLP protobuf, some 430 bytes a span; never more than a batch of it is in memory. */
export function writeOtlpProtobuf(traces: readonly BigTrace[], path: string): Promise<void> {
  return write(path, protobufPieces(traces))
}

/** Writes traces as Jaeger's API gives them, some 1,170 bytes a span. */
export function writeJaeger(traces: readonly BigTrace[], path: string): Promise<void> {
  const after = '],"total":0,"limit":0,"offset":0,"errors":null}\n'
  return write(path, inList('{"data":[', jaegerTraces(traces), after))
}

/** Writes traces as a list of spans of Zipkin v2, some 1,080 bytes a span, or `isBare` some 630. */
export function writeZipkin(traces: readonly BigTrace[], path: string, isBare = false): Promise<void> {
  return write(path, inList('[', zipkinSpans(traces, isBare), ']\n'))
}

function write(path: string, pieces: Iterable<string | Buffer>): Promise<void> {
  return pipeline(Readable.from(pieces), createWriteStream(path))
}

function* protobufPieces(traces: readonly BigTrace[]): Generator<Buffer> {
  for (const batch of resourceSpans(traces)) yield tracesData({ resourceSpans: [batch] })
}

/** Values as the items of one list of JSON. */
function* inList(before: string, values: Iterable<object>, after: string): Generator<string> {
  let between = before
  for (const value of values) {
    yield `${between}${JSON.stringify(value)}`
    between = ','
  }
  yield after
}
