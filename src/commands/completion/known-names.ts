import type { Ports } from '../../ports/ports.ts'
import { readSettings } from '../../settings/files/settings-files.ts'
import { withoutUser } from '../../settings/urls.ts'

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
    const { servicesSeen } = await import('./services-seen.ts')
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
