import { createHash } from 'node:crypto'
import type { Client } from '../client.ts'

/** Directory name of a session: a hash of issuer, client and account. Profiles that agree in all three share it. */
export function sessionName(client: Pick<Client, 'issuer' | 'clientId' | 'account'>): string {
  const identity = JSON.stringify([client.issuer, client.clientId, client.account])
  return createHash('sha256').update(identity).digest('hex').slice(0, 24)
}

/** Whether a name in the directory of all sessions is that of a session. */
export const isSessionName = (name: string): boolean => /^[0-9a-f]{24}$/.test(name)
