import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { BINARY, type Machine } from '../../world/machine.ts'
import { openTerminal, type Terminal } from '../../world/terminal.ts'

/** A shell in a real terminal, in which `trace view` of a file is begun and ended. */
export interface ViewStage {
  readonly terminal: Terminal
  /** Begins a walk, with something on the screen before it; resolves once this is seen. */
  begin(firstRow: RegExp): Promise<void>
  /** Of the program that was begun last. */
  pid(): Promise<number>
  /** Sends the program a signal; SIGUSR2 crashes it. */
  signal(name: NodeJS.Signals): Promise<void>
  /** The shell has its terminal back: its earlier screen, the same modes, and what is typed or pasted is echoed again. */
  expectGivenBack(exit: number): Promise<void>
}

/** The shell is back, with what was on its screen before. */
export const PROMPT = /earlier\n[\s\S]*\$$/

/** Opens a terminal of so many columns, for a file in the home of the machine. */
export async function openViewStage(machine: Machine, file: string, columns: number): Promise<ViewStage> {
  const inHome = (name: string) => join(machine.home, name)
  // A crash from outside: the program itself has no way to crash on purpose.
  const crash = "process.once('SIGUSR2', () => { throw new Error('crashed on purpose') })\n"
  await writeFile(inHome('crash.mjs'), crash)
  const program = `"${process.execPath}" --import ./crash.mjs "${BINARY}"`
  await writeFile(inHome('view'), `echo $$ > pid; exec ${program} trace view ${file}\n`)

  const terminal = await openTerminal(columns, { LANG: 'C.UTF-8', NO_COLOR: '1', HOME: machine.home })
  const enter = (line: string) => {
    terminal.press('-l', line)
    terminal.press('Enter')
  }
  /** Types a line that prints nothing, and waits for its end. */
  const run = async (line: string) => {
    enter(`clear; ${line}; echo "ready"`)
    await terminal.sees(/^ready\n\$$/m)
  }
  await run(`cd "${machine.home}"; stty -a > before`)
  const pid = async () => Number(await readFile(inHome('pid'), 'utf8'))
  return {
    terminal,
    async begin(firstRow) {
      enter('clear; echo earlier; sh ./view')
      await terminal.sees(firstRow)
    },
    pid,
    async signal(name) {
      process.kill(await pid(), name)
    },
    async expectGivenBack(exit) {
      await terminal.sees(PROMPT)
      enter('echo "exit $?"')
      const shown = await terminal.sees(new RegExp(`^exit ${exit}\\n\\$$`, 'm'))
      expect(shown).toContain('earlier')
      expect(shown).not.toContain('row 1 of')
      await run('stty -a > after')
      const [before, after] = await Promise.all(
        ['before', 'after'].map((name) => readFile(inHome(name), 'utf8')),
      )
      expect(after).toBe(before)
      // A paste is marked no longer.
      terminal.paste('echo typed')
      await terminal.sees(/\$ echo typed$/)
      terminal.press('C-u')
    },
  }
}
