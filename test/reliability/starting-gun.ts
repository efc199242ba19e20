import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Ended, Machine, Running } from '../world/machine.ts'

/** Processes that are all there, waiting at a FIFO, before the first of them starts to run. */
export interface StartingGun {
  /** A process of this machine that becomes `node binary args` when the gun is fired, or so many seconds later. */
  line(args: readonly string[], delaySeconds?: number, env?: Record<string, string>): Running
  /** Lets all of them go. */
  fire(): Promise<void>
}

let guns = 0

export async function loadGun(machine: Machine, binary: string): Promise<StartingGun> {
  const fifo = join(machine.home, `gun-${++guns}`)
  await promisify(execFile)('mkfifo', [fifo])
  const waiting = new Set<Promise<Ended>>()
  return {
    line(args, delaySeconds = 0, env = {}) {
      // Opening the FIFO blocks until somebody opens it to write; the end of file then starts the program.
      const late = delaySeconds > 0 ? `sleep ${delaySeconds.toFixed(3)};` : ''
      const script = `read _ < "$0"; ${late} exec "$@"`
      const running = machine.command('sh', ['-c', script, fifo, process.execPath, binary, ...args], {
        env,
      })
      waiting.add(running.ended)
      running.ended.finally(() => waiting.delete(running.ended)).catch(() => {})
      return running
    },
    async fire() {
      await sleep(100 + 4 * waiting.size)
      // Somebody may not have come to the line yet: fire until nobody waits.
      const late = async () => {
        for (; waiting.size > 0; await sleep(50)) {
          const handle = await open(fifo, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => undefined)
          await handle?.close()
        }
        await rm(fifo, { force: true })
      }
      late().catch(() => {})
    },
  }
}
