import { createHash } from 'node:crypto'
import type { Client } from '../client.ts'

/** What a session is of: the same sign-in at the company for another server is another session. */
export type SessionOf = Pick<Client, 'issuer' | 'clientId' | 'account'> & {
  readonly server?: Pick<Client, 'issuer' | 'clientId'>
}

/** Directory name of a session: a hash of what it is of. Profiles that agree in all of it share it. */
export function sessionName({ issuer, clientId, account, server }: SessionOf): string {
  const parts = [issuer, clientId, account, ...(server ? [server.issuer, server.clientId] : [])]
  const identity = JSON.stringify(parts)
  return createHash('sha256').update(identity).digest('hex').slice(0, 24)
}

/** Whether a name in the directory of all sessions is that of a session. */
export const isSessionName = (name: string): boolean => /^[0-9a-f]{24}$/.test(name)
