import { dirname } from 'node:path'
import { errorCode, Failure } from '../../errors.ts'
import type { Env, FileFacts, Files } from '../../ports/ports.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import { type ConfigFile, readConfig, unreadable } from './config-file.ts'
import { type Places, placesFor } from './places.ts'

/** The settings files and where they are. */
export interface Settings {
  readonly places: Places
  readonly config: ConfigFile
  readonly system: ConfigFile
}

/** Reads the user's and the system-wide settings file. Failures: `settings`, `refused` (others may write the user's). */
export async function readSettings(env: Env, files: Files): Promise<Settings> {
  const places = placesFor(env)
  await requireOwn(places.configFile, files, env)
  const config = await readConfig(places.configFile, files)
  const system = await readSystem(env, files)
  return { places, config, system }
}

/** On Windows (no user id) owner and mode are not known. Where a place cannot be looked at, reading the file says why. */
async function requireOwn(path: string, files: Files, env: Env): Promise<void> {
  if (env.uid === undefined) return
  const open = await openPlaces(path, files, env.uid, true).catch(() => [])
  const refused = open.length > 0 && refusedSettings(open, env)
  if (refused) throw refused
}

async function readSystem(env: Env, files: Files): Promise<ConfigFile> {
  const path = env.systemConfigFile
  try {
    const system = await readConfig(path, files)
    const facts = system.exists
      ? undefined
      : await files.inspect(path).catch((cause) => {
          throw unreadable(path, cause)
        })
    if (facts?.kind !== 'symlink') return system
  } catch (error) {
    throw explainFault(error, env)
  }
  throw brokenLink(path)
}

/**
 * Failure `refused`: another user decides what the user's own settings say, as where tokens go and by which proxy. Undefined:
 * by sudo, they are those of whoever has typed it.
 */
function refusedSettings(
  places: readonly OpenPlace[],
  { uid, variables }: Pick<Env, 'uid' | 'variables'>,
): Failure | undefined {
  const isCallers = ({ owner }: OpenPlace) => uid === 0 && String(owner) === variables.SUDO_UID
  const first = places.find((place) => !(place.isForeign && isCallers(place)))
  if (first === undefined) return undefined
  const { path, kind, why, owner, isForeign } = first
  const sudo = uid === 0 || uid === owner ? '' : 'sudo '
  const run = isForeign ? `chown ${kind === 'symlink' ? '-h ' : ''}${uid}` : 'chmod go-w'
  return new Failure('refused', `${path} ${why}`, {
    hint: `Check the settings in it, then run: ${sudo}${run} ${shellWord(path)}`,
  })
}

/** What reading the system's file has thrown, as the person can act on it. */
function explainFault(error: unknown, { systemConfigFile: path, uid }: Env): unknown {
  if (!(error instanceof Failure)) return error
  const code = errorCode(error.cause)
  // EINVAL: something else than a file lies there.
  if (error.reason !== 'unreadable-file' || code === 'EINVAL') return systemFault(error)
  if (!/^(EACCES|EPERM)$/.test(String(code))) return systemFault(error.withHint('Ask an administrator.'))
  // The directory may be the closed one. Windows, where there is no user id, has no `chmod`.
  const run = uid === undefined ? '.' : `: sudo chmod a+rX ${dirname(path)} ${path}`
  return systemFault(error.withHint(`Make it readable for everybody${run}`))
}

/** Not the same as no file: a policy of the administrator would be lost without a word. */
const brokenLink = (path: string): Failure =>
  systemFault(
    new Failure('settings', `${safeText(path, 200)} is a broken link`, {
      hint: 'Fix the link or remove it.',
    }),
  )

/** A place by which another user decides what the settings say. */
export interface OpenPlace {
  readonly path: string
  readonly kind: FileFacts['kind']
  readonly why: string
  readonly owner: number
  /** The owner is neither this user nor root. */
  readonly isForeign: boolean
}

const ROOT = 0

/**
 * A settings file, what it leads to where it is a link, and the directories of both: who writes one of those can replace
 * it. Gives those that another user than this one and root owns, or may write. `onlyIfThere`: none where there is no file.
 */
export async function openPlaces(
  file: string,
  { inspect, endOfLinks }: Pick<Files, 'inspect' | 'endOfLinks'>,
  uid: number,
  onlyIfThere = false,
): Promise<OpenPlace[]> {
  const isThere = (await inspect(file)) !== undefined
  if (!isThere && onlyIfThere) return []
  const end = isThere ? await endOfLinks(file) : file
  const places: OpenPlace[] = []
  for (const path of new Set([file, end, dirname(file), dirname(end)])) {
    const facts = await inspect(path)
    // What isn't a file is refused when it is read.
    if (facts === undefined || facts.kind === 'other') continue
    const { kind, mode, uid: owner } = facts
    const who = kind === 'directory' ? ', who can replace the settings in it' : ''
    if (owner !== ROOT && owner !== uid)
      places.push({ path, kind, why: `belongs to another user${who}`, owner, isForeign: true })
    // The mode of a link says nothing.
    if (kind !== 'symlink' && facts.sticky !== true && (mode & 0o022) !== 0)
      places.push({ path, kind, why: `is writable by others${who}`, owner, isForeign: false })
  }
  return places
}

/** A fault of the system-wide settings file: whoever meets it can seldom fix it. */
export const systemFault = ({ code, message, hint, detail, cause }: Failure, where?: string): Failure =>
  new Failure(code, message, {
    reason: 'system-file',
    hint: `Only an administrator can change that file. ${hint}`,
    detail: where === undefined ? detail : [where],
    cause,
  })
