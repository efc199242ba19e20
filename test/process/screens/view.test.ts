import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { BINARY, type Machine, openMachine } from '../../world/machine.ts'
import { needs } from '../../world/needs.ts'
import { openPty, PTY } from '../../world/pty.ts'
import { openTerminal, type Terminal } from '../../world/terminal.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { makeTrace } from '../../world/trace-data.ts'

const canTry = needs({ commands: ['tmux'], packages: ['tmux'] })

let machine: Machine
let terminal: Terminal
beforeAll(async () => {
  machine = await openMachine()
  const trace = toOtlpDocument([makeTrace({ seed: 7 })], 'hex')
  await writeFile(join(machine.home, 'trace.json'), JSON.stringify(trace))
  // A crash from outside: the program itself has no way to crash on purpose.
  const crash = "process.once('SIGUSR2', () => { throw new Error('crashed on purpose') })\n"
  await writeFile(join(machine.home, 'crash.mjs'), crash)
  await writeFile(
    join(machine.home, 'view'),
    `echo $$ > pid; exec "${process.execPath}" --import ./crash.mjs "${BINARY}" trace view trace.json "$@"\n`,
  )
  if (!canTry) return
  terminal = await openTerminal(100, { LANG: 'C.UTF-8', NO_COLOR: '1', HOME: machine.home })
  await run(terminal, `cd "${machine.home}"; stty -a > before`)
})
afterAll(async () => {
  terminal?.close()
  await machine.close()
})

/** Types a line that prints little, and waits for its end. */
async function run(on: Terminal, line: string): Promise<string> {
  on.press('-l', `clear; ${line}; echo "ready"`)
  on.press('Enter')
  return on.sees(/^ready\n\$$/m)
}

/** Begins a walk. */
async function begin(): Promise<void> {
  terminal.press('-l', 'clear; echo earlier; sh ./view')
  terminal.press('Enter')
  await terminal.sees(/row 1 of 37: POST \/checkout/)
}

/** The shell is back, with what was on its screen before. */
const PROMPT = /earlier\n[\s\S]*\$$/

/** The shell has its terminal back: its earlier screen, the same modes, and keys are echoed again. */
async function expectGivenBack(exit: number): Promise<void> {
  await terminal.sees(PROMPT)
  terminal.press('-l', 'echo "exit $?"')
  terminal.press('Enter')
  const shown = await terminal.sees(new RegExp(`^exit ${exit}\\n\\$$`, 'm'))
  expect(shown).toContain('earlier')
  expect(shown).not.toContain('row 1 of')
  await run(terminal, 'stty -a > after')
  const [before, after] = await Promise.all(
    ['before', 'after'].map((name) => readFile(join(machine.home, name), 'utf8')),
  )
  expect(after).toBe(before)
  terminal.press('-l', 'echo typed')
  await terminal.sees(/\$ echo typed$/)
  terminal.press('C-u')
}

const signal = async (name: NodeJS.Signals) =>
  process.kill(Number(await readFile(join(machine.home, 'pid'), 'utf8')), name)

describe.skipIf(!canTry)('trace view in a real terminal', () => {
  it('keys move and find, a new size is drawn anew, and q gives the screen back', async () => {
    await begin()
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
    await expectGivenBack(0)
  }, 60_000)

  it.each<[what: string, exit: number, end: () => unknown]>([
    ['Ctrl-C', 130, () => terminal.press('C-c')],
    ['SIGTERM', 143, () => signal('SIGTERM')],
    ['SIGHUP', 129, () => signal('SIGHUP')],
    ['a crash', 1, () => signal('SIGUSR2')],
  ])(
    '%s ends it with %i, and the terminal is as it was',
    async (_, exit, end) => {
      await begin()
      await end()
      await expectGivenBack(exit)
    },
    60_000,
  )

  it('Ctrl-Z gives the terminal to the shell, fg takes it again', async () => {
    await begin()
    terminal.press('C-z')
    await terminal.sees(PROMPT)
    terminal.press('-l', 'fg')
    terminal.press('Enter')
    await terminal.sees(/row 1 of 37/)
    terminal.press('Down')
    await terminal.sees(/row 2 of 37/)
    terminal.press('q')
    await expectGivenBack(0)
  }, 60_000)
})

describe.skipIf(!canTry)('a terminal that is closed', () => {
  let other: Terminal
  beforeEach(async () => {
    other = await openTerminal(90, { HOME: machine.home })
  })

  it('ends the program', async () => {
    await run(other, `cd "${machine.home}"`)
    other.press('-l', 'sh ./view')
    other.press('Enter')
    await other.sees(/row 1 of 37/)
    const pid = Number(await readFile(join(machine.home, 'pid'), 'utf8'))
    other.close()
    for (let i = 0; i < 100 && isRunning(pid); i++) await sleep(100)
    expect(isRunning(pid)).toBe(false)
  }, 60_000)
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe.skipIf(!needs(PTY))('a terminal without a shell behind it', () => {
  const view = (size: { columns?: number; rows?: number } = {}) =>
    openPty(machine, [process.execPath, BINARY, 'trace', 'view', join(machine.home, 'trace.json')], size)
  const [ENTER, LEAVE] = ['\\x1b\\[\\?1049h', '\\x1b\\[\\?1049l']

  it('Ctrl-Z, which stops nothing there, gives the walk back, as often as it is pressed', async () => {
    const pty = view()
    await pty.sees(/row 1 of 37/)
    let seen = `${ENTER}[^]*`
    for (const row of [2, 3]) {
      pty.press('\x1a')
      seen += `${LEAVE}[^]*${ENTER}[^]*`
      await pty.sees(new RegExp(`^[^]*${seen}row ${row - 1} of 37`))
      pty.press('j')
      await pty.sees(new RegExp(`^[^]*${seen}row ${row} of 37`))
    }
    pty.press('q')
    expect(await pty.ended).toBe(0)
    expect(pty.screen.split('\x1b[?1049l')).toHaveLength(4)
  }, 60_000)

  it('one that does not know its size is taken for 80 columns and 24 lines', async () => {
    const pty = view({ columns: 0, rows: 0 })
    await pty.sees(/\x1b\[23;1H.{0,20}row 1 of 37: POST \/checkout/)
    pty.press('q')
    expect(await pty.ended).toBe(0)
  })
})

describe('where nothing can be walked through', () => {
  const printed = () => `hint: Print the trace instead: ls-auth trace get ${join(machine.home, 'trace.json')}`

  it('without a terminal: exit 2, and the line that prints the trace', async () => {
    const { exit, stdout, stderr } = await machine.run(['trace', 'view', join(machine.home, 'trace.json')])
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toBe(`error: trace view needs a terminal, for its keys and its screen\n${printed()}\n`)
  })

  it.skipIf(!needs(PTY))('TERM=dumb: the same', async () => {
    const argv = [process.execPath, BINARY, 'trace', 'view', join(machine.home, 'trace.json')]
    const pty = openPty(machine, argv, { columns: 150, env: { TERM: 'dumb' } })
    expect(await pty.ended).toBe(2)
    expect(pty.screen).toContain('error: trace view cannot move the cursor of this terminal (TERM=dumb)')
    expect(pty.screen).toContain(printed())
  })
})
