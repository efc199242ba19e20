import { errorCode } from '../../../error-code.ts'
import { Failure } from '../../../errors.ts'
import type { GrowingFile } from '../../../ports/ports.ts'
import { safeText } from '../../../text/safe-text.ts'
import type { TraceLines } from '../../../trace/formats/output-choices.ts'
import { LINE_SHAPES } from '../../../trace/formats/trace-line.ts'
import type { Invocation } from '../../invocation.ts'
import { IdIndex } from './id-index.ts'
import type { WantedTrace } from './id-list.ts'
import { readWholeLines, type WholeLines } from './whole-lines.ts'

/** The file of `--resume`, with what it holds from earlier runs. */
export interface Resumed extends Pick<WholeLines, 'traces' | 'done'> {
  /** Failure `storage`. */
  append(line: Buffer): void
  close(): Promise<void>
}

/**
 * Opens the file that the output goes to, reads which traces are there, and cuts a part of a line that a killed run has left.
 * Failures: `usage` for a file with something else in it, which is left as it is, and for what is no file; `busy`; `storage`.
 */
export async function openResumed(
  invocation: Invocation,
  path: string,
  format: TraceLines,
  wanted: readonly WantedTrace[],
): Promise<Resumed> {
  const shown = safeText(path, 200)
  const file = await openFile(invocation, path, shown)
  try {
    const held = readWholeLines(file, LINE_SHAPES[format], new IdIndex(wanted))
    if (held.foreign !== undefined) throw foreign(shown, held.foreign, format)
    if (held.size < file.size) file.cut(held.size)
    if (held.isUnended) file.append(Buffer.from('\n'))
    const { traces, done } = held
    return {
      traces,
      done,
      append: (line) => {
        try {
          file.append(line)
        } catch (cause) {
          throw notWritten(shown, cause)
        }
      },
      close: () => file.close().catch((cause) => Promise.reject(notWritten(shown, cause))),
    }
  } catch (error) {
    await file.close().catch(() => {})
    throw error instanceof Failure ? error : notWritten(shown, error)
  }
}

async function openFile({ ports }: Invocation, path: string, shown: string): Promise<GrowingFile> {
  try {
    return await (await ports.files()).openGrowing(path)
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    const code = codeOf(cause)
    if (code === 'EBUSY')
      throw new Failure('busy', `another ls-auth is writing ${shown}`, {
        hint: 'Wait for it, or give each run a file of its own.',
        cause,
      })
    const noFile = ['EINVAL', 'EISDIR', 'ENOENT', 'ENOTDIR', 'ENXIO'].includes(code)
    if (!noFile) throw notWritten(shown, cause)
    const hint =
      code === 'ENOENT' || code === 'ENOTDIR' ? 'There is no such directory.' : 'It must be a plain file.'
    throw new Failure('usage', `cannot write ${shown} (${code})`, { hint, cause })
  }
}

const codeOf = (error: unknown): string => safeText(errorCode(error) ?? '', 40)

function notWritten(shown: string, cause: unknown): Failure {
  const code = codeOf(cause)
  return new Failure('storage', `cannot write ${shown} (${code})`, { hint: hintOf(code), cause })
}

function hintOf(code: string): string {
  if (code === 'EACCES' || code === 'EPERM') return 'Fix its permissions, or name another file.'
  if (code === 'EROFS') return 'Its file system is read-only: name a file elsewhere.'
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  return `${isFull ? 'Free some space' : 'Look at the disk that it is on'}. The same command goes on from what is there.`
}

const foreign = (shown: string, line: number, format: TraceLines): Failure =>
  new Failure('usage', `line ${line} of ${shown} is no output of --ids -o ${format}`, {
    hint: 'Nothing in it was changed. Name another file, or the format that it was begun with.',
  })
