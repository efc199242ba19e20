import type { FileSource } from '../../backends/file-source.ts'
import { errorCode, Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import { type Invocation, tell } from '../invocation.ts'

/** Limit, bytes: the input is read into memory, and may be endless (`/dev/zero`). */
const MOST_BYTES = 1024 * 1024 * 1024

/** Limit, bytes: the first lines are enough to see that a file is a list of ids. */
const MOST_OF_LIST = 65_536

/** Errors that mean "no file of this name". */
const NO_FILE = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'])

/**
 * The traces of a file, or of standard input for `-`. Needs no profile and no sign-in. Failures: `not-found` when there isn't
 * that file, `usage` when it cannot be read or holds no trace.
 */
export async function openFile(invocation: Invocation, path: string): Promise<FileSource> {
  const found = await findFile(invocation, path)
  if (found instanceof Failure) throw found
  return found
}

/** The same, but returns the Failure for a missing file (`not-found`) or a directory (`usage`). */
export async function findFile(invocation: Invocation, path: string): Promise<FileSource | Failure> {
  const bytes =
    path === '-'
      ? await invocation.ports.terminal.readAllBytes(MOST_BYTES)
      : await readWhileLoading(invocation, path)
  if (bytes instanceof Failure) return bytes
  const { fileSource, readTraceFile } = await loadReaders()
  try {
    const traces = await readTraceFile(bytes, path === '-' ? 'standard input' : path, (what) =>
      tell(invocation, `note: ${nameOf(path)}: ${what}`),
    )
    return fileSource(traces, nameOf(path), path)
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'usage' || !holdsIds(bytes)) throw error
    throw error.withHint(
      `It holds ids: ls-auth trace get --ids ${shellWord(path, invocation.ports.env.platform)}`,
    )
  }
}

/** Another thread reads large files. An id needs no thread, since it has no file. */
async function readWhileLoading(invocation: Invocation, path: string): Promise<Buffer | Failure> {
  const files = await invocation.ports.files()
  const reading = readNamedFile(invocation, path, 'a trace', MOST_BYTES)
  const isThere = files.inspect(path).catch(() => undefined)
  const [bytes] = await Promise.all([reading, isThere.then((found) => found && loadReaders())])
  return bytes
}

const loadReaders = () => import('../../backends/read-trace-file.ts')

/** Whether the first line that counts is an id, or a row of `trace search -o ndjson`. */
function holdsIds(bytes: Buffer): boolean {
  const lines = bytes.subarray(0, MOST_OF_LIST).toString('utf8').split('\n')
  const first = lines.map((line) => line.trim()).find((line) => line !== '' && !line.startsWith('#')) ?? ''
  return /^(?:[\da-f]{16}|[\da-f]{32})$/i.test(first) || isFoundRow(first)
}

/** A span or a trace in our own NDJSON has a `traceId`, too, and so has a span of Zipkin. */
function isFoundRow(line: string): boolean {
  if (!/^\{"trace(?:Id|_id)":"[\da-f]+"/i.test(line)) return false
  try {
    const row = JSON.parse(line) as object
    return !('spanId' in row) && !('spans' in row) && !('id' in row)
  } catch {
    return false
  }
}

/** All of a file that should hold `what`; returns the Failure for a missing one or a directory, as {@link findFile} does. */
export async function readNamedFile(
  invocation: Invocation,
  path: string,
  what: string,
  mostBytes: number,
): Promise<Buffer | Failure> {
  try {
    const files = await invocation.ports.files()
    return (await files.readForeign(path, mostBytes)) ?? noFile(path)
  } catch (cause) {
    const code = errorCode(cause) ?? ''
    if (code === 'EFBIG') throw tooBig(path, mostBytes, cause)
    if (code === 'EISDIR') return isDirectory(path, what)
    if (NO_FILE.has(code)) return noFile(path)
    const why = code === '' ? '' : ` (${safeText(code, 40)})`
    throw new Failure('usage', `cannot read ${safeText(path, 200)}${why}`, {
      hint: 'Check its permissions.',
      cause,
    })
  }
}

/** For people: the last part of the path. */
function nameOf(path: string): string {
  if (path === '-') return 'standard input'
  return `file ${safeText(path.slice(path.search(/[^/\\]*[/\\]*$/)), 80)}`
}

function tooBig(path: string, mostBytes: number, cause: unknown): Failure {
  return new Failure('usage', `${safeText(path, 200)} is larger than ${mostBytes / 2 ** 20} MiB`, {
    hint: 'Split it (NDJSON splits between lines), or use OTLP protobuf, which is half the size.',
    cause,
  })
}

const noFile = (path: string): Failure =>
  new Failure('not-found', `there is no file ${safeText(path, 200)}`, { hint: 'Check its name.' })

const isDirectory = (path: string, what: string): Failure =>
  new Failure('usage', `${safeText(path, 200)} is a directory, not a file with ${what}`, {
    hint: 'Choose one file in it.',
  })
