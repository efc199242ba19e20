import { Failure } from '../errors.ts'
import { safeText } from '../text/safe-text.ts'
import { isUtf16, UTF16_HINT } from '../text/utf16.ts'
import type { Explain } from '../trace/formats/collection.ts'
import { firstSign } from '../trace/formats/json-bytes.ts'
import { otlpVocabulary, readOtlpBytes } from '../trace/formats/otlp/otlp-scan.ts'
import type { Trace } from '../trace/model.ts'

/** What reads a file and what answers from its traces are loaded together. */
export { fileSource } from './file-source.ts'

/**
 * All traces of a file or of standard input, in any format, at least one. `name` is for messages. Failures: `not-found` when it
 * holds no span, `usage` when it isn't a trace. It calls `note` for oddities of the file as a whole: a last line that is cut
 * off, lines without spans.
 */
export async function readTraceFile(
  bytes: Buffer,
  name: string,
  note?: (what: string) => void,
): Promise<Trace[]> {
  const explain = explainFor(bytes, name)
  const otlp = quickly(bytes, explain)
  if (otlp.length > 0) return otlp
  // The other formats are loaded for a file of another one.
  const { readTraces, jaegerErrorIn } = await import('../trace/formats/sniff.ts')
  let whyCut: string | undefined
  const traces = readTraces(bytes, {
    explain,
    onEmptyPart: (why) => {
      whyCut = why
    },
    ...(note && { onCutLine: note, onSpanless: note }),
  })
  if (traces.length > 0) return traces
  if (whyCut !== undefined) throw cutToNothing(name, whyCut)
  const none = noSpans(name)
  const reply = jaegerErrorIn(bytes)
  if (reply === undefined) throw none
  throw new Failure('not-found', `${none.message}, but has a Jaeger error: ${safeText(reply, 300)}`, {
    hint: 'Save the answer of a successful request.',
  })
}

const noSpans = (name: string): Failure =>
  new Failure('not-found', `${safeText(name, 200)} holds no spans`, {
    hint: 'Check the program that wrote it.',
  })

/** Of an answer of Tempo that left out everything, or of a file that is cut off. */
const cutToNothing = (name: string, why: string): Failure =>
  new Failure('not-found', `${safeText(name, 200)} holds no spans: the trace is incomplete`, {
    hint: 'Save it again. If Tempo cuts it off, ask whoever runs Tempo about max_bytes_per_trace.',
    detail: [safeText(why, 300)],
  })

/**
 * Rewords Failures about an API's answer: a file is the user's own, so "ask whoever runs the API" would be wrong
 * advice.
 */
function explainFor(bytes: Uint8Array, name: string): Explain {
  return (error) => {
    if (!(error instanceof Failure)) return error
    const { reason, message, hint } = error
    const file = safeText(name, 200)
    if (reason === 'no-trace' && isUtf16(bytes)) {
      return new Failure('usage', `cannot read ${file}: it is text in UTF-16`, {
        hint: UTF16_HINT,
        cause: error,
      })
    }
    if (reason === 'no-trace' && isEmptyObject(bytes)) return noSpans(name)
    if (reason === 'no-trace') {
      const why = `cannot read ${file}: not a trace format that ls-auth reads: ${message}`
      return new Failure('usage', why, { hint, cause: error })
    }
    if (reason !== 'damaged-trace' && reason !== 'broken-json') return error
    return new Failure('usage', `cannot read ${file}: ${message}`, {
      hint: reason === 'broken-json' ? hint : 'Check the program that wrote it.',
      cause: error,
    })
  }
}

/** The traces of one document of OTLP/JSON; none of anything else, or where something is wrong with it. */
function quickly(bytes: Buffer, explain: Explain): Trace[] {
  try {
    return readOtlpBytes(bytes.subarray(firstSign(bytes)), otlpVocabulary(), explain)?.traces() ?? []
  } catch {
    return []
  }
}

/** OTLP in JSON leaves out empty members, so this is a document of it without spans. An API would not answer with it. */
const isEmptyObject = (bytes: Uint8Array): boolean =>
  bytes.length < 64 && /^\s*\{\s*\}\s*$/.test(Buffer.from(bytes).toString())
