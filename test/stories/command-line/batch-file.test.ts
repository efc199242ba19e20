import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programsOn } from '../../../src/system/process/programs.ts'
import { shellWord } from '../../../src/text/shell-word.ts'
import { program } from '../../world/program.ts'
import { openWorld, type World } from '../../world/world.ts'

/** npm, az, gcloud: on Windows they are batch files, and those need cmd.exe. */

let world: World
let file: string
beforeAll(async () => {
  world = await openWorld()
  const folder = join(world.home, 'bin')
  file = join(folder, 'yarnx.cmd')
  await mkdir(folder)
  await writeFile(file, '')
  Object.assign(world.variables, { PATH: folder, LS_AUTH_TOKEN: 'a.b.c' })
  const programs = programsOn('win32')
  world.override = {
    programs: async () => ({
      ...programs,
      // What is built knows the Failure that was built with it.
      run: (command, variables) =>
        programs.run(command, variables).catch((failure) => {
          throw Object.setPrototypeOf(failure, program.Failure.prototype)
        }),
    }),
  }
})
afterAll(() => world.close())

const API = ['--backend', 'tempo', '--api', 'https://traces.example']
const exec = (flags: string[], ...command: string[]) =>
  world.type([ours(...flags), ...command.map((word) => shellWord(word))].join(' '))
const ours = (...flags: string[]) => ['ls-auth exec', ...flags, ...API, '--'].join(' ')

describe('a batch file under exec', () => {
  it.each([
    ['in a variable', ['--env', 'T'], ['yarnx', '--version'], 'yarnx --version'],
    ['behind a proxy', ['--proxy'], ['yarnx', '--version'], 'yarnx --version'],
    ['with a blank', [], ['yarnx', 'run', 'two words'], `yarnx run 'two words'`],
    ['with a profile of its own', [], ['yarnx', '--profile', 'x'], 'yarnx --profile x'],
  ])('is 126, and the hint names cmd.exe: %s', async (_, flags, command, line) => {
    const { exit, stdout, stderr } = await exec(flags, ...command)
    expect({ exit, stdout }).toEqual({ exit: 126, stdout: '' })
    expect(stderr).toContain(`error: yarnx is a batch file, which only cmd.exe can start: ${file}\n`)
    expect(stderr).toContain(`hint: Start it through cmd.exe: ${ours(...flags)} cmd /d /c ${line}\n`)
  })

  it('that is typed with slashes is given to cmd.exe with none', async () => {
    const { stderr } = await exec([], join(world.home, 'bin', 'yarnx'))
    expect(stderr).toContain(`cmd /d /c '${join(world.home, 'bin', 'yarnx').replaceAll('/', '\\')}'\n`)
  })

  it.each([
    ['another command', 'a&calc'],
    ['a variable', '%PATH%'],
    ['a quote', 'a"b'],
    ['no word', ''],
    ['a blank and a backslash', 'a b\\'],
  ])('is not put into a line with what cmd.exe would read: %s', async (_, word) => {
    const { exit, stderr } = await exec(['--proxy'], 'yarnx', word)
    expect(exit).toBe(126)
    const line = `${ours('--proxy')} cmd /d`
    expect(stderr).toContain(
      `hint: cmd.exe expands special characters. Start it and type them there: ${line}\n`,
    )
  })
})
