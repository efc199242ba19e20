import { type ChildProcess, type ExecFileException, execFile, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { isatty } from 'node:tty'
import { Failure } from '../errors.ts'
import type { ChildEnd, ProgramOutput, Programs } from '../ports/ports.ts'
import { safeText } from '../text/safe-text.ts'

/** A terminal sends these to the whole process group; `kill` may send them to this process alone. */
const FROM_KEYBOARD = ['SIGINT', 'SIGQUIT'] as const
const FROM_OTHERS = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const

/** Runs other programs as `env` and `sudo` do: this process waits, and passes on the signals that only it gets. */
export const programsOn = (platform: NodeJS.Platform): Programs => ({
  async run([program = '', ...args], variables) {
    if (platform !== 'win32') return runToEnd(program, args, variables)
    // Before it is started: Node's versions judge these names differently (CVE-2024-27980).
    if (isBatchFile(program))
      throw new Failure('cannot-run', `${safeText(program, 100)} is a batch file`, BY_CMD)
    return runToEnd(program, args, variables).catch((error) => {
      // Windows adds .com and .exe to a name, and no other ending: npm puts programs there as NAME.cmd.
      throw error instanceof Failure && error.code === 'no-program' ? error.withHint(BY_CMD.hint) : error
    })
  },
  output([program = '', ...args], { milliseconds, stop }) {
    const limits = { maxBuffer: 64 * 1024, windowsHide: true, signal: stop }
    return new Promise((resolve) => {
      let isLate = false
      const child = execFile(program, args, limits, (error, text) => {
        forget()
        process.removeListener('exit', end)
        if (isLate) return resolve({ end: 'too-late' })
        resolve(error ? outputEnd(error) : { end: 'written', text })
      })
      const end = () => child.kill()
      process.on('exit', end)
      const forget = endAfter(milliseconds, child, () => {
        isLate = true
      })
    })
  },
})

export const otherPrograms = programsOn(process.platform)

function runToEnd(
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<ChildEnd> {
  return new Promise<ChildEnd>((resolve, reject) => {
    let child: ChildProcess | undefined
    // Before the child exists: a signal right after its first word must not end this process alone.
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
      resolve(signal === null ? { status: status ?? 0 } : { signal, signalNumber: constants.signals[signal] })
    })
  })
}

/** Hands signals on to `toChild` in place of ending this process. Gives what ends that. */
function passSignals(toChild: (signal: NodeJS.Signals) => void): () => void {
  // Windows tells all programs of a console by itself, and what Node sends there terminates the child, or throws (SIGHUP).
  const send = process.platform === 'win32' ? () => {} : toChild
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

/** How long a program that is too late has to end by itself, milliseconds. */
const GRACE = 500

/** Ends a program that is too late, even if it ignores that. Gives the function that cancels this. */
function endAfter(milliseconds: number, child: ChildProcess, tooLate: () => void): () => void {
  let timer = setTimeout(() => {
    tooLate()
    // What it has started may hold its output open, and would be waited for.
    child.stdout?.destroy()
    child.stderr?.destroy()
    child.kill()
    timer = setTimeout(() => child.kill('SIGKILL'), GRACE)
  }, milliseconds)
  return () => clearTimeout(timer)
}

function outputEnd({ code }: ExecFileException): ProgramOutput {
  if (code === 'ENOENT') return { end: 'no-program' }
  return { end: 'failed', status: typeof code === 'number' ? code : undefined }
}

function notRun(program: string, error: NodeJS.ErrnoException): Failure {
  const name = safeText(program, 100)
  if (error.code === 'ENOENT')
    return new Failure('no-program', `there is no program ${name}`, { cause: error })
  return new Failure('cannot-run', `${name} cannot be run (${error.code ?? 'error'})`, { cause: error })
}

/** cmd.exe reads the words of a batch file once more, and no escaping is right for all, so the person names it. */
const BY_CMD = {
  hint: 'Check the name and PATH. Only cmd.exe starts a batch file, such as npm: ls-auth exec -- cmd /d /c CMD',
}

/** Whether a program is typed with its ending, and it is that of a batch file. Windows drops dots and blanks at the end. */
const isBatchFile = (program: string): boolean => /\.(bat|cmd)[. ]*$/i.test(program)
