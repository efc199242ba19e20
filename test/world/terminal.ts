import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

const PROMPT = '$ '

/** A shell in a real terminal, run by tmux. */
export interface Terminal {
  /** Types a line; resolves with what the terminal shows under it, once the prompt is back. */
  type(line: string, options?: { meanwhile?: (shown: string) => void; seconds?: number }): Promise<string>
  /** What is on the screen, wrapped lines joined. */
  shown(): string
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
  const shown = (): string =>
    tmux('capture-pane', '-p', '-J', '-S', '-', '-t', '0')
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd()
  const isReady = (): boolean => shown().endsWith(`\n${PROMPT.trim()}`) || shown() === PROMPT.trim()
  const until = async (met: () => boolean, seconds: number): Promise<void> => {
    for (const end = Date.now() + seconds * 1000; !met(); await sleep(50)) {
      if (Date.now() > end) throw new Error(`the terminal still shows:\n${shown()}`)
    }
  }
  await until(isReady, 10)
  return {
    shown,
    async type(line, { meanwhile, seconds = 30 } = {}) {
      tmux('send-keys', '-t', '0', '-l', 'clear')
      tmux('send-keys', '-t', '0', 'Enter')
      await until(() => shown() === PROMPT.trim(), 10)
      tmux('clear-history', '-t', '0')
      for (const part of line.split('\n')) {
        tmux('send-keys', '-t', '0', '-l', part)
        tmux('send-keys', '-t', '0', 'Enter')
      }
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
