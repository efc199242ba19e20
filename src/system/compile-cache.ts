import { lstatSync, mkdirSync, type Stats } from 'node:fs'
import module from 'node:module'
import { join } from 'node:path'

// The types are those of Node 20.
const { enableCompileCache } = module as { enableCompileCache?: (directory: string) => unknown }

/**
 * The directory for Node's compile cache, made where it is missing; undefined: there can be none. Whoever can write to it
 * decides what code runs. So it lies in the state directory (made by the first sign-in), and is used only while both are ours
 * and closed to other users; Node's default is below the temporary directory, which all users share. Never fails.
 */
export function compileCacheDirectory(stateDirectory: string): string | undefined {
  // Coverage is less exact for functions that come from a cache. With the other Node uses none.
  if (process.env.NODE_V8_COVERAGE || process.env.NODE_DISABLE_COMPILE_CACHE) return undefined
  const directory = join(stateDirectory, 'compile-cache')
  try {
    if (!enableCompileCache) return undefined
    if (!isPrivate(lstatSync(stateDirectory, { throwIfNoEntry: false }))) return undefined
    const facts = lstatSync(directory, { throwIfNoEntry: false })
    if (!facts) mkdirSync(directory, { mode: 0o700 })
    return !facts || isPrivate(facts) ? directory : undefined
  } catch {
    // Without a cache the start is only slower.
    return undefined
  }
}

/**
 * Enables Node's compile cache (`module.enableCompileCache`, Node 22.1 and later; older ones have none), for code that is
 * loaded from here on. Its entries are good for one set of V8's flags. Node checks each entry for damage;
 * `NODE_DISABLE_COMPILE_CACHE` switches the cache off. Never fails.
 *
 * Node takes an entry right after a file is loaded, so functions that run later are compiled at every start. A loader of our
 * own could take it at the end of a run: `token` 52 instead of 57 ms (Node 24, medians of 25 rounds). It would run unchecked
 * machine code, so there is none.
 */
export function useCompileCache(directory: string): void {
  enableCompileCache?.(directory)
}

const isPrivate = (facts: Stats | undefined): boolean =>
  facts?.isDirectory() === true &&
  process.getuid !== undefined &&
  facts.uid === process.getuid() &&
  (facts.mode & 0o077) === 0
