import { Failure } from '../../errors.ts'
import { safeText } from '../../safe-text.ts'
import { parseSpanOrTraceId } from '../../trace/id.ts'
import type { Trace } from '../../trace/model.ts'
import { type Invocation, tell } from '../invocation.ts'

/** An input is held in memory whole, so one without an end (`/dev/zero`) must have one here. */
const MOST_BYTES = 1024 * 1024 * 1024

/** Errors that mean "no file of this name", for words that are rather an id. */
const NO_FILE = new Set(['ENOENT', 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'])

/**
 * The trace of `trace get FILE` or `trace get -`; undefined when the argument names no file. `wanted` is the id of one
 * trace of several. Needs no profile and no sign-in.
 */
export async function traceFromFile(
  invocation: Invocation,
  wanted: string | undefined,
): Promise<Trace | undefined> {
  const input = await readInput(invocation, invocation.args[0] as string)
  if (input === undefined) return undefined
  const { traceInFile } = await import('../../trace/sources/file/read-trace-file.ts')
  const { trace, others } = traceInFile(input.bytes, input.name, wanted)
  if (others > 0 && wanted === undefined) {
    const note = `note: ${others + 1} traces in it; this is the largest. Another: --trace ID`
    tell(invocation, note)
  }
  return trace
}

/** What a file or `-` (standard input) holds, and its name for messages; undefined when there is no such file. */
export async function readInput(
  invocation: Invocation,
  path: string,
): Promise<{ bytes: Buffer; name: string } | undefined> {
  if (path === '-') {
    return { bytes: await invocation.ports.terminal.readAllBytes(MOST_BYTES), name: 'standard input' }
  }
  const bytes = await readFile(invocation, path)
  return bytes && { bytes, name: path }
}

async function readFile(invocation: Invocation, path: string): Promise<Buffer | undefined> {
  try {
    const files = await invocation.ports.files()
    const bytes = await files.readForeign(path, MOST_BYTES)
    if (bytes !== undefined) return bytes
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code ?? '')
    if (code === 'EFBIG') throw tooBig(path, error)
    if (code === 'EISDIR' && !isReference(path)) throw isDirectory(path)
    if (!NO_FILE.has(code)) {
      const why = code === '' ? '' : ` (${safeText(code, 40)})`
      throw new Failure('usage', `cannot read ${safeText(path, 200)}${why}`, {
        hint: 'Check its permissions.',
        cause: error,
      })
    }
  }
  if (!/^\.{0,2}[/\\]|\.(json|ndjson|jsonl|pb|binpb|gz|otlp)$/i.test(path)) return undefined
  throw new Failure('not-found', `there is no file ${safeText(path, 200)}`, { hint: 'Check its name.' })
}

function tooBig(path: string, cause: unknown): Failure {
  return new Failure('usage', `${safeText(path, 200)} is larger than ${MOST_BYTES / 2 ** 20} MiB`, {
    hint: 'Give it in parts (NDJSON can be split between lines), or as OTLP protobuf, which is half the size.',
    cause,
  })
}

/** A directory may be called like an id, and then the id is meant. */
function isReference(text: string): boolean {
  try {
    parseSpanOrTraceId(text)
    return true
  } catch {
    return false
  }
}

function isDirectory(path: string): Failure {
  return new Failure('usage', `${safeText(path, 200)} is a directory, not a file with a trace`, {
    hint: 'Name one file in it.',
  })
}
