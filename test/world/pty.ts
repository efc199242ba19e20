import type { ChildProcess } from 'node:child_process'
import type { Machine, RunOptions } from './machine.ts'

/** The packages of `script`, which runs a program in a terminal of its own. */
export const PTY = { commands: ['script'], packages: ['bsdutils'] } as const

/** A program in a real terminal (a pseudo-terminal), and the person in front of it. */
export interface Pty {
  /** All that has been on the screen, escape sequences included. */
  readonly screen: string
  /** The first match in what is or will be on the screen; rejects when the program ends without. */
  sees(pattern: RegExp): Promise<RegExpMatchArray>
  /** Presses keys: `\r` is Enter, `\u0003` Ctrl-C, `\u0004` Ctrl-D. */
  press(keys: string): void
  /** The exit status; 128 and the number of the signal that ended it, as a shell tells it. */
  readonly ended: Promise<number | null>
}

/** Starts a program of this machine in a terminal of 80 columns, if not said; words that hold quotes are not for it. */
export function openPty(
  machine: Machine,
  argv: readonly string[],
  { columns = 80, rows = 24, env = {} }: { columns?: number; rows?: number; env?: RunOptions['env'] } = {},
): Pty {
  const line = `stty cols ${columns} rows ${rows}; exec ${argv.map((word) => `'${word}'`).join(' ')}`
  const running = machine.command('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    stdin: null,
    env: { SHELL: '/bin/sh', TERM: 'xterm', ...env },
  })
  const child: ChildProcess = running.child
  return {
    get screen() {
      return running.stdout
    },
    sees: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = running.stdout.match(pattern)
          if (match) resolve(match)
          return match !== null
        }
        if (look()) return
        child.stdout?.on('data', look)
        running.ended.then(() => {
          if (!look()) reject(new Error(`ended without showing ${pattern}: ${running.stdout}`))
        }, reject)
      }),
    press: (keys) => void child.stdin?.write(keys),
    ended: running.ended.then(({ exit }) => exit),
  }
}
