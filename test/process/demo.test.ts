import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { buildTool } from '../../build/tool.mjs'
import { displayWidth } from '../../src/text/display-width.ts'
import { needs } from '../world/needs.ts'
import { PTY } from '../world/pty.ts'

let temporary: string
beforeAll(() => buildTool('test/demo.ts'))
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'demo-'))
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

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s: nothing is left of the demo', async (signal) => {
  expect(await leftAfter((demo) => demo.kill(signal))).toEqual([])
})

/** All that the demo says, by a command that runs it. */
async function saidBy(command: string, ...args: string[]): Promise<string> {
  const demo = spawn(command, args, {
    env: { ...process.env, TMPDIR: temporary, SHELL: '/bin/sh' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let said = ''
  demo.stdout.setEncoding('utf8').on('data', (part) => {
    said += part
  })
  expect(await new Promise((ended) => demo.once('close', ended)), said).toBe(0)
  return said.replaceAll('\r', '')
}
const HINT = 'then sign in again: ls-auth login. ls-auth whoami shows all claims.'

it.skipIf(!needs(PTY))('in a terminal of 80 columns every line is broken between words', async () => {
  const line = `stty cols 80; exec '${process.execPath}' '${resolve('.build/demo.mjs')}'`
  const said = await saidBy('script', '--quiet', '--return', '--command', line, '/dev/null')
  const tooWide = said.split('\n').filter((one) => displayWidth(one) > 80)
  // An address stays whole, so that it can be copied.
  expect(tooWide.filter((one) => !/^ {2}http\S+$/.test(one))).toEqual([])
  expect(said.replace(/\n {6}/g, ' ')).toContain(HINT)
  // What is to be typed works when it is pasted.
  expect(said.replace(/ \\\n */g, ' ')).toMatch(
    /^\$ ls-auth login .* --client-id ls-auth-cli --api .* --no-browser$/m,
  )
})
