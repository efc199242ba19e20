import { Failure } from '../../errors.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { defaultName, profileNames } from '../../settings/profile-name.ts'
import { checkBaseUrl } from '../../settings/urls.ts'
import { safeText } from '../../text/safe-text.ts'
import { globals, type Invocation } from '../invocation.ts'
import { isProfileName } from '../typed-flags.ts'
import type { Resource } from './resource.ts'

/** The table of a profile, of both settings files; undefined: there is none of that name. */
export function tableOf(
  { config, system }: Settings,
  name: string,
): Readonly<Record<string, unknown>> | undefined {
  if (!profileNames({ config, system } as Settings).includes(name)) return undefined
  return { ...system.profiles[name], ...config.profiles[name] }
}

/**
 * The profile for a resource: the one that was named, the one that has its address already, else a new one named for the
 * host. Failures `settings`: the named one is for another API, several have this one.
 */
export function profileNameFor(invocation: Invocation, settings: Settings, resource: Resource): string {
  const named = globals(invocation).profile ?? invocation.ports.env.variables.LS_AUTH_PROFILE
  if (named) return checkNamed(named, settings, resource)
  const found = profileNames(settings).filter((name) => {
    const table = tableOf(settings, name)
    return table?.workload === undefined && isFor(table, resource)
  })
  const [first, ...others] = found
  if (first === undefined) return freeName(resource, profileNames(settings))
  if (others.length === 0) return first
  const preferred = defaultName(settings)
  if (preferred !== undefined && found.includes(preferred)) return preferred
  throw new Failure('settings', `several profiles are for ${safeText(resource.url.host, 200)}`, {
    hint: `Name one of them with --profile: ${found.map((name) => safeText(name, 60)).join(', ')}`,
  })
}

function checkNamed(name: string, settings: Settings, resource: Resource): string {
  const table = tableOf(settings, name)
  if (table?.api === undefined || isFor(table, resource)) {
    if (table !== undefined || isProfileName(name)) return name
    throw new Failure('usage', `"${safeText(name, 60)}" cannot be a profile name`, {
      hint: 'Use letters, digits, and . _ - @',
    })
  }
  throw new Failure('settings', `the profile ${safeText(name, 60)} is for another API`, {
    detail: [`it has ${safeText(String(table.api), 200)}`],
    hint: 'Name another one with --profile, or leave --profile out.',
  })
}

/** Whether a profile has this address as its API. A slash at the end makes no difference to a base URL. */
function isFor(table: Readonly<Record<string, unknown>> | undefined, { url }: Resource): boolean {
  if (typeof table?.api !== 'string') return false
  try {
    return withoutSlash(checkBaseUrl(table.api, 'none')) === withoutSlash(url)
  } catch (error) {
    // A profile with a wrong address is for no API.
    if (error instanceof Failure) return false
    throw error
  }
}

const withoutSlash = ({ href }: URL): string => href.replace(/\/$/, '')

/** A name that no profile has: the host, with a number where it is taken. */
function freeName({ url }: Resource, taken: readonly string[]): string {
  const host = url.hostname.replace(/[^\w.-]/g, '').slice(0, 50)
  const base = isProfileName(host) ? host : 'work'
  let name = base
  for (let next = 2; taken.includes(name); next++) name = `${base}-${next}`
  return name
}
