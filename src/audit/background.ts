import type { Ports } from '../ports/ports.ts'
import { type AuditEntry, appendLines, entryLine, type Lost, recordFile } from './record.ts'

/** Lines that wait for a disk that is slow. Later ones are lost: a disk that hangs must not fill the memory. */
const MOST_WAITING = 10_000

/** The record of a process that serves many requests: none of them waits for the disk. */
export interface BackgroundRecord {
  /** Returns at once, and never throws. */
  add(entry: AuditEntry): void
  /** Waits until all is written, at most so long. */
  flush(milliseconds: number): Promise<void>
}

/**
 * Opens no file yet. The first line is written at once; lines that come during a write go together in the next. `lost` is
 * called for each write that failed.
 */
export function openBackgroundRecord(
  stateDirectory: string,
  ports: Pick<Ports, 'env' | 'files' | 'lock'>,
  lost: (lost: Lost) => void,
): BackgroundRecord {
  let waiting: string[] = []
  let writing: Promise<void> | undefined
  const write = async () => {
    while (waiting.length > 0) {
      const lines = waiting.join('')
      waiting = []
      const failed = await appendLines(stateDirectory, lines, ports, true)
      if (failed) lost(failed)
    }
    writing = undefined
  }
  return {
    add(entry) {
      if (waiting.length >= MOST_WAITING) return lost({ file: recordFile(stateDirectory), code: 'ETIMEDOUT' })
      waiting.push(entryLine(entry))
      writing ??= write()
    },
    flush: (milliseconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, milliseconds)
        Promise.resolve(writing).then(() => {
          clearTimeout(timer)
          resolve()
        })
      }),
  }
}
