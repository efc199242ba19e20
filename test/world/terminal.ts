import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

const PROMPT = '$ '

/** A shell in a real terminal, run by tmux. */
export interface Terminal {
  /** Types a line; resolves with what the terminal shows under it, once the prompt is back. */
  type(line: string, options?: { meanwhile?: (shown: string) => void; seconds?: number }): Promise<string>
  /** What is on the screen, wrapped lines joined. */
  shown(): string
  /** Presses keys by the names that tmux has for them: `Down`, `C-c`, `Enter`, `q`. */
  press(...keys: readonly string[]): void
  /** Pastes a text, marked as pasted where the program has asked for it (`bracketed: false`: as old terminals do). */
  paste(text: string, options?: { bracketed?: boolean }): void
  resize(columns: number, rows: number): void
  /** Resolves with what is on the screen, without what was scrolled away, once it shows this. */
  sees(pattern: RegExp): Promise<string>
  close(): void
}

/** Opens one of so many columns, with a server of its own. `variables` are added to those of the tests. */
export async function openTerminal(
  columns: number,
  variables: Readonly<Record<string, string>> = {},
): Promise<Terminal> {
  const socket = `ls-auth-test-${process.pid}-${columns}`
  const tmux = (...args: string[]): string =>
    execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], { encoding: 'utf8' })
  const size = ['-x', String(columns), '-y', '50']
  const settings = Object.entries({ PS1: PROMPT, ...variables }).map(([name, value]) => `${name}=${value}`)
  tmux('new-session', '-d', ...size, 'env', '-u', 'ENV', ...settings, 'sh', '-i')
  const shown = (): string => captured('-S', '-')
  const captured = (...more: readonly string[]): string =>
    tmux('capture-pane', '-p', '-J', '-t', '0', ...more)
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd()
  const enter = (line: string): void => {
    tmux('send-keys', '-t', '0', '-l', line)
    tmux('send-keys', '-t', '0', 'Enter')
  }
  // A prompt alone is not enough: the terminal may not have shown yet what was typed at it.
  const isReady = (): boolean => shown().endsWith(`\n${PROMPT.trim()}`)
  const isClear = (): boolean => shown() === PROMPT.trim()
  const until = async (met: () => boolean, seconds: number): Promise<void> => {
    for (const end = Date.now() + seconds * 1000; !met(); await sleep(50)) {
      if (Date.now() > end) throw new Error(`the terminal still shows:\n${shown()}`)
    }
  }
  await until(isClear, 10)
  enter('echo ready')
  await until(isReady, 10)
  return {
    shown,
    press: (...keys) => void tmux('send-keys', '-t', '0', ...keys),
    paste(text, { bracketed = true } = {}) {
      tmux('set-buffer', '--', text)
      tmux('paste-buffer', ...(bracketed ? ['-p'] : []), '-t', '0')
    },
    resize: (width, height) =>
      void tmux('resize-window', '-t', '0', '-x', String(width), '-y', String(height)),
    async sees(pattern) {
      await until(() => pattern.test(captured()), 30)
      return captured()
    },
    async type(line, { meanwhile, seconds = 30 } = {}) {
      enter('clear')
      await until(isClear, 10)
      tmux('clear-history', '-t', '0')
      for (const part of line.split('\n')) enter(part)
      await until(() => {
        meanwhile?.(shown())
        return isReady()
      }, seconds)
      const lines = shown().split('\n')
      return lines.slice(line.split('\n').length, -1).join('\n')
    },
    close: () => void tmux('kill-server'),
  }
}
