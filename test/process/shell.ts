import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BINARY, type Machine } from '../world/machine.ts'

/** An interactive shell on a pseudo terminal, in which `ls-auth` writes down its words instead of doing anything. */
export interface Shell {
  readonly command: string
  /** Where it reads its start-up file, from the home directory. */
  readonly startFile: string
  readonly start: string
}

const PROMPT = 'ready>'

export const BASH: Shell = {
  command: 'bash --noprofile --rcfile .bashrc -i',
  startFile: '.bashrc',
  start: `PS1='${PROMPT} '
eval "$(ls-auth completion bash)"
ls-auth() { printf '<%s>' "$@" > ~/typed; }
`,
}

export const ZSH: Shell = {
  command: 'zsh -i',
  startFile: '.zshrc',
  start: `PS1='${PROMPT} '
eval "$(ls-auth completion zsh)"
ls-auth() { printf '<%s>' "$@" > ~/typed; }
`,
}

/** Puts `ls-auth` on the machine's PATH. */
export async function putOnPath(machine: Machine): Promise<void> {
  const file = join(machine.home, 'bin', 'ls-auth')
  await mkdir(join(machine.home, 'bin'), { recursive: true })
  await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' '${BINARY}' "$@"\n`)
  await chmod(file, 0o755)
  machine.env.PATH = `${join(machine.home, 'bin')}:${machine.env.PATH}`
}

/**
 * Types a line into the shell, `\t` included, and presses Enter. Gives the words that `ls-auth` was then called with,
 * each in `<…>`, and what the terminal has shown.
 */
export async function typeInto(
  shell: Shell,
  machine: Machine,
  line: string,
): Promise<{ typed: string; shown: string }> {
  const typed = join(machine.home, 'typed')
  await rm(typed, { force: true })
  await writeFile(join(machine.home, shell.startFile), shell.start)
  const running = machine.command('script', ['-qec', `cd ~ && exec ${shell.command}`, '/dev/null'], {
    stdin: null,
    env: { TERM: 'xterm', SHELL: '/bin/sh', COLUMNS: '200' },
  })
  const shows = async (pattern: string, times: number): Promise<void> => {
    while (running.stdout.split(pattern).length <= times) await new Promise((done) => setTimeout(done, 20))
  }
  await shows(PROMPT, 1)
  running.child.stdin?.write(`${line}\r`)
  while ((await readFile(typed, 'utf8').catch(() => '')) === '')
    await new Promise((done) => setTimeout(done, 20))
  running.child.stdin?.end('exit\r')
  const { stdout } = await running.ended
  return { typed: await readFile(typed, 'utf8'), shown: stdout }
}
