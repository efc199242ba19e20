import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** How to start a server that is no part of this project. */
export interface ServerCommand {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly directory: string
  /** What it writes is added here, run after run. */
  readonly logFile: string
  /** Answers with a 2xx once the server is ready. */
  readonly readyUrl: string
}

const PATIENCE_MILLISECONDS = 25_000

/**
 * Starts a server with its workers in one process group, and waits until it answers. Resolves with the way to end it.
 * Throws with the head of its log when it ends or stays silent for 25 s.
 */
export async function startServerProcess(command: ServerCommand): Promise<() => Promise<void>> {
  const log = openSync(command.logFile, 'a', 0o600)
  const child = spawn(command.file, command.args, {
    cwd: command.directory,
    env: { PATH: process.env.PATH, HOME: command.directory, LANG: 'C.UTF-8', ...command.env },
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  const failed = once(child, 'error').then(([error]) => error as Error)
  // A test run that dies takes the server along.
  const orphaned = () => signalGroup(child, 'SIGKILL')
  process.once('exit', orphaned)
  const stop = async () => {
    process.off('exit', orphaned)
    await end(child)
  }
  const problem = await Promise.race([failed, untilReady(child, command.readyUrl)])
  if (!problem) return stop
  await stop()
  const said = await readFile(command.logFile, 'utf8')
  throw new Error(`${command.file}: ${problem.message}\n${said.split('\n').slice(0, 30).join('\n')}`)
}

async function untilReady(child: ChildProcess, url: string): Promise<Error | undefined> {
  const patience = Date.now() + PATIENCE_MILLISECONDS
  while (Date.now() < patience) {
    if (child.exitCode !== null || child.signalCode !== null) return new Error('it ended while starting')
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.ok) return undefined
    await sleep(50)
  }
  return new Error('it does not answer')
}

/** Nobody depends on a tidy end: files are temporary, and a server that is gone at once frees its port at once. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return
  const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
  signalGroup(child, 'SIGKILL')
  await ended
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    // It has ended already.
  }
}
