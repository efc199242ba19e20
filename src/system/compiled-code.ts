import { lstatSync } from 'node:fs'
import nodeModule from 'node:module'
import { join } from 'node:path'

// Absent before Node 22.1.
const { enableCompileCache } = nodeModule as { enableCompileCache?: (directory: string) => unknown }

/**
 * Lets Node keep the compiled form of the program's files between runs (its compile cache, from 22.1 on; nothing
 * happens on an older Node). Only in the state directory, once a sign-in has made it, and only while that is ours and
 * closed to others: whoever can write there decides what code runs. Node's own default, a directory in the shared
 * temporary one, is never used.
 */
export function keepCompiledCode(stateDirectory: string): void {
  if (enableCompileCache === undefined || process.env.NODE_COMPILE_CACHE || !isOurs(stateDirectory)) return
  // Node makes the directories by the umask alone.
  const usual = process.umask(0o077)
  enableCompileCache(join(stateDirectory, 'compiled'))
  process.umask(usual)
}

function isOurs(directory: string): boolean {
  if (process.getuid === undefined) return false
  const facts = lstatSync(directory, { throwIfNoEntry: false })
  return facts?.isDirectory() === true && facts.uid === process.getuid() && (facts.mode & 0o077) === 0
}
