import { Failure } from '../errors.ts'
import { safeText } from '../safe-text.ts'
import { parseSpanOrTraceId } from '../trace/id.ts'
import type { Trace } from '../trace/model.ts'
import { type Invocation, tell } from './invocation.ts'

/** Larger inputs do not fit into one buffer of every supported Node. */
const MOST_BYTES = 2 * 1024 * 1024 * 1024

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
  const argument = invocation.args[0] as string
  const fromInput = argument === '-'
  const bytes = fromInput
    ? await invocation.ports.terminal.readAllBytes(MOST_BYTES)
    : await readFile(invocation, argument)
  if (bytes === undefined) return undefined
  const { traceInFile } = await import('../trace/backends/file.ts')
  const { trace, others } = traceInFile(bytes, fromInput ? 'standard input' : argument, wanted)
  if (others > 0 && wanted === undefined) {
    const note = `note: ${others + 1} traces in it; this is the largest. Another: --trace ID`
    tell(invocation, note)
  }
  return trace
}

async function readFile(invocation: Invocation, path: string): Promise<Buffer | undefined> {
  try {
    const files = await invocation.ports.files()
    const bytes = await files.readForeign(path)
    if (bytes !== undefined) return bytes
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code ?? '')
    if (code === 'EISDIR' && !isReference(path)) throw isDirectory(path)
    if (!NO_FILE.has(code)) {
      throw new Failure(
        'usage',
        `cannot read ${safeText(path, 200)}${code === '' ? '' : ` (${safeText(code, 40)})`}`,
        {
          hint: 'Check its permissions; a file of more than 2 GiB can be given as NDJSON in parts.',
          cause: error,
        },
      )
    }
  }
  if (!/^\.{0,2}[/\\]|\.(json|ndjson|jsonl|pb|binpb|gz|otlp)$/i.test(path)) return undefined
  throw new Failure('not-found', `there is no file ${safeText(path, 200)}`, { hint: 'Check its name.' })
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
