import { join } from 'node:path'
import { Failure } from '../../errors.ts'
import { jsonObject } from '../../json-object.ts'
import type { Ports } from '../../ports.ts'
import { safeText } from '../../safe-text.ts'

const LONGEST_WAIT_MILLISECONDS = 30_000
const PATIENCE_MILLISECONDS = 2_000

/**
 * Runs `work` while this process alone holds the session's lock. Waits at most 30 s (longer than any hold), then
 * says who holds it. The holder's note beside the lock is for that message only.
 */
export async function withSessionLock<T>(
  directory: string,
  command: string,
  ports: Ports,
  tell: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const [files, lock] = [await ports.files(), await ports.lock()]
  const path = join(directory, 'lock')
  const started = ports.clock.now()
  let told = false
  for (;;) {
    const unlock = await lock.tryLock(path, note()).catch((cause) => {
      throw new Failure('storage', `cannot lock the session in ${directory} (${cause.code ?? 'error'})`, {
        cause,
      })
    })
    if (unlock) {
      try {
        return await work()
      } finally {
        await unlock()
      }
    }
    const waited = ports.clock.now() - started
    if (waited >= LONGEST_WAIT_MILLISECONDS) {
      throw new Failure('busy', `another ls-auth has held this session for too long${await readNote()}`)
    }
    if (waited >= PATIENCE_MILLISECONDS && !told && ports.terminal.errIsTTY) {
      told = true
      tell(`waiting for another ls-auth${await readNote()}`)
    }
    // Jitter keeps a hundred waiters from asking in step.
    await ports.clock.sleep(10 + Math.random() * Math.min(90, 10 + waited / 20))
  }

  function note(): string {
    return JSON.stringify({ pid: ports.env.pid, command, since: new Date(ports.clock.now()).toISOString() })
  }

  async function readNote(): Promise<string> {
    const note = jsonObject((await files.read(`${path}.holder`).catch(() => undefined)) ?? '')
    if (typeof note?.pid !== 'number') return ''
    return `: process ${note.pid} (${safeText(String(note.command), 40)}) since ${safeText(String(note.since), 30)}`
  }
}
