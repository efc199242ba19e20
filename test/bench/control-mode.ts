import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * A program in a real terminal, spoken to by tmux's control mode: keys are lines that go in, what the program writes are
 * lines that come out, so neither a process nor a look at the screen is waited for.
 */
export interface ControlledTerminal {
  /** Resolves once the screen shows this. */
  sees(pattern: RegExp): Promise<void>
  /** Presses a key, as tmux names it. Milliseconds until the program has written `mark` so many times more. */
  press(key: string, mark: string, times?: number): Promise<number>
  close(): void
}

/** Longer waits are no answer. */
const MOST_MS = 30_000

/** Starts a line of the shell in a terminal of its own, of that size. */
export async function openControlled(
  line: string,
  { columns, rows }: { columns: number; rows: number },
  variables: NodeJS.ProcessEnv,
): Promise<ControlledTerminal> {
  const server = ['-L', `ls-auth-bench-${process.pid}-${columns}`, '-f', '/dev/null']
  const tmux = (...args: string[]) =>
    execFileSync('tmux', [...server, ...args], { encoding: 'utf8', env: variables })
  tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), line)
  const control = spawn('tmux', [...server, '-C', 'attach-session', '-f', 'ignore-size'], { env: variables })
  const output = followOutput(control)
  return {
    async sees(pattern) {
      const end = performance.now() + MOST_MS
      for (;;) {
        const shown = tmux('capture-pane', '-p', '-t', '0')
        if (pattern.test(shown)) return
        if (performance.now() > end) throw new Error(`the terminal still shows:\n${shown}`)
        await sleep(20)
      }
    },
    press(key, mark, times = 1) {
      const answered = output.shows(mark, times)
      const start = performance.now()
      control.stdin.write(`send-keys -t 0 ${key}\n`)
      return answered.then((at) => at - start)
    },
    close: () => void tmux('kill-server'),
  }
}

/** Reads `%output` lines. */
function followOutput(control: ChildProcessWithoutNullStreams) {
  let rest = ''
  let written = ''
  let look = () => {}
  control.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) written += /^%output %\d+ (.*)/.exec(line)?.[1]?.replace(OCTAL, character) ?? ''
    look()
  })
  return {
    /** The moment at which `mark` was written so many times, counted from now. */
    shows: (mark: string, times: number): Promise<number> =>
      new Promise((resolve, reject) => {
        written = ''
        const late = setTimeout(() => reject(new Error(`no answer; written: ${written}`)), MOST_MS)
        look = () => {
          if (written.split(mark).length <= times) return
          const at = performance.now()
          look = () => {}
          clearTimeout(late)
          resolve(at)
        }
      }),
  }
}

/** tmux writes control characters and backslashes so. */
const OCTAL = /\\([0-7]{3})/g
const character = (_: string, digits: string): string => String.fromCharCode(Number.parseInt(digits, 8))
