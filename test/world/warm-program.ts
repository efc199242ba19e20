import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { searchOutput } from './canaries.ts'
import type { Machine, RunOptions } from './machine.ts'
import { openPty } from './pty.ts'
import { searchWritten, snapshot } from './written-files.ts'

const LOADED = fileURLToPath(new URL('./warm-program.mjs', import.meta.url))
/** What stands behind the output of a command, on stdout and on stderr: its exit status between two record separators. */
const MARK = /\x1e(\d+)\x1e/g

let started = 0

/** What one command has left behind. */
export interface Answer {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * The built program in one process that runs many command lines, one at a time, with the real ports. A process of its own
 * for each costs eight times as much processor time, nearly all of it for starting Node and for loading the program. Not for
 * commands that read standard input or end by a signal; a test that uses it has some that are processes of their own as well.
 */
export interface WarmProgram {
  run(argv: readonly string[], options?: { env?: RunOptions['env'] }): Promise<Answer>
}

/**
 * Starts it on a machine, which ends it. With the size of a terminal it runs in a real one, where both streams are
 * `stdout`; without, both are pipes.
 */
export async function startWarmProgram(
  machine: Machine,
  terminal?: { readonly columns: number; readonly rows: number },
): Promise<WarmProgram> {
  const path = join(machine.home, `warm-${++started}`)
  const server = createServer().listen(path)
  await once(server, 'listening')
  const argv = [LOADED, path] as const
  const pty = terminal && openPty(machine, [process.execPath, ...argv], terminal)
  const running = pty ? undefined : machine.command(process.execPath, argv)
  const [socket] = (await once(server, 'connection')) as [Socket]
  const closed = once(socket, 'close')
  server.close()
  await rm(path, { force: true })
  const heard = () => ({
    stdout: pty?.screen ?? running?.stdout ?? '',
    stderr: running?.stderr ?? '',
  })
  // A terminal of `script` sets these.
  const more = terminal ? { SHELL: '/bin/sh', TERM: 'xterm' } : {}
  let seen = heard()
  return {
    async run(argv, { env = {} } = {}) {
      const before = snapshot(machine.home)
      socket.write(`${JSON.stringify({ argv, env: { ...machine.env, ...more, ...env } })}\n`)
      await Promise.race([once(socket, 'data'), closed])
      // What was printed comes by another way, and can be a moment later.
      for (;;) {
        const all = heard()
        const stdout = all.stdout.slice(seen.stdout.length)
        const stderr = all.stderr.slice(seen.stderr.length)
        const marks = [...stdout.matchAll(MARK), ...stderr.matchAll(MARK)]
        if (marks.length < 2) {
          if (socket.destroyed) throw new Error(`the program has ended: ${stdout}${stderr}`)
          await sleep(2)
          continue
        }
        seen = all
        const answer = {
          exit: Number(marks[0]?.[1]),
          stdout: stdout.replace(MARK, ''),
          stderr: stderr.replace(MARK, ''),
        }
        searchOutput(argv, answer.stdout, answer.stderr)
        searchWritten(machine.home, before)
        return answer
      }
    },
  }
}
