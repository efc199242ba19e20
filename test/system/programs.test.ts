import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programsOn } from '../../src/system/programs.ts'
import { IS_POSIX } from '../world/posix.ts'

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
  it.each(['yarnx.cmd', 'old.bat', 'typed.CMD', 'yarnx.cmd. .'])('is not started: %s', async (typed) => {
    await expect(run(typed, '--version')).rejects.toMatchObject({
      code: 'cannot-run',
      hint: expect.stringContaining('ls-auth exec -- cmd /d /c CMD'),
    })
  })

  it('may be what a name without an ending means', async () => {
    await expect(run('yarnx')).rejects.toMatchObject({
      code: 'no-program',
      hint: expect.stringContaining('ls-auth exec -- cmd /d /c CMD'),
    })
  })

  it.skipIf(!IS_POSIX)('other programs run as before', async () => {
    expect(await run('runs')).toEqual({ status: 7 })
    await expect(run('/etc/passwd/x')).rejects.toMatchObject({ code: 'cannot-run', reason: undefined })
  })
})

describe.skipIf(!IS_POSIX)('the output of a program', () => {
  const output = (script: string, milliseconds = 10_000, stop?: AbortSignal) =>
    programsOn('linux').output(['sh', '-c', script], { milliseconds, ...(stop && { stop }) })

  it('is what it writes, or how it ended', async () => {
    expect(await output('echo yes; echo no >&2')).toEqual({ end: 'written', text: 'yes\n' })
    expect(await output('exit 252')).toEqual({ end: 'failed', status: 252 })
    expect(await output('kill -9 $$')).toEqual({ end: 'failed', status: undefined })
    expect(await output('head -c 70000 /dev/zero')).toEqual({ end: 'failed', status: undefined })
    expect(await programsOn('linux').output(['no-such-program'], { milliseconds: 1000 })).toEqual({
      end: 'no-program',
    })
    expect(await output('exec sleep 60', 50)).toEqual({ end: 'too-late' })
    expect(process.listeners('exit').some(({ name }) => name === 'end')).toBe(false)
  })

  it('is not waited for longer, whatever the program does with the signal, and it is ended', async () => {
    const path = join(place, 'deaf')
    const deaf = `trap '' TERM; echo $$ >${path}; while :; do sleep 0.1; done`
    expect(await output(deaf, 300)).toEqual({ end: 'too-late' })
    expect(isAlive(Number(await readFile(path, 'utf8')))).toBe(false)
    // Neither what it had written by then nor its own status is an answer.
    expect(await output("trap 'exit 0' TERM; echo half; while :; do sleep 0.05; done", 300)).toEqual({
      end: 'too-late',
    })
    expect(await output("trap 'exit 3' TERM; while :; do sleep 0.05; done", 300)).toEqual({ end: 'too-late' })
    // What it has started may still hold its output.
    expect(await output('sleep 3600; true', 100)).toEqual({ end: 'too-late' })
  })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
