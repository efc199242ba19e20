import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Files } from '../../src/ports/storage.ts'
import { changeConfig } from '../../src/settings/files/config-change.ts'
import { readConfig } from '../../src/settings/files/config-file.ts'
import type { Change } from '../../src/settings/files/config-text.ts'
import type { Upgrade } from '../../src/settings/files/config-version.ts'
import { realFiles } from '../../src/system/files/files.ts'
import { changer, settingsIn } from './changer.ts'

/** What a version 2 might be: a setting with another name. */
const RENAME: Upgrade = (root) => ({
  ...root,
  profiles: Object.fromEntries(
    Object.entries((root.profiles ?? {}) as Record<string, Record<string, unknown>>).map(
      ([name, { url, ...rest }]) => [name, { ...rest, ...(url !== undefined && { api: url }) }],
    ),
  ),
})
const OLD =
  '# ours\ndefault_profile = "work"\ncolour = "mine"\n\n[profiles.work]\nurl = "https://a.example" # the gateway\n'

let directory: string
let path: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ls-auth-settings-'))
  path = join(directory, 'config.toml')
})
afterEach(() => rm(directory, { recursive: true }))

const read = () => readConfig(path, realFiles, [RENAME])
const changed = async (change: Change, pid = 1, files: Files = realFiles) =>
  changeConfig(settingsIn(directory, await read()), () => change, changer(pid, files), [RENAME])
const change = (set: string, pid?: number) => changed({ set, values: { tenant: 't' } }, pid)
const inDirectory = async () => (await readdir(directory)).filter((name) => name !== 'state').sort()

describe('the version of a settings file', () => {
  it('absent is 1, and may be said', async () => {
    for (const text of ['', 'version = 1\n']) {
      await writeFile(path, text)
      expect((await readConfig(path, realFiles)).unknownKeys).toEqual([])
    }
  })

  it.each<[what: string, bytes: Buffer]>([
    ['little-endian, as PowerShell 5.1 writes it', Buffer.from('\ufeffversion = 1\n', 'utf16le')],
    ['big-endian', Buffer.from('\ufeffversion = 1\n', 'utf16le').swap16()],
  ])('in UTF-16 (%s) is told so, and not as broken TOML', async (_, bytes) => {
    await writeFile(path, bytes)
    const failure = await readConfig(path, realFiles).catch((error) => error)
    expect(failure).toMatchObject({ code: 'settings', message: `cannot read ${path}: it is text in UTF-16` })
    expect(failure.hint).toContain('Set-Content -Encoding utf8')
    await writeFile(path, '\ufeffversion = 1\n')
    expect(await readConfig(path, realFiles)).toMatchObject({ version: 1 })
  })

  it.each([
    ['2', 'is version 2, and this ls-auth knows version 1'],
    ['9007199254740993', 'is version 9007199254740993, and this ls-auth knows version 1'],
    ['"1"', 'version must be a whole number from 1'],
    ['0', 'version must be a whole number from 1'],
    ['1.5', 'version must be a whole number from 1'],
  ])('%s is refused, and nothing is changed', async (version, message) => {
    await writeFile(path, `version = ${version}\n`)
    await expect(readConfig(path, realFiles)).rejects.toMatchObject({ code: 'settings', exit: 2 })
    await expect(readConfig(path, realFiles)).rejects.toThrow(message)
    expect(await readdir(directory)).toEqual(['config.toml'])
  })
})

describe('settings of an older version', () => {
  beforeEach(() => writeFile(path, OLD, { mode: 0o644 }))

  it('are read as the newer one means them, and reading writes nothing', async () => {
    expect((await read()).profiles.work).toEqual({ api: 'https://a.example' })
    expect(await readdir(directory)).toEqual(['config.toml'])
    expect(await readFile(path, 'utf8')).toBe(OLD)
  })

  it.each(['work', 'new'])('are converted by the first change (of %s), the old file beside', async (name) => {
    const { profiles } = await change(name)
    expect(profiles[name]).toMatchObject({ tenant: 't' })
    expect(profiles.work).toMatchObject({ api: 'https://a.example' })
    const text = await readFile(path, 'utf8')
    expect(text).toMatch(/^version = 2$/m)
    expect(text).toContain('# ours')
    expect(text).toContain('colour = "mine"')
    expect(await readFile(`${path}.v1`, 'utf8')).toBe(OLD)
    expect((await stat(`${path}.v1`)).mode & 0o777).toBe(0o600)
    await change('again')
    expect(await readFile(`${path}.v1`, 'utf8')).toBe(OLD)
  })

  it.skipIf(process.platform === 'win32')('that are a link: the old file stays beside the link', async () => {
    await mkdir(join(directory, 'dotfiles'))
    await rename(path, join(directory, 'dotfiles', 'real.toml'))
    await symlink('dotfiles/real.toml', path)
    await change('work')
    expect(await readFile(`${path}.v1`, 'utf8')).toBe(OLD)
    expect(await readFile(path, 'utf8')).toMatch(/^version = 2$/m)
    expect(await inDirectory()).toEqual(['config.toml', 'config.toml.v1', 'dotfiles'])
    expect(await readdir(join(directory, 'dotfiles'))).toEqual(['real.toml'])
  })

  it('survive ten processes that convert at once', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, i) => change(`of-${i}`, i + 1)))
    expect(await readFile(`${path}.v1`, 'utf8')).toBe(OLD)
    const { profiles } = await read()
    expect(profiles.work).toEqual({ api: 'https://a.example' })
    for (let i = 0; i < 10; i++) expect(profiles[`of-${i}`]).toEqual({ tenant: 't' })
    expect(await inDirectory()).toEqual(['config.toml', 'config.toml.v1'])
  })

  it('are not converted when the copy cannot be kept', async () => {
    const files = {
      ...realFiles,
      create: (file: string, bytes: Uint8Array) =>
        file.includes('.v1')
          ? Promise.reject(Object.assign(new Error(), { code: 'ENOSPC' }))
          : realFiles.create(file, bytes),
    }
    await expect(changed({ remove: 'work' }, 1, files)).rejects.toMatchObject({ code: 'storage' })
    expect(await readFile(path, 'utf8')).toBe(OLD)
  })
})
