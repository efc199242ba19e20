import { join } from 'node:path'
import { isObject } from '../json-object.ts'
import type { Files, Ports } from '../ports/ports.ts'
import { readSettings, type Settings } from '../settings/files/settings-files.ts'
import { chooseProfile, type Profile } from '../settings/profile.ts'
import type { Flags } from '../settings/resolve.ts'
import { withoutUser } from '../settings/urls.ts'
import { requireOwn, writeAtomically } from '../storage/atomic-write.ts'
import { withoutSecret } from '../text/secrets.ts'
import { flagsOf, type Invocation } from './invocation.ts'

/** Limits of the cache: a server chooses how many services it names. */
const MOST_SERVICES = 1000
const MOST_CHARACTERS = 200
const MOST_APIS = 20

/** Services by API; the API that was asked last comes first. */
type Seen = readonly (readonly [api: string, services: readonly string[]])[]

/** The services that were seen last at the API of these flags; none when there was no look yet. Failure `settings`. */
async function servicesSeen(settings: Settings, flags: Flags, ports: Ports): Promise<readonly string[]> {
  const wanted = apiOf(chooseProfile(settings, flags, ports.env))
  const seen = await readSeen(pathIn(settings), await ports.files())
  return seen.find(([api]) => api === wanted)?.[1] ?? []
}

/**
 * Keeps the names of services for completion in the shell: `all` of them, or `some` to add to those known before. Only for a
 * person at a terminal, since a script completes nothing. Never fails: without the file completion offers none.
 */
export async function rememberServices(
  invocation: Invocation,
  how: 'all' | 'some',
  names: Iterable<string>,
): Promise<void> {
  const { ports } = invocation
  if (!ports.terminal.errIsTTY) return
  try {
    const files = await ports.files()
    const settings = await readSettings(ports.env, files)
    const api = apiOf(chooseProfile(settings, flagsOf(invocation), ports.env))
    const seen = await readSeen(pathIn(settings), files)
    const before = seen.find(([other]) => other === api)?.[1] ?? []
    const kept = new Set([...names].filter((name) => name !== '' && name.length <= MOST_CHARACTERS))
    if (how === 'some') for (const name of before) kept.add(name)
    const now = [...kept].sort().slice(0, MOST_SERVICES)
    if (seen[0]?.[0] === api && JSON.stringify(now) === JSON.stringify(before)) return
    const others = seen.filter(([other]) => other !== api).slice(0, MOST_APIS - 1)
    await requireOwn([settings.places.stateDirectory, pathIn(settings)], files, ports.env)
    await files.makeDirectory(settings.places.stateDirectory)
    const owner = (await files.inspect(settings.places.stateDirectory))?.uid
    // As with the record, root's directory will do, and that of another user won't.
    if (ports.env.uid && owner && owner !== ports.env.uid) return
    const bytes = Buffer.from(JSON.stringify({ version: 1, services: [[api, now], ...others] }))
    await writeAtomically(pathIn(settings), bytes, files, ports.env.pid)
  } catch {
    // A full disk, a settings file that cannot be read: the command itself has said what matters.
  }
}

const pathIn = ({ places }: Settings): string => join(places.stateDirectory, 'services.json')

const apiOf = ({ backend, api, place }: Profile): string =>
  [backend, withoutSecret(api.href), ...Object.values(place)].filter(Boolean).join(' ')

/** What the file holds; nothing when it is missing, damaged or of another version. */
async function readSeen(path: string, files: Files): Promise<Seen> {
  try {
    const root: unknown = JSON.parse((await files.read(path))?.toString('utf8') ?? '{}')
    if (!isObject(root) || root.version !== 1 || !Array.isArray(root.services)) return []
    return root.services.filter(
      (entry): entry is [string, string[]] =>
        Array.isArray(entry) &&
        typeof entry[0] === 'string' &&
        Array.isArray(entry[1]) &&
        entry[1].every((name) => typeof name === 'string'),
    )
  } catch {
    return []
  }
}

/** A name that a shell may offer, and what it stands for. */
export interface KnownName {
  readonly value: string
  readonly about: string
}

/**
 * The person's own names for a command line, from files only: profiles, or the services last seen. Those are of the API of the
 * environment and `flags` (by attribute name). A name that begins with a dash would be read as a flag and is left out. Failure
 * `settings`.
 */
export async function knownNames(
  what: 'profiles' | 'services',
  flags: Readonly<Record<string, string>>,
  ports: Ports,
): Promise<KnownName[]> {
  const settings = await readSettings(ports.env, await ports.files())
  if (what === 'services') {
    const { profile } = flags
    const names = await servicesSeen(settings, { values: flags, ...(profile && { profile }) }, ports)
    return names.filter(isNoFlag).map((value) => ({ value, about: '' }))
  }
  const tables = { ...settings.system.profiles, ...settings.config.profiles }
  return Object.entries(tables)
    .filter(([name]) => isNoFlag(name))
    .map(([value, { issuer, api }]) => ({ value, about: textOf(issuer) ?? textOf(api) ?? '' }))
}

const isNoFlag = (name: string): boolean => !name.startsWith('-')

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? withoutUser(value) : undefined
