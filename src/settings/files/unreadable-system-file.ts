import { dirname } from 'node:path'
import { errorCode } from '../../error-code.ts'
import { Failure } from '../../errors.ts'
import type { Env } from '../../ports/ports.ts'
import { safeText } from '../../text/safe-text.ts'
import { systemFault } from './system-fault.ts'

/** What reading the system's file has thrown, as the person can act on it. */
export function toldFault(error: unknown, { systemConfigFile: path, uid }: Env): unknown {
  if (!(error instanceof Failure)) return error
  const code = errorCode(error.cause)
  // EINVAL: something else than a file lies there.
  if (error.reason !== 'unreadable-file' || code === 'EINVAL') return systemFault(error)
  if (!/^(EACCES|EPERM)$/.test(String(code))) return systemFault(error.withHint('Ask one to see to it.'))
  // The directory may be the one that is closed. Windows, where there is no user id, has no `chmod`.
  const run = uid === undefined ? '.' : `: sudo chmod a+rX ${dirname(path)} ${path}`
  return systemFault(error.withHint(`Let everybody read it${run}`))
}

/** Not the same as no file: a policy of the administrator would be lost without a word. */
export const brokenLink = (path: string): Failure =>
  systemFault(
    new Failure('settings', `${safeText(path, 200)} is a link that leads nowhere`, {
      hint: 'Mend the link, or take it away.',
    }),
  )
