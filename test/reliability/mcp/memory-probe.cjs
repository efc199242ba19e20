// Preloaded into a server that is measured: on a word from the parent it collects garbage and says what is left.
process.on('message', () => {
  const { rss } = process.memoryUsage()
  globalThis.gc()
  globalThis.gc()
  process.send({ rss, heapUsed: process.memoryUsage().heapUsed })
})
// The channel alone keeps no server alive.
process.channel.unref()
