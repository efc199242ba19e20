import { makePlayDirectory } from './directory.ts'
import { thingsToType } from './things-to-type.ts'
import { ANY_PORTS, startPlayWorld } from './world.ts'

/**
 * A place to play, on this machine's loopback only: `npm run play`, then type in another terminal what it prints.
 * Ctrl-C ends everything and leaves nothing; a command that still runs in the other terminal would write its record anew.
 */
async function play(): Promise<void> {
  const world = await startPlayWorld().catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    return startPlayWorld(ANY_PORTS)
  })
  const directory = await makePlayDirectory(world)
  // A terminal that closes hangs up twice, by its shell and by npm: the second must not end the tidying up.
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
  })
  process.stdout.write(`
  identity provider  ${world.issuer}   alice, bob, carol; no passwords
  gateway            ${world.gateway}   a Tempo is behind it: profile work
  Lightstep          ${world.lightstep}   another gateway: profile lightstep
  Jaeger             ${world.jaeger}   without sign-in: profile jaeger

All of it runs on this machine only. The traces are of a shop: those of the last
hour, and a new one every 20 seconds.

In another terminal, in this directory:

  ${directory.enter}

Then, for example:

${thingsToType(world)
  .map(([line, does]) => `  ${line}\n      ${does}`)
  .join('\n')}

Ctrl-C ends it and leaves nothing. End first what still runs in the other
terminal (--follow): it would write to .play again.
`)
  await ended
  await Promise.all([world.close(), directory.remove()])
}

await play()
