import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openMachine } from '../../world/machine.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "My agent should know how to read traces." */

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

it('prints docs/SKILL.md', async () => {
  const { exit, stdout } = await world.type('ls-auth skill')
  expect(exit).toBe(0)
  expect(stdout).toBe(await readFile('docs/SKILL.md', 'utf8'))
})

it.each([
  ['claude', '.claude'],
  ['codex', '.codex'],
])('--install %s writes it to ~/%s, again too, and over no file of others', async (agent, folder) => {
  const path = join(world.home, folder, 'skills', 'ls-auth', 'SKILL.md')
  const install = (more = '') => world.type(`ls-auth skill --install ${agent}${more}`)
  const first = await install()
  expect(first).toMatchObject({ exit: 0, stdout: '' })
  expect(first.stderr).toContain(`${path}\n`)
  const written = await readFile(path, 'utf8')
  expect(written).toMatch(/^---\nname: ls-auth\n/)
  expect((await install()).exit).toBe(0)
  await writeFile(path, written.replace('Reading traces', 'My own words'))
  const changed = await install()
  expect(changed.exit).toBe(2)
  expect(changed.stderr).toMatch(/\nerror: the file there is not ours, or was changed\nhint: .*--force\n$/)
  expect(await readFile(path, 'utf8')).toContain('My own words')
  expect((await install(' --force')).exit).toBe(0)
  expect(await readFile(path, 'utf8')).toBe(written)
})

it('--force alone, and an agent that is not known: exit 2', async () => {
  expect((await world.type('ls-auth skill --force')).exit).toBe(2)
  expect((await world.type('ls-auth skill --install emacs')).exit).toBe(2)
})

it('an API that needs no sign-in: its first line says so, and the page says to read on', async () => {
  await world.writeConfig('[profiles.jaeger]\nbackend = "jaeger"\napi = "http://127.0.0.1:1"\n')
  const { exit, stderr } = await world.type('ls-auth whoami')
  expect([exit, stderr]).toEqual([3, expect.stringContaining('needs no sign-in')])
  expect(await readFile('docs/SKILL.md', 'utf8')).toMatch(
    /^3\. Exit 3: .*Where it says "needs no sign-in", read on\./ms,
  )
})

it('the index that it names has at most 4 kB', async () => {
  const { stdout } = await world.type('ls-auth help --json')
  expect(Buffer.byteLength(stdout)).toBeLessThanOrEqual(4096)
})

it('the built program prints the same, writes it, and leaves a file of others alone', async () => {
  const machine = await openMachine()
  try {
    const { exit, stdout } = await machine.run(['skill'])
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: await readFile('docs/SKILL.md', 'utf8') })
    const path = join(machine.home, '.claude', 'skills', 'ls-auth', 'SKILL.md')
    const install = ['skill', '--install', 'claude']
    expect(await machine.run(install)).toMatchObject({ exit: 0, stdout: '' })
    expect(await readFile(path, 'utf8')).toContain(stdout.trimEnd())
    await writeFile(path, 'mine\n')
    expect((await machine.run(install)).exit).toBe(2)
    expect(await readFile(path, 'utf8')).toBe('mine\n')
    expect((await machine.run(['help', '--json'])).stdout.length).toBeLessThanOrEqual(4096)
  } finally {
    await machine.close()
  }
})
