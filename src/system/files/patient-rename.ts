import fs from 'node:fs'
import { promisify } from 'node:util'
import { errorCode } from '../../error-code.ts'

/** A scanner or an indexer holds a new file for less than a second mostly; some send it away first, to have it judged. */
const LONGEST_WAIT_MILLISECONDS = 10_000
const FIRST_PAUSE_MILLISECONDS = 10
const LONGEST_PAUSE_MILLISECONDS = 100

/** What Windows says while another program has one of the two files open (ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION). */
const HELD = new Set(['EPERM', 'EACCES', 'EBUSY'])

/**
 * `rename` for Windows, which refuses it while another program has one of the files open without sharing it, as virus scanners
 * do. It retries for 10 seconds, and throws the last error of the file system, at once where waiting does not help.
 */
export async function renamePatiently(from: string, to: string): Promise<void> {
  const end = performance.now() + LONGEST_WAIT_MILLISECONDS
  for (let pause = FIRST_PAUSE_MILLISECONDS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS)) {
    try {
      return await promisify(fs.rename)(from, to)
    } catch (error) {
      const code = errorCode(error) ?? ''
      if (!HELD.has(code) || performance.now() >= end || isNeverReplaced(to)) throw error
    }
    await new Promise((done) => setTimeout(done, pause))
  }
}

/** A directory, and a file with the attribute "read-only": the same codes, but waiting doesn't help. */
function isNeverReplaced(path: string): boolean {
  try {
    const facts = fs.lstatSync(path, { throwIfNoEntry: false })
    return facts !== undefined && (!facts.isFile() || (facts.mode & 0o200) === 0)
  } catch {
    // It is being deleted, or held, so that looking fails.
    return false
  }
}
