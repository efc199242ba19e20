import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BINARY, type Machine, openMachine } from '../../world/machine.ts'
import { needs } from '../../world/needs.ts'
import { openPty, PTY } from '../../world/pty.ts'
import type { Terminal } from '../../world/terminal.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openViewStage, PROMPT, type ViewStage } from './view-stage.ts'

const canTry = needs({ commands: ['tmux'], packages: ['tmux'] })

/** It has a `q`, and then what a shell would run. */
const STACK = 'java.sql.SQLException: timeout\ntouch ran\n'

const FIRST = /row 1 of 37: POST \/checkout/

let machine: Machine
beforeAll(async () => {
  machine = await openMachine()
  const trace = toOtlpDocument([makeTrace({ seed: 7 })], 'hex')
  await writeFile(join(machine.home, 'trace.json'), JSON.stringify(trace))
})
afterAll(() => machine.close())

describe.skipIf(!canTry)('trace view in a real terminal', () => {
  let stage: ViewStage
  let terminal: Terminal
  beforeAll(async () => {
    stage = await openViewStage(machine, 'trace.json', 100)
    terminal = stage.terminal
  })
  afterAll(() => terminal?.close())

  it('keys move and find, a new size is drawn anew, and q gives the screen back', async () => {
    await stage.begin(FIRST)
    terminal.press('Down')
    await terminal.sees(/row 2 of 37: verify session/)
    terminal.press('e')
    await terminal.sees(/^> .*✗ POST/m)
    terminal.press('/', 'stock', 'Enter')
    await terminal.sees(/row \d+ of 37: SELECT stock/)
    terminal.resize(60, 20)
    // The id of the trace has no room.
    const narrow = await terminal.sees(/ · ✗ 3 errors · [^\n]*…\n[\s\S]*row \d+ of 37: SELECT stock/)
    expect(narrow.split('\n')).toHaveLength(20)
    terminal.resize(100, 50)
    await terminal.sees(/trace [\da-f]{32}\n[\s\S]*row \d+ of 37: SELECT stock/)
    terminal.press('Enter')
    await terminal.sees(/^SELECT stock\n/)
    terminal.press('Escape')
    await terminal.sees(/row \d+ of 37: SELECT stock/)
    terminal.press('q')
    await stage.expectGivenBack(0)
  })

  it.each<[what: string, exit: number, end: () => unknown]>([
    ['Ctrl-C', 130, () => terminal.press('C-c')],
    ['SIGTERM', 143, () => stage.signal('SIGTERM')],
    ['SIGHUP', 129, () => stage.signal('SIGHUP')],
    ['a crash', 1, () => stage.signal('SIGUSR2')],
  ])('%s ends it with %i, and the terminal is as it was', async (_, exit, end) => {
    await stage.begin(FIRST)
    await end()
    await stage.expectGivenBack(exit)
  })

  it('Ctrl-Z gives the terminal to the shell, fg takes it again', async () => {
    await stage.begin(FIRST)
    terminal.press('C-z')
    await terminal.sees(PROMPT)
    terminal.press('-l', 'fg')
    terminal.press('Enter')
    await terminal.sees(/row 1 of 37/)
    terminal.press('Down')
    await terminal.sees(/row 2 of 37/)
    terminal.paste(STACK)
    await terminal.sees(/row 2 of 37[^\n]*\nPasted text is ignored\./)
    terminal.press('q')
    await stage.expectGivenBack(0)
  })

  it('what is pasted is no keys: nothing of it quits, and the shell runs nothing', async () => {
    await stage.begin(FIRST)
    terminal.paste(STACK)
    await terminal.sees(/row 1 of 37[^\n]*\nPasted text is ignored\./)
    terminal.press('Enter')
    await terminal.sees(/q goes back$/)
    terminal.paste(STACK)
    await terminal.sees(/\nPasted text is ignored\./)
    terminal.press('q', '/')
    await terminal.sees(/\n\/$/)
    terminal.paste('SELECT\nstock')
    await terminal.sees(/\n\/SELECT stock$/)
    terminal.press('Enter')
    await terminal.sees(/row \d+ of 37: SELECT stock/)
    terminal.press('q')
    await stage.expectGivenBack(0)
    await expect(readFile(join(machine.home, 'ran'))).rejects.toThrow('ENOENT')
  })
})

it.skipIf(!canTry)('a terminal that is closed ends the program', async () => {
  const stage = await openViewStage(machine, 'trace.json', 90)
  await stage.begin(FIRST)
  const pid = await stage.pid()
  stage.terminal.close()
  for (let i = 0; i < 100 && isRunning(pid); i++) await sleep(100)
  expect(isRunning(pid)).toBe(false)
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('where nothing can be walked through', () => {
  const printed = () => `hint: Print the trace instead: ls-auth trace get ${join(machine.home, 'trace.json')}`

  it('without a terminal: exit 2, and the line that prints the trace', async () => {
    const { exit, stdout, stderr } = await machine.run(['trace', 'view', join(machine.home, 'trace.json')])
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toBe(`error: trace view needs a terminal\n${printed()}\n`)
  })

  it.skipIf(!needs(PTY))('TERM=dumb: the same', async () => {
    const argv = [process.execPath, BINARY, 'trace', 'view', join(machine.home, 'trace.json')]
    const pty = openPty(machine, argv, { columns: 150, env: { TERM: 'dumb' } })
    expect(await pty.ended).toBe(2)
    expect(pty.screen).toContain('error: trace view cannot move the cursor of this terminal (TERM=dumb)')
    expect(pty.screen).toContain(printed())
  })
})
