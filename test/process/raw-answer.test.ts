import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Listening, listen } from '../world/loopback-server.ts'
import { BINARY } from '../world/machine.ts'

const BYTES = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256))

let server: Listening
let sent: Buffer = Buffer.alloc(0)
beforeAll(async () => {
  server = await listen(
    createServer(async (request, response) => {
      sent = await buffer(request)
      response.end(BYTES)
    }),
  )
})
afterAll(() => server.close())

/** Runs `ls-auth api /x` with `stdin`. Gives the bytes of its stdout. */
function api(args: readonly string[], stdin: Buffer): Promise<Buffer> {
  const child = spawn(process.execPath, [BINARY, 'api', '/x', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      LS_AUTH_TOKEN: 'a.b.c',
      LS_AUTH_API: `http://127.0.0.1:${server.port}`,
      LS_AUTH_BACKEND: 'jaeger',
    },
  })
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  return buffer(child.stdout)
}

it('api writes the bytes of an answer as they came', async () => {
  expect((await api([], Buffer.alloc(0))).equals(BYTES)).toBe(true)
})

it('api sends the bytes of --input as they are', async () => {
  await api(['--input', '-'], BYTES)
  expect(sent.equals(BYTES)).toBe(true)
  const directory = await mkdtemp(join(tmpdir(), 'ls-auth-input-'))
  const file = join(directory, 'spans.pb')
  await writeFile(file, BYTES.subarray(1))
  await api(['--input', file], Buffer.alloc(0))
  await rm(directory, { recursive: true })
  expect(sent.equals(BYTES.subarray(1))).toBe(true)
})
