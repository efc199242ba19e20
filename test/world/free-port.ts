import { createServer } from 'node:net'

/**
 * Ports below those that a system gives out by itself (Linux from 32768, macOS and Windows from 49152): one of these is
 * not taken by another test's server or connection between the look and the use.
 */
const FIRST = 20_000
const LAST = 29_999

const given = new Set<number>()

/** A TCP port that is free on both loopback families, and that no other test of this process was given. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1))
    if (given.has(port)) continue
    given.add(port)
    if ((await isFree(port, '127.0.0.1')) && (await isFree(port, '::1'))) return port
  }
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRNOTAVAIL'))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
