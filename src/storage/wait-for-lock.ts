import { errorCode, Failure } from '../errors.ts'
import { jsonObject } from '../json-object.ts'
import type { Ports, Unlock } from '../ports/ports.ts'
import { safeText } from '../text/safe-text.ts'
import { shellWord } from '../text/shell-word.ts'
import { adviceOnPlace } from './atomic-write.ts'

/** Longer than a request to a provider that does not answer (30 s), whose failure is then shared. */
const LONGEST_WAIT_MILLISECONDS = 45_000
const PATIENCE_MILLISECONDS = 1_000

/** A lock and its holder's words. */
export interface Locked {
  /** The lock file; its directory exists. */
  readonly path: string
  readonly what: 'this session' | 'the settings'
}

/** The ports that waiting takes. */
export type LockPorts = Pick<Ports, 'env' | 'clock' | 'terminal' | 'files' | 'lock'>

/**
 * Runs `work` while this process alone holds the lock. Waits at most 45 s; then Failure `busy` names the holder, by the
 * note it left beside the lock file. `command`: for that note. `tell` prints a line on stderr. Failures: `busy`, `storage`.
 */
export async function withLock<T>(
  locked: Locked,
  command: string,
  ports: LockPorts,
  tell: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const unlock = await waitForLock(locked, command, ports, tell)
  try {
    return await work()
  } finally {
    await unlock()
  }
}

async function waitForLock(
  { path, what }: Locked,
  command: string,
  ports: LockPorts,
  tell: (line: string) => void,
): Promise<Unlock> {
  const [files, lock] = [await ports.files(), await ports.lock()]
  let [looked, waited] = [ports.clock.now(), 0]
  let isNoted = false
  for (;;) {
    const unlock = await lock.tryLock(path, note()).catch(async (cause) => {
      const owner = (await files.inspect(path).catch(() => undefined))?.uid
      throw unlockable({ path, what }, cause, ports.env.uid, owner)
    })
    if (unlock) return unlock
    const now = ports.clock.now()
    // The clock may be set back in between.
    waited += Math.max(0, now - looked)
    looked = now
    if (waited >= LONGEST_WAIT_MILLISECONDS) {
      throw new Failure('busy', `another ls-auth has held ${what} for too long${await readNote()}`)
    }
    if (waited >= PATIENCE_MILLISECONDS && !isNoted && ports.terminal.errIsTTY) {
      isNoted = true
      tell(`waiting for another ls-auth${await readNote()}`)
    }
    // Jitter, so that a hundred waiters do not poll at the same moments.
    await ports.clock.sleep(10 + Math.random() * Math.min(90, 10 + waited / 20))
  }

  function note(): string {
    return JSON.stringify({ pid: ports.env.pid, command, since: new Date(ports.clock.now()).toISOString() })
  }

  async function readNote(): Promise<string> {
    const note = jsonObject(await files.read(`${path}.holder`).catch(() => undefined))
    if (typeof note?.pid !== 'number') return ''
    return `: process ${note.pid} (${safeText(String(note.command), 40)}) since ${safeText(String(note.since), 30)}`
  }
}

/** NFS without its lock daemon answers ENOLCK (fcntl(2)); other file systems do not know the call. */
const NO_LOCKS = /^(ENOLCK|ENOTSUP|EOPNOTSUPP|ENOSYS)$/

/** Failure `storage`: why a lock cannot be had. `cause`: of the system; `owner`: of the lock file, undefined where it is not known. */
export function unlockable(
  { path, what }: { readonly path: string; readonly what: string },
  cause: unknown,
  uid: number | undefined,
  owner?: number,
): Failure {
  const code = errorCode(cause) ?? 'error'
  const failure = (why: string, hint: string | undefined) =>
    new Failure('storage', `cannot lock ${what}: ${why}`, { cause, hint })
  if (NO_LOCKS.test(code)) {
    const local = 'Use a local disk: export XDG_STATE_HOME=/a/local/directory'
    return failure(
      `the file system of ${path} does not support locks (${code})`,
      `${local}, then sign in again: ls-auth login`,
    )
  }
  if (code === 'EACCES' && uid !== undefined && owner !== undefined && owner !== uid)
    return failure(`${path} belongs to another user`, `Run: sudo chown ${uid} ${shellWord(path)}`)
  return failure(`${path} (${code})`, adviceOnPlace(code))
}
