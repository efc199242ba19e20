import { createHash } from 'node:crypto'
import type { Client } from '../client.ts'

/** Profiles with the same issuer, client and account share one sign-in, so these three make its name. */
export function sessionName(client: Pick<Client, 'issuer' | 'clientId' | 'account'>): string {
  const identity = JSON.stringify([client.issuer, client.clientId, client.account])
  return createHash('sha256').update(identity).digest('hex').slice(0, 24)
}
