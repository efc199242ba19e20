import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/settings/files/config-file.ts'
import { realFiles } from '../../src/system/files/files.ts'

let directory: string
let path: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ls-auth-settings-'))
  path = join(directory, 'config.toml')
})
afterEach(() => rm(directory, { recursive: true }))

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
    expect(await readConfig(path, realFiles)).toMatchObject({ exists: true, unknownKeys: [] })
  })

  it.each([
    ['2', 'is version 2, but this ls-auth reads version 1'],
    ['9007199254740993', 'is version 9007199254740993, but this ls-auth reads version 1'],
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
