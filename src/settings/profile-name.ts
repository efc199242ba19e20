import { Failure } from '../errors.ts'
import type { Env } from '../ports/ports.ts'
import { didYouMean } from '../text/near-name.ts'
import { safeText } from '../text/safe-text.ts'
import type { Settings } from './files/settings-files.ts'
import { emptyVariable, type Flags } from './resolve.ts'

/** By flag, environment, `default_profile`, or because it is the only one; without any: `default`, not saved. */
export function chooseName(
  settings: Settings,
  flags: Omit<Flags, 'values'>,
  env: Env,
): { name: string; saved: boolean } {
  const named = namedProfile(settings, flags, env)
  if (named) return named
  const known = profileNames(settings)
  const preferred = settings.config.defaultProfile ?? settings.system.defaultProfile
  if (preferred !== undefined && known.includes(preferred)) return { name: preferred, saved: true }
  if (preferred !== undefined) {
    throw new Failure(
      'settings',
      `default_profile names "${safeText(preferred, 60)}", which does not exist`,
      {
        hint: listHint(known),
      },
    )
  }
  const [only, ...others] = known
  if (only !== undefined && others.length === 0) return { name: only, saved: true }
  if (only === undefined) return { name: 'default', saved: false }
  if (flags.anyProfile) return { name: '', saved: false }
  throw new Failure('settings', 'you have several profiles, and none is the default', {
    hint: listHint(known),
  })
}

/**
 * The profile that the flag or the variable names; undefined: neither does. Failures: `settings` (there is none of that name),
 * `usage` (the variable is empty).
 */
export function namedProfile(
  settings: Settings,
  flags: Pick<Flags, 'profile' | 'newProfile'>,
  env: Env,
): { name: string; saved: boolean } | undefined {
  const asked = flags.profile ?? env.variables.LS_AUTH_PROFILE
  if (asked === undefined) return undefined
  if (asked === '' && flags.profile === undefined) throw emptyVariable('LS_AUTH_PROFILE')
  const saved = isKnown(settings, asked)
  if (saved || flags.newProfile) return { name: asked, saved }
  const known = profileNames(settings)
  const none = `there is no profile "${safeText(asked, 60)}"`
  const meant = didYouMean(asked, known)
  if (flags.profile !== undefined) throw new Failure('settings', none, { hint: `${meant}${listHint(known)}` })
  // No default goes before the variable, not even from `profile use`.
  throw new Failure('settings', `${none}, which LS_AUTH_PROFILE names`, {
    hint: `${meant}${known.length > 0 ? `${namesOf(known)} ` : ''}Unset LS_AUTH_PROFILE, or give it the name of a profile.`,
  })
}

/**
 * The profile that `default_profile` must name when one is added: until now it was chosen because it was the only one.
 * Undefined: a default is named already, or there is none to keep.
 */
export function defaultToKeep(settings: Settings, added: string): string | undefined {
  if ((settings.config.defaultProfile ?? settings.system.defaultProfile) !== undefined) return undefined
  const [only, ...others] = profileNames(settings)
  return others.length > 0 || only === added ? undefined : only
}

/** The profile that commands use without `--profile`: that of the variable, or the default. */
export const nameInUse = (settings: Settings, { variables }: Env): string | undefined =>
  variables.LS_AUTH_PROFILE || defaultName(settings)

/** The profile that is used where none is named; undefined: there is none, or several and no default. */
export function defaultName(settings: Settings): string | undefined {
  const [only, ...others] = profileNames(settings)
  const preferred = settings.config.defaultProfile ?? settings.system.defaultProfile
  return preferred ?? (others.length === 0 ? only : undefined)
}

/** Without the names of all: some commands ask for each profile, and there may be thousands. */
const isKnown = ({ config, system }: Settings, name: string): boolean =>
  Object.hasOwn(config.profiles, name) || Object.hasOwn(system.profiles, name)

/** The same name. Failure `settings`: there is no profile of it in either file. */
export function existingName(settings: Settings, name: string): string {
  if (isKnown(settings, name)) return name
  throw new Failure('settings', `there is no profile "${safeText(name, 60)}"`, {
    hint: `${didYouMean(name, profileNames(settings))}See: ls-auth profile list`,
  })
}

/** The names of all profiles, in the user's file first. */
export const profileNames = ({ config, system }: Settings): string[] => [
  ...new Set([...Object.keys(config.profiles), ...Object.keys(system.profiles)]),
]

/** Whether a new profile may have this name. */
export const isProfileName = (text: string): boolean => /^[\w@][\w.@-]{0,59}$/.test(text)

/** How to make the first profile. */
export const FIRST_LOGIN =
  'Ask your platform team for the address of the trace gateway, then: ls-auth login URL'

const namesOf = (known: readonly string[]): string =>
  `Profiles: ${known.map((name) => safeText(name, 60)).join(', ')}.`

/** A hint that names the profiles, or says how to make the first one. */
export const listHint = (known: readonly string[]): string =>
  known.length === 0 ? FIRST_LOGIN : `${namesOf(known)} Use --profile NAME or ls-auth profile use NAME.`
