import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { listen } from '../world/loopback-server.ts'
import { BINARY } from '../world/machine.ts'

it('api writes the bytes of an answer as they came', async () => {
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256))
  const server = await listen(createServer((_, response) => void response.end(bytes)))
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [BINARY, 'api', '/x'], {
      encoding: 'buffer',
      maxBuffer: 1_000_000,
      env: {
        PATH: process.env.PATH,
        HOME: '/nonexistent',
        LS_AUTH_TOKEN: 'a.b.c',
        LS_AUTH_API: `http://127.0.0.1:${server.port}`,
        LS_AUTH_BACKEND: 'jaeger',
      },
    })
    expect(stdout.equals(bytes)).toBe(true)
  } finally {
    await server.close()
  }
})
