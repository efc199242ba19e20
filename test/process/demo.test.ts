import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { buildTool } from '../../build/tool.mjs'

let temporary: string
beforeAll(() => buildTool('test/demo.ts'))
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'ls-auth-demo-of-test-'))
})
afterEach(() => rm(temporary, { recursive: true }))

/** The demo, up to its first line; what ends it; what is left then in the folder for temporary files. */
async function leftAfter(end: (demo: ReturnType<typeof start>) => void): Promise<string[]> {
  const demo = start()
  await new Promise((said) => demo.stdout.once('data', said))
  end(demo)
  await new Promise((ended) => demo.once('exit', ended))
  return readdir(temporary)
}

const start = () =>
  spawn(process.execPath, [resolve('.build/demo.mjs')], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'ignore'],
  })

it('a reader that has seen enough, as head: nothing is left of the demo', async () => {
  expect(await leftAfter(({ stdout }) => stdout.destroy())).toEqual([])
})

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s: nothing is left of the demo', async (signal) => {
  expect(await leftAfter((demo) => demo.kill(signal))).toEqual([])
})
