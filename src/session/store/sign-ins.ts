import { join } from 'node:path'
import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Env, Files, Ports } from '../../ports/ports.ts'
import { isSessionName } from '../session-name.ts'
import { readSessionFile, type SessionHeader } from './session-file.ts'
import { listOwn, requirePrivate } from './state-files.ts'

/** A session that is kept here, by the name of its directory. */
export interface FoundSignIn {
  readonly name: string
  /** A Failure says why it cannot be read: `session-ended` (damaged), `settings` (of a newer ls-auth), `storage`, `refused`. */
  readonly header: SessionHeader | Failure
}

interface Options {
  /** With tombstones (unfinished sign-outs) as well. */
  readonly buried?: boolean
}

/**
 * The sign-ins of {@link findEverySignIn}, without unreadable ones. They decide nothing where others can write to one of the
 * directories. Failures: `storage`, `refused`.
 */
export async function findSignIns(
  stateDirectory: string,
  ports: Ports,
  options: Options = {},
): Promise<readonly SessionHeader[]> {
  const found = await find(stateDirectory, ports, options, (failure) => {
    throw failure
  })
  return found.flatMap(({ header }) => (header instanceof Failure ? [] : header))
}

/**
 * The headers of every session in a state directory. Needs no key: headers hold no secret, but they decide who is asked to
 * revoke what. One whose directory is not private is found as a Failure, and keeps no other from being found. Failures:
 * `storage`, `refused` (the state directory, or that of all sessions, can be written by others).
 */
export const findEverySignIn = (
  stateDirectory: string,
  ports: Ports,
  options: Options = {},
): Promise<readonly FoundSignIn[]> => find(stateDirectory, ports, options, (failure) => failure)

/** The sign-ins whose sign-out is not finished: no command finds their session, and their key or token may still be there. */
export async function findUnfinished(
  stateDirectory: string,
  ports: Ports,
): Promise<readonly SessionHeader[]> {
  const living = new Set((await findEverySignIn(stateDirectory, ports)).map(({ name }) => name))
  const all = await findEverySignIn(stateDirectory, ports, { buried: true })
  return all.flatMap(({ name, header }) => (living.has(name) || header instanceof Failure ? [] : header))
}

/** `unusable`: what becomes of a session whose directory cannot be looked into, or is not private. */
async function find(
  stateDirectory: string,
  ports: Ports,
  options: Options,
  unusable: (failure: Failure) => Failure,
): Promise<readonly FoundSignIn[]> {
  const files = await ports.files()
  const root = join(stateDirectory, 'sessions')
  await requirePrivate([stateDirectory, root], files, ports.env)
  const found: FoundSignIn[] = []
  for (const name of await listOwn(root, files)) {
    // What another person put there (a file manager's notes) is none of ours.
    if (!isSessionName(name)) continue
    const file = await orFailure(() => fileIn(join(root, name), files, ports.env, options))
    const header =
      file instanceof Failure
        ? unusable(file)
        : file && (await orFailure(async () => (await readSessionFile(file, name, files))?.header))
    if (header) found.push({ name, header })
  }
  return found
}

/** The session file in a directory; undefined: it holds none. It goes before the tombstones beside it. */
async function fileIn(
  directory: string,
  files: Files,
  env: Env,
  { buried }: Options,
): Promise<string | undefined> {
  await requirePrivate([directory], files, env)
  const inside = buried ? await listOwn(directory, files) : ['session']
  const file = inside.includes('session') ? 'session' : inside.find((one) => one.startsWith('tombstone-'))
  return file && join(directory, file)
}

async function orFailure<T>(work: () => Promise<T>): Promise<T | Failure> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** The session in which this profile signed in with another issuer, client or account, if there is one. */
export async function findByProfile(client: Client, ports: Ports): Promise<SessionHeader | undefined> {
  return (await findSignIns(client.stateDirectory, ports)).find((header) =>
    Object.hasOwn(header.apis, client.profile),
  )
}
