import { placesFor } from './settings/places.ts'
import { cacheFor } from './system/code-cache.ts'
import { processEnv } from './system/env.ts'
import { openProgram } from './system/program.ts'

/** Names the built files this one was built with. */
declare const LS_AUTH_BUILD: string

/**
 * Starts the program, from its compiled form where there is one. This file and what it imports are built into one of
 * their own, as small as can be: it alone is compiled at every start. `require` is that of the file in bin.
 */
export function start(require: NodeJS.Require): void {
  const { stateDirectory } = placesFor(processEnv())
  const cache = cacheFor(stateDirectory, LS_AUTH_BUILD, process.argv.slice(2))
  const program = openProgram(__dirname, cache, require)
  process.once('exit', (status) => {
    if (status === 0) program.keep()
  })
  const { main } = program.load('main.cjs') as typeof import('./main.ts')
  main()
}
