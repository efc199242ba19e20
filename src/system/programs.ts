import { execFile, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { isatty } from 'node:tty'
import { Failure } from '../errors.ts'
import type { ChildEnd, Programs } from '../ports/programs.ts'
import { safeText } from '../text/safe-text.ts'

/** A terminal sends these to the whole process group; `kill` may send them to this process alone. */
const FROM_KEYBOARD = ['SIGINT', 'SIGQUIT'] as const
const FROM_OTHERS = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const

/** Runs other programs as `env` and `sudo` do: this process waits, and passes on the signals that only it gets. */
export const otherPrograms: Programs = {
  run(command, variables) {
    const [program = '', ...args] = command
    return new Promise<ChildEnd>((resolve, reject) => {
      const pass = (signal: NodeJS.Signals) => child.kill(signal)
      // With a terminal the child has had Ctrl-C already: a second one would count as "at once" for many programs.
      const passUnlessTyped = (signal: NodeJS.Signals) => {
        if (!isatty(0) && !isatty(2)) child.kill(signal)
      }
      // Before the child is there: who hears from it and sends a signal at once must not end this process alone.
      for (const signal of FROM_OTHERS) process.on(signal, pass)
      for (const signal of FROM_KEYBOARD) process.on(signal, passUnlessTyped)
      const child = spawn(program, args, { stdio: 'inherit', env: variables })
      const listenNoMore = () => {
        for (const signal of FROM_OTHERS) process.removeListener(signal, pass)
        for (const signal of FROM_KEYBOARD) process.removeListener(signal, passUnlessTyped)
      }
      child.on('error', (error: NodeJS.ErrnoException) => {
        listenNoMore()
        reject(notRun(program, error))
      })
      child.on('exit', (status, signal) => {
        listenNoMore()
        resolve(
          signal === null ? { status: status ?? 0 } : { signal, signalNumber: constants.signals[signal] },
        )
      })
    })
  },
  output([program = '', ...args]) {
    const limits = { timeout: 30_000, maxBuffer: 64 * 1024, windowsHide: true }
    return new Promise((resolve) => {
      execFile(program, args, limits, (error, stdout) => resolve(error ? undefined : stdout))
    })
  },
}

function notRun(program: string, error: NodeJS.ErrnoException): Failure {
  const name = safeText(program, 100)
  if (error.code === 'ENOENT')
    return new Failure('no-program', `there is no program ${name}`, { cause: error })
  return new Failure('cannot-run', `${name} cannot be run (${error.code ?? 'error'})`, { cause: error })
}
