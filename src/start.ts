import { placesFor } from './settings/files/places.ts'
import { compileCacheDirectory, useCompileCache } from './system/compile-cache.ts'
import { processEnv } from './system/env.ts'

/**
 * Entry point of the process. The compile cache must be enabled before the program is loaded. So this file and its static
 * imports are bundled into a small file, which alone is compiled at every start.
 */
export async function start(): Promise<void> {
  const cache = compileCacheDirectory(placesFor(processEnv()).stateDirectory)
  if (cache !== undefined) useCompileCache(cache)
  const { main } = await import('./main.ts')
  await main()
}
