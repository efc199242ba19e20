import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programsOn } from '../../src/system/process/programs.ts'

let place: string
let variables: Record<string, string>
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'ls-auth-programs-'))
  const [first, second] = [join(place, 'first'), join(place, 'second')]
  await mkdir(join(first, 'folder.cmd'), { recursive: true })
  await mkdir(second)
  const program = '#!/bin/sh\nexit 7\n'
  for (const name of ['yarnx.cmd', 'old.bat', 'typed.CMD', 'folder.cmd'])
    await writeFile(join(second, name), program, { mode: 0o755 })
  await writeFile(join(second, 'runs'), program, { mode: 0o755 })
  const path = ['', first, second].join(delimiter)
  variables = { Path: path, PATH: path }
})
afterAll(() => rm(place, { recursive: true }))

const run = (...command: string[]) => programsOn('win32').run(command, variables)

describe('a batch file, on Windows', () => {
  it.each([
    ['yarnx', 'yarnx.cmd'],
    ['yarnx.cmd', 'yarnx.cmd'],
    ['old', 'old.bat'],
    ['typed.CMD', 'typed.CMD'],
    ['folder', 'folder.cmd'],
  ])('is not started, and named where cmd.exe would find it: %s', async (typed, file) => {
    await expect(run(typed, '--version')).rejects.toMatchObject({
      code: 'cannot-run',
      reason: 'batch-file',
      message: `${typed} is a batch file, which only cmd.exe can start: ${join(place, 'second', file)}`,
    })
  })

  it('is found by its path', async () => {
    const path = join(place, 'second', 'yarnx')
    await expect(run(path)).rejects.toMatchObject({ reason: 'batch-file' })
    await expect(run(`${path}.cmd`)).rejects.toMatchObject({ reason: 'batch-file' })
    // A path is not looked for in PATH.
    await expect(run('./yarnx')).rejects.toMatchObject({ code: 'no-program' })
  })

  // Windows opens `x.cmd. ` as x.cmd.
  it.each(['no-such', 'no-such.cmd', 'no-such.bat. '])(
    'that is not there is no program: %s',
    async (typed) => {
      await expect(run(typed)).rejects.toMatchObject({
        code: 'no-program',
        message: `there is no program ${typed}`,
      })
    },
  )

  it('is not found without PATH, but in the working directory', async () => {
    await expect(programsOn('win32').run(['yarnx'], {})).rejects.toMatchObject({ code: 'no-program' })
  })

  it.skipIf(process.platform === 'win32')('other programs run as before', async () => {
    expect(await run('runs')).toEqual({ status: 7 })
    await expect(run('/etc/passwd/x')).rejects.toMatchObject({ code: 'cannot-run', reason: undefined })
  })
})

it.skipIf(process.platform === 'win32')(
  'elsewhere a name that ends in .cmd is one as others are',
  async () => {
    expect(await programsOn('linux').run(['yarnx.cmd'], variables)).toEqual({ status: 7 })
    await expect(programsOn('linux').run(['yarnx'], variables)).rejects.toMatchObject({ code: 'no-program' })
  },
)
