import type { Client } from '../client.ts'
import { Failure } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { readBound } from './store/origin-binding.ts'
import type { SessionBody, StoredToken } from './store/session-file.ts'
import { openStore } from './store/session-store.ts'

/** The session as it lies there: nothing is renewed and no request is made. Failure `not-signed-in`: there is none. */
export async function readKept(
  client: Client,
  ports: Ports,
): Promise<{ body: SessionBody; access: StoredToken | undefined }> {
  const store = await openStore(client, ports)
  const session = await readBound(client, store, ports)
  if (!session) throw new Failure('not-signed-in', 'you are not signed in')
  const access = session.body.tokens.find(
    ({ use, audience, scopes }) => use === 'access' && audience === '' && scopes === '',
  )
  return { body: session.body, access }
}
