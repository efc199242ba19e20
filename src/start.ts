import { placesFor } from './settings/places.ts'
import { useCompileCache } from './system/compile-cache.ts'
import { processEnv } from './system/env.ts'

/**
 * Where the process begins. The compile cache must be on before the program is read, so this file and what it imports
 * are built into one of their own, as small as can be: it alone is compiled at every start.
 */
export async function start(): Promise<void> {
  useCompileCache(placesFor(processEnv()).stateDirectory)
  const { main } = await import('./main.ts')
  await main()
}
