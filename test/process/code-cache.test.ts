import { existsSync } from 'node:fs'
import {
  appendFile,
  chmod,
  cp,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BINARY, type Machine, openMachine } from '../world/machine.ts'

let machine: Machine
beforeAll(async () => {
  machine = await openMachine()
  await mkdir(machine.stateDirectory, { recursive: true, mode: 0o700 })
  await chmod(machine.stateDirectory, 0o700)
})
afterAll(() => machine.close())

const compiled = () => join(machine.stateDirectory, 'compiled')

/** The file with the compiled form of what `--help` runs. */
async function cacheFile(): Promise<string> {
  const found = await readdir(compiled(), { recursive: true, withFileTypes: true })
  const files = found.filter((one) => one.name === 'help').map((one) => join(one.parentPath, one.name))
  expect(files).toHaveLength(1)
  return files[0] as string
}

async function help(): Promise<string> {
  const { exit, signal, stdout, stderr } = await machine.run(['--help'])
  expect({ exit, signal, stderr }).toEqual({ exit: 0, signal: null, stderr: '' })
  return stdout
}

describe('the compiled form of the program', () => {
  it('is left by the first runs of a command, for its owner alone, and then stays as it is', async () => {
    const said = await help()
    const first = await stat(await cacheFile())
    expect(first.mode & 0o777).toBe(0o600)
    for (const directory of [dirname(await cacheFile()), compiled()]) {
      expect((await stat(directory)).mode & 0o777).toBe(0o700)
    }
    await help()
    await help()
    const third = await stat(await cacheFile())
    expect(third.ctimeMs).not.toBe(first.ctimeMs)
    expect(await help()).toBe(said)
    const fourth = await stat(await cacheFile())
    expect([fourth.ino, fourth.ctimeMs]).toEqual([third.ino, third.ctimeMs])
  })

  it('is not used once anything else has written to it, and made anew', async () => {
    const said = await help()
    const damages: Record<string, (path: string) => Promise<unknown>> = {
      emptied: (path) => truncate(path, 0),
      'cut short': (path) => truncate(path, 100_000),
      'longer than it was': (path) => appendFile(path, Buffer.alloc(8)),
      'zeros at its end': async (path) => writeOver(path, (bytes) => bytes.fill(0, 100_000)),
      'another text': (path) => writeFile(path, 'another text'),
    }
    for (let i = 0; i < 24; i++) {
      damages[`other bytes, ${i}`] = async (path) =>
        writeOver(path, (bytes) => {
          for (let at = 200 + i * 97; at < bytes.length; at += 2_003 + i)
            bytes[at] = (bytes[at] as number) ^ 0x55
        })
    }
    for (const [name, damage] of Object.entries(damages)) {
      const path = await cacheFile()
      await damage(path)
      expect([name, await help()]).toEqual([name, said])
      // That run has left a whole one.
      const { size, mtimeMs } = await stat(path)
      expect([name, mtimeMs]).toEqual([name, size * 2000])
    }
  })

  it('is not read through a link, and a directory or a pipe in its place does no harm', async () => {
    const said = await help()
    const path = await cacheFile()
    const aside = join(machine.home, 'aside')
    await writeFile(aside, await readFile(path))
    await rm(path)
    await symlink(aside, path)
    expect(await help()).toBe(said)
    await rm(path, { force: true })
    await machine.command('mkfifo', [path]).ended
    expect(await help()).toBe(said)
    await rm(path, { force: true })
    await mkdir(path)
    expect(await help()).toBe(said)
    await rm(path, { recursive: true })
  })

  it('is neither kept nor used in a directory that others can read, nor before a sign-in made one', async () => {
    await rm(compiled(), { recursive: true, force: true })
    await chmod(machine.stateDirectory, 0o750)
    await help()
    expect(existsSync(compiled())).toBe(false)
    await chmod(machine.stateDirectory, 0o700)
    await help()
    expect(existsSync(compiled())).toBe(true)
    const stranger = await openMachine()
    try {
      await stranger.run(['--help'])
      expect(await readdir(stranger.home)).toEqual([])
    } finally {
      await stranger.close()
    }
  })

  it('of four builds is kept, not of those before, nor what killed runs have left', async () => {
    await help()
    const current = dirname(await cacheFile())
    for (const old of ['a', 'b', 'c', 'd', 'e']) await mkdir(join(compiled(), old))
    await rm(current, { recursive: true })
    await help()
    const left = await readdir(compiled())
    expect(left).toHaveLength(4)
    expect(left).toContain(basename(current))
  })

  it('is kept for so many words, and no more', async () => {
    await help()
    const directory = dirname(await cacheFile())
    expect((await machine.run(['nope', '--help'])).exit).toBe(0)
    expect(await readdir(directory)).toContain('nope')
    for (let i = 0; i < 40; i++) await writeFile(join(directory, `word-${i}`), '')
    expect((await machine.run(['never', '--help'])).exit).toBe(0)
    expect(await readdir(directory)).not.toContain('never')
    await rm(directory, { recursive: true })
  })

  it('is not used when others can read it: somebody else may have put it there', async () => {
    const said = await help()
    await chmod(await cacheFile(), 0o640)
    expect(await help()).toBe(said)
    expect((await stat(await cacheFile())).mode & 0o777).toBe(0o600)
    await chmod(compiled(), 0o750)
    const before = await stat(await cacheFile())
    expect(await help()).toBe(said)
    expect((await stat(await cacheFile())).ctimeMs).toBe(before.ctimeMs)
    await chmod(compiled(), 0o700)
  })

  it('of a file that was patched since is not used', async () => {
    const copy = join(machine.home, 'copy')
    await cp(dirname(dirname(BINARY)), copy, {
      recursive: true,
      filter: (path) => !/node_modules|\.git|test|src/.test(relative(dirname(dirname(BINARY)), path)),
    })
    const run = () => machine.command(process.execPath, [join(copy, 'bin', 'ls-auth.js'), '--help']).ended
    for (let i = 0; i < 4; i++) expect((await run()).stdout).toContain('show help')
    const patched = join(copy, 'dist', 'chunks', 'commands.cjs')
    await writeFile(patched, (await readFile(patched, 'utf8')).replaceAll('show help', 'SHOW HELP'))
    expect((await run()).stdout).toContain('SHOW HELP')
  })

  it.each([
    ['a file', async (place: string) => writeFile(place, '')],
    ['a link to itself', async (place: string) => symlink(place, place)],
    ['a name too long', async () => {}],
  ])('%s in the place of the state directory stops nothing that needs none', async (name, make) => {
    const place = join(machine.home, name === 'a name too long' ? 'x'.repeat(300) : name)
    await make(place)
    const { exit, stdout, stderr } = await machine.run(['--version'], { env: { XDG_STATE_HOME: place } })
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('of many first runs at once ends whole', async () => {
    await rm(compiled(), { recursive: true, force: true })
    const said = await help()
    await rm(compiled(), { recursive: true, force: true })
    const all = await Promise.all(Array.from({ length: 24 }, help))
    expect(new Set(all)).toEqual(new Set([said]))
    expect(await help()).toBe(said)
    expect((await readdir(dirname(await cacheFile()))).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('a command that failed leaves none', async () => {
    await rm(compiled(), { recursive: true, force: true })
    expect((await machine.run(['token'])).exit).toBe(3)
    expect(existsSync(compiled())).toBe(false)
  })
})

async function writeOver(path: string, change: (bytes: Buffer) => void): Promise<void> {
  const bytes = await readFile(path)
  change(bytes)
  await writeFile(path, bytes)
}
