import { lstatSync, mkdirSync, rmSync, type Stats } from 'node:fs'
import module from 'node:module'
import { join } from 'node:path'

/**
 * Has Node keep what it compiles (`module.enableCompileCache`, Node 22.1 and later; older ones have none). Whoever can
 * write there decides what code runs, so the cache lies in the state directory, once a sign-in has made that, and only
 * while both are ours and closed to others; Node's own place for it is under the temporary directory, which everybody
 * shares. Node checks each entry against damage; `NODE_DISABLE_COMPILE_CACHE` switches it off. Never fails.
 */
export function useCompileCache(stateDirectory: string): void {
  // The types are those of Node 20.
  const { enableCompileCache } = module as { enableCompileCache?: (directory: string) => unknown }
  // Coverage is less exact for functions that come out of a cache.
  if (process.env.NODE_V8_COVERAGE) return
  const directory = join(stateDirectory, 'compile-cache')
  try {
    if (!enableCompileCache) {
      removeOldCache(stateDirectory)
      return
    }
    if (!isPrivate(lstatSync(stateDirectory, { throwIfNoEntry: false }))) return
    const facts = lstatSync(directory, { throwIfNoEntry: false })
    if (!facts) makeDirectory(stateDirectory, directory)
    else if (!isPrivate(facts)) return
    enableCompileCache(directory)
  } catch {
    // A start without a cache is only slower.
  }
}

function makeDirectory(stateDirectory: string, directory: string): void {
  mkdirSync(directory, { mode: 0o700 })
  removeOldCache(stateDirectory)
}

/** Version 0.1 kept compiled code of its own, and ran what lay there unchecked. */
function removeOldCache(stateDirectory: string): void {
  const old = join(stateDirectory, 'compiled')
  if (lstatSync(old, { throwIfNoEntry: false })) rmSync(old, { recursive: true, force: true })
}

const isPrivate = (facts: Stats | undefined): boolean =>
  facts?.isDirectory() === true &&
  process.getuid !== undefined &&
  facts.uid === process.getuid() &&
  (facts.mode & 0o077) === 0
