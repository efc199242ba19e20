import { type ChildProcess, execFile, spawn } from 'node:child_process'
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
      let child: ChildProcess | undefined
      // Before the child is there: who hears from it and sends a signal at once must not end this process alone.
      const passNoMore = passSignals((signal) => child?.kill(signal))
      const notStarted = (error: NodeJS.ErrnoException) => {
        passNoMore()
        reject(notRun(program, error))
      }
      try {
        child = spawn(program, args, { stdio: 'inherit', env: variables })
      } catch (error) {
        // Node throws what is not among its usual reasons: ENOTDIR, ELOOP, ENAMETOOLONG, E2BIG.
        return notStarted(error as NodeJS.ErrnoException)
      }
      const { pid } = child
      // A child that runs as another user may not be sent a signal (EPERM): it runs on, and is waited for.
      child.on('error', (error) => pid === undefined && notStarted(error))
      child.on('exit', (status, signal) => {
        passNoMore()
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

/** Hands signals on to `send` in place of ending this process. Gives what ends that. */
function passSignals(send: (signal: NodeJS.Signals) => void): () => void {
  // With a terminal the child has had Ctrl-C already: a second one would count as "at once" for many programs.
  const sendUnlessTyped = (signal: NodeJS.Signals) => {
    if (![0, 1, 2].some((fd) => isatty(fd))) send(signal)
  }
  for (const signal of FROM_OTHERS) process.on(signal, send)
  for (const signal of FROM_KEYBOARD) process.on(signal, sendUnlessTyped)
  return () => {
    for (const signal of FROM_OTHERS) process.removeListener(signal, send)
    for (const signal of FROM_KEYBOARD) process.removeListener(signal, sendUnlessTyped)
  }
}

function notRun(program: string, error: NodeJS.ErrnoException): Failure {
  const name = safeText(program, 100)
  if (error.code === 'ENOENT')
    return new Failure('no-program', `there is no program ${name}`, { cause: error })
  return new Failure('cannot-run', `${name} cannot be run (${error.code ?? 'error'})`, { cause: error })
}
