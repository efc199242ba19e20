import { join } from 'node:path'
import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Env, Ports } from '../../ports/ports.ts'
import type { Files } from '../../ports/storage.ts'
import { isSessionName } from '../session-name.ts'
import { readSessionFile, type SessionHeader } from './session-file.ts'
import { listOwn, requirePrivate } from './state-files.ts'

/** A session that is kept here, by the name of its directory. */
export interface FoundSignIn {
  readonly name: string
  /** A Failure says why it cannot be read: `session-ended` (damaged), `settings` (of a newer ls-auth), `storage`, `refused`. */
  readonly header: SessionHeader | Failure
}

/** What {@link findEverySignIn} finds, without what cannot be read. */
export async function findSignIns(
  stateDirectory: string,
  ports: Ports,
  options: { readonly buried?: boolean } = {},
): Promise<readonly SessionHeader[]> {
  const found = await findEverySignIn(stateDirectory, ports, options)
  return found.flatMap(({ header }) => (header instanceof Failure ? [] : header))
}

/**
 * The headers of every session in a state directory; with `buried`, of tombstones (unfinished sign-outs) as well.
 * Needs no key: headers hold no secret, but they decide who is asked to revoke what. Failures: `storage`, `refused` (the
 * state directory, or that of all sessions, can be written by others).
 */
export async function findEverySignIn(
  stateDirectory: string,
  ports: Ports,
  options: { readonly buried?: boolean } = {},
): Promise<readonly FoundSignIn[]> {
  const files = await ports.files()
  const root = join(stateDirectory, 'sessions')
  await requirePrivate([stateDirectory, root], files, ports.env)
  const found: FoundSignIn[] = []
  for (const name of await listOwn(root, files)) {
    // What somebody else put there (a file manager's notes) is none of ours.
    if (!isSessionName(name)) continue
    const header = await headerIn(join(root, name), files, ports.env, options)
    if (header) found.push({ name, header })
  }
  return found
}

/** Undefined: it holds no session. A Failure is about this one alone: it must not keep the others from being found. */
async function headerIn(
  directory: string,
  files: Files,
  env: Env,
  options: { readonly buried?: boolean },
): Promise<SessionHeader | Failure | undefined> {
  try {
    await requirePrivate([directory], files, env)
    const inside = options.buried ? await listOwn(directory, files) : ['session']
    // A session file goes before the tombstones beside it.
    const file = inside.includes('session') ? 'session' : inside.find((one) => one.startsWith('tombstone-'))
    if (file === undefined) return undefined
    return (await readSessionFile(join(directory, file), files))?.header
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** The session in which this profile signed in with another issuer, client or account, if there is one. */
export async function findByProfile(client: Client, ports: Ports): Promise<SessionHeader | undefined> {
  return (await findSignIns(client.stateDirectory, ports)).find((header) => client.profile in header.apis)
}
