import { join } from 'node:path'
import type { Client } from '../../client.ts'
import type { Ports } from '../../ports/ports.ts'
import type { Files } from '../../ports/storage.ts'
import { isSessionName } from '../session-name.ts'
import { readHeader, type SessionHeader } from './session-file.ts'
import { listOwn, requirePrivate } from './state-files.ts'

/**
 * The headers of every session in a state directory; with `buried`, of tombstones (unfinished sign-outs) as well.
 * Needs no key: headers hold no secret, but they decide who is asked to revoke what. Failures: `storage`, `refused` (a
 * directory that others can write to).
 */
export async function findSignIns(
  stateDirectory: string,
  ports: Ports,
  options: { readonly buried?: boolean } = {},
): Promise<readonly SessionHeader[]> {
  const files = await ports.files()
  const root = join(stateDirectory, 'sessions')
  await requirePrivate([stateDirectory, root], files, ports.env)
  const found: SessionHeader[] = []
  for (const name of await listOwn(root, files)) {
    // What somebody else put there (a file manager's notes) is none of ours.
    if (!isSessionName(name)) continue
    const directory = join(root, name)
    await requirePrivate([directory], files, ports.env)
    const inside = options.buried ? await listOwn(directory, files) : ['session']
    // A session file goes before the tombstones beside it.
    const file = inside.includes('session') ? 'session' : inside.find((one) => one.startsWith('tombstone-'))
    const header = file && (await headerIn(join(directory, file), files))
    if (header) found.push(header)
  }
  return found
}

/** Undefined for a missing or damaged file and for one of a newer schema. */
async function headerIn(path: string, files: Files): Promise<SessionHeader | undefined> {
  try {
    const bytes = await files.read(path)
    return bytes && readHeader(bytes, path)
  } catch {
    return undefined
  }
}

/** The session in which this profile signed in with another issuer, client or account, if there is one. */
export async function findByProfile(client: Client, ports: Ports): Promise<SessionHeader | undefined> {
  return (await findSignIns(client.stateDirectory, ports)).find((header) => client.profile in header.apis)
}
