import type { Client } from '../client.ts'
import { Failure } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { readBound } from './store/origin-binding.ts'
import type { SessionBody, StoredToken } from './store/session-file.ts'
import { openStore } from './store/session-store.ts'

/** The cached session: no refresh, no request. Failure `not-signed-in` when there is none, else those of the store. */
export async function readCachedSession(
  client: Client,
  ports: Ports,
): Promise<{ body: SessionBody; access: StoredToken | undefined }> {
  const store = await openStore(client, ports)
  const session = await readBound(client, store, ports)
  if (!session) throw new Failure('not-signed-in', 'you are not signed in')
  return { body: session.body, access: storedAccess(session.body) }
}

/** The session's own access token, valid or not. */
export const storedAccess = ({ tokens }: SessionBody): StoredToken | undefined =>
  tokens.find(({ use, audience, scopes }) => use === 'access' && audience === '' && scopes === '')

/** Keeps the current keys of the provider in the session in place of older ones. Where that cannot be, they stay. */
export async function keepSigningKeys(
  client: Client,
  value: Record<string, unknown>,
  ports: Ports,
  command: string,
): Promise<void> {
  const store = await openStore(client, ports)
  const keep = async () => {
    const session = await readBound(client, store, ports)
    const jwks = { value, fetchedAt: ports.clock.now() }
    if (session) await store.commit({ ...session, body: { ...session.body, jwks } })
  }
  await store.withSessionLock(command, () => {}, keep).catch(() => {})
}
