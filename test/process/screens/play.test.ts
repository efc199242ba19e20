import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePlayDirectory, type PlayDirectory } from '../../play/directory.ts'
import { thingsToType } from '../../play/things-to-type.ts'
import { ANY_PORTS, type PlayWorld, startPlayWorld } from '../../play/world.ts'
import { browse } from '../../world/browser.ts'
import { needs } from '../../world/needs.ts'

const NAME = '.build/play-test'
let world: PlayWorld
let directory: PlayDirectory

beforeAll(async () => {
  world = await startPlayWorld(ANY_PORTS)
  directory = await makePlayDirectory(world, NAME)
})

afterAll(async () => {
  await Promise.all([world.close(), directory.remove()])
  expect(existsSync(NAME)).toBe(false)
})

/** Types a line into a shell that has read the environment; Alice answers the address that a sign-in prints. */
function type(line: string): Promise<{ status: number | null; said: string }> {
  const shell = spawn('sh', ['-c', `${directory.enter}\n${line}`], {
    env: { PATH: process.env.PATH, LS_AUTH_PROFILE: 'of the person who plays', DISPLAY: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  let signedIn = false
  const hear = (part: Buffer) => {
    said += part
    const url = /^ {2}(http\S+\/auth\?\S+)$/m.exec(said)?.[1]
    if (url === undefined || signedIn) return
    signedIn = true
    browse(url, { user: 'alice' }).catch(() => {})
  }
  shell.stdout.on('data', hear)
  shell.stderr.on('data', hear)
  return new Promise((resolve) => shell.on('close', (status) => resolve({ status, said })))
}

test('each thing to type works in this order, with settings and a session of its own', async () => {
  const hasCurl = needs({ commands: ['curl'], packages: ['curl'] })
  for (const [line] of thingsToType(world)) {
    if (line.startsWith('curl') && !hasCurl) continue
    const { status, said } = await type(line.replace('curl ', 'curl -sf '))
    expect(status, `${line}\n${said}`).toBe(0)
    expect(said, line).not.toMatch(/undefined|^error:/m)
  }
})

test('the traces are of the last hour, the latest one seconds ago', async () => {
  const { said } = await type('ls-auth login; ls-auth trace search --error --limit 3')
  expect(said).toContain('✗ 3')
  expect(said).toContain('3 traces')
})
