import type { Ports } from '../ports/ports.ts'
import type { Files } from '../ports/storage.ts'
import { type AuditEntry, entryLine } from './entry.ts'
import { MOST_BYTES, recordFile } from './files-of-record.ts'

/**
 * Appends one line to the record: one write to the end of the file (O_APPEND), so the lines of many processes never mix,
 * and nobody waits for a lock. Never throws: a full disk or a file that cannot be written stops no command.
 */
export const appendEntry = (
  stateDirectory: string,
  entry: AuditEntry,
  ports: Pick<Ports, 'files' | 'lock'>,
): Promise<void> => appendLines(stateDirectory, entryLine(entry), ports)

/** The same for whole lines, by one write, too. `inBackground`: see {@link Files.append}. */
export async function appendLines(
  stateDirectory: string,
  lines: string,
  ports: Pick<Ports, 'files' | 'lock'>,
  inBackground = false,
): Promise<void> {
  try {
    const files = await ports.files()
    const size = await append(stateDirectory, Buffer.from(lines), files, inBackground)
    if (size > MOST_BYTES)
      await (await import('./rotation.ts')).rotate(stateDirectory, files, await ports.lock())
  } catch {
    // The gateway's log is the record that counts.
  }
}

async function append(
  stateDirectory: string,
  lines: Buffer,
  files: Files,
  inBackground: boolean,
): Promise<number> {
  const file = recordFile(stateDirectory)
  try {
    return await files.append(file, lines, inBackground)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await files.makeDirectory(stateDirectory)
    return files.append(file, lines, inBackground)
  }
}
