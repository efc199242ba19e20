import { join } from 'node:path'
import { bigTrace, manyTraces } from './big-trace.ts'
import { writeJaeger, writeOtlpJson, writeOtlpProtobuf, writeZipkin } from './trace-files.ts'

/** Zipkin's JSON as its own tracers write it: with less in it than the others have. */
export const BARE = 'Zipkin, bare'

/** The formats of JSON there is a reader for. The first three hold the same of each span, as back ends and collectors write it. */
export const JSON_FORMATS = ['OTLP/JSON', 'Jaeger', 'Zipkin', BARE] as const

/** One of {@link JSON_FORMATS}. */
export type JsonFormat = (typeof JSON_FORMATS)[number]

/** Paths of the files that are measured. */
export interface TraceInputs {
  readonly tenThousand: Readonly<Record<JsonFormat, string>>
  readonly hundredThousand: Readonly<Record<JsonFormat, string>>
  /** The spans of `hundredThousand`. */
  readonly hundredThousandProtobuf: string
  /** OTLP protobuf. */
  readonly million: string
  /** 80,000 spans of OTLP/JSON, each below the one before. */
  readonly chain: string
  /** OTLP/JSON: 200 traces of 1,000 spans each in one document; the first 100 of them, and the others. */
  readonly twoHundred: string
  readonly before: string
  readonly after: string
}

/** Writes all of them into a directory, the same ones each time. */
export async function writeTraceInputs(directory: string): Promise<TraceInputs> {
  const file = (name: string) => join(directory, name)
  const inputs: TraceInputs = {
    tenThousand: await writeFormats(10_000, file('10k')),
    hundredThousand: await writeFormats(100_000, file('100k')),
    hundredThousandProtobuf: file('100k.pb'),
    million: file('1m.pb'),
    chain: file('chain.json'),
    twoHundred: file('200-traces.json'),
    before: file('before.json'),
    after: file('after.json'),
  }
  await writeOtlpProtobuf([bigTrace(100_000)], inputs.hundredThousandProtobuf)
  await writeOtlpProtobuf([bigTrace(1_000_000)], inputs.million)
  await writeOtlpJson([bigTrace(80_000, 'chain')], inputs.chain)
  const traces = manyTraces(200, 1_000)
  await writeOtlpJson(traces, inputs.twoHundred)
  await writeOtlpJson(traces.slice(0, 100), inputs.before)
  await writeOtlpJson(traces.slice(100), inputs.after)
  return inputs
}

/** One trace in each format. */
async function writeFormats(spans: number, path: string): Promise<Record<JsonFormat, string>> {
  const traces = [bigTrace(spans)]
  const files = {
    'OTLP/JSON': `${path}.otlp.json`,
    Jaeger: `${path}.jaeger.json`,
    Zipkin: `${path}.zipkin.json`,
    [BARE]: `${path}.zipkin-bare.json`,
  }
  await writeOtlpJson(traces, files['OTLP/JSON'])
  await writeJaeger(traces, files.Jaeger)
  await writeZipkin(traces, files.Zipkin)
  await writeZipkin(traces, files[BARE], true)
  return files
}
