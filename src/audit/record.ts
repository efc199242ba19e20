import { errorCode } from '../error-code.ts'
import type { Env, Ports } from '../ports/ports.ts'
import type { Files } from '../ports/storage.ts'
import { requireOwn } from '../storage/require-own.ts'
import { type AuditEntry, entryLine } from './entry.ts'
import { MOST_BYTES, recordFile } from './files-of-record.ts'
import { rotate } from './rotation.ts'

/** Lines that could not be written. */
export interface Lost {
  readonly file: string
  /** The error's code, such as ENOSPC; `refused`: see {@link refuseSudo}. */
  readonly code: string
}

/**
 * Appends one line to the record: one write to the end of the file (O_APPEND), so the lines of many processes never mix,
 * and nobody waits for a lock. Never throws: a full disk or a file that cannot be written stops no command.
 */
export const appendEntry = (
  stateDirectory: string,
  entry: AuditEntry,
  ports: Pick<Ports, 'env' | 'files' | 'lock'>,
): Promise<Lost | undefined> => appendLines(stateDirectory, entryLine(entry), ports)

/**
 * The same for whole lines, by one write, too. `inBackground`: see {@link Files.append}. A machine that has no place for
 * state keeps no record, and nothing counts as lost there.
 */
export async function appendLines(
  stateDirectory: string,
  lines: string,
  ports: Pick<Ports, 'env' | 'files' | 'lock'>,
  inBackground = false,
): Promise<Lost | undefined> {
  const files = await ports.files()
  const bySudo = ports.env.uid === 0 && ports.env.variables.SUDO_UID !== undefined
  let size: number | undefined
  try {
    if (bySudo) await refuseSudo(stateDirectory, files, ports.env)
    size = await append(stateDirectory, Buffer.from(lines), files, inBackground)
  } catch (error) {
    return { file: recordFile(stateDirectory), code: errorCode(error) ?? 'error' }
  }
  // The lock, which stays, would be root's.
  if (size === undefined || size <= MOST_BYTES || bySudo) return undefined
  try {
    await rotate(stateDirectory, files, await ports.lock())
  } catch {
    // The file grows on; the next line tries again.
  }
  return undefined
}

/** By sudo, lines go to a record that is there; none is made that whoever typed it could not write to. Failure `refused`. */
async function refuseSudo(stateDirectory: string, files: Files, env: Env): Promise<void> {
  if ((await files.inspect(recordFile(stateDirectory))) !== undefined) return
  await requireOwn([stateDirectory], files, env)
}

/** The size of the file then, in bytes; undefined where there can be no state directory. */
async function append(
  stateDirectory: string,
  lines: Buffer,
  files: Files,
  inBackground: boolean,
): Promise<number | undefined> {
  const file = recordFile(stateDirectory)
  try {
    return await files.append(file, lines, inBackground)
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOTDIR') return undefined
    if (code !== 'ENOENT') throw error
    const noPlace = await files.makeDirectory(stateDirectory).then(() => false, isNoPlace)
    return noPlace ? undefined : files.append(file, lines, inBackground)
  }
}

/** Whether no directory can be there; where one could be, and may not be made, lines are lost. Throws what says the latter. */
function isNoPlace(error: NodeJS.ErrnoException): true {
  if (error.code === 'ENOTDIR' || error.code === 'ENOENT') return true
  throw error
}
