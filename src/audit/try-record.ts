import { errorCode } from '../error-code.ts'
import type { Ports } from '../ports/ports.ts'
import { recordFile } from './files-of-record.ts'
import { appendLines, type Lost } from './record.ts'

/** About as many bytes as a disk gives at once. */
const PROBE = Buffer.alloc(4096, ' ')

/**
 * Whether an entry could be written, without one: a full disk takes nothing at the end of a file without an error, so a
 * file beside the record is written, too, and taken away.
 */
export async function tryRecord(
  stateDirectory: string,
  ports: Pick<Ports, 'env' | 'files' | 'lock'>,
): Promise<Lost | undefined> {
  const lost = await appendLines(stateDirectory, '', ports)
  const files = await ports.files()
  const file = recordFile(stateDirectory)
  if (lost !== undefined || (await files.inspect(file)) === undefined) return lost
  const probe = `${file}.${ports.env.pid}.tmp`
  try {
    // Left by a killed process that had the same pid.
    await files.remove(probe)
    await files.create(probe, PROBE)
  } catch (error) {
    return { file, code: errorCode(error) ?? 'error' }
  } finally {
    await files.remove(probe).catch(() => {})
  }
  return undefined
}
