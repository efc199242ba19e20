import { errorCode } from '../error-code.ts'
import { Failure } from '../errors.ts'
import { shellWord } from '../text/shell-word.ts'
import { adviceOnPlace } from './atomic-write.ts'

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
      `the file system of ${path} takes no locks (${code})`,
      `${local}, then sign in again: ls-auth login`,
    )
  }
  if (code === 'EACCES' && uid !== undefined && owner !== undefined && owner !== uid)
    return failure(`${path} belongs to another user`, `Run: sudo chown ${uid} ${shellWord(path)}`)
  return failure(`${path} (${code})`, adviceOnPlace(code))
}
