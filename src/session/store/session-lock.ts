import { join } from 'node:path'
import { type LockPorts, withLock } from '../../storage/wait-for-lock.ts'

/** Runs `work` while this process alone holds the lock of a session; see {@link withLock}. Failures: `busy`, `storage`. */
export const withSessionLock = <T>(
  directory: string,
  command: string,
  ports: LockPorts,
  tell: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> => withLock({ path: join(directory, 'lock'), what: 'this session' }, command, ports, tell, work)
