// Preloaded into a server that is measured: on a word from the parent, or on SIGUSR2 where its input is not the parent's, it
// collects garbage and says what is left.
const { writeFileSync } = require('node:fs')

const held = () => {
  const { rss } = process.memoryUsage()
  globalThis.gc()
  globalThis.gc()
  return { rss, heapUsed: process.memoryUsage().heapUsed }
}
process.on('message', () => process.send(held()))
process.on('SIGUSR2', () =>
  writeFileSync(`${process.env.LS_AUTH_PROBE_FILES}/held-${process.pid}`, `${JSON.stringify(held())}\n`),
)
// The channel alone keeps no server alive.
process.channel?.unref()
