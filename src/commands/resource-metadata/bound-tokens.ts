import { Failure } from '../../errors.ts'
import { type Hindrance, hindersDpop } from '../../settings/dpop.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import type { Profile } from '../../settings/profile.ts'
import { safeText } from '../../text/safe-text.ts'
import { broken } from './bad-document.ts'
import type { Offer } from './offer.ts'
import type { Resource } from './resource.ts'

/**
 * For an API that takes only tokens bound to a key: the profile must have such tokens. Judged before `dpop = true` is among
 * its settings: nobody has written it in the file that a fault of it would name. `profile`: without it. Failures:
 * `settings` (another setting is in the way), `api-failed` (it is one that the API asks for as well).
 */
export function requireBindable(
  profile: Profile,
  settings: Settings,
  offer: Pick<Offer, 'values'>,
  { url }: Resource,
): void {
  const { resolved } = profile
  // What a person has chosen for this run wins.
  if (/^(?:--|LS_AUTH_)/.test(resolved.dpop.source)) return
  const found = hindersDpop((name) => resolved[name].value)
  if (found === undefined) return
  const host = safeText(url.host, 200)
  const isOffered = Object.hasOwn(offer.values, found.setting)
  if (isOffered && resolved[found.setting].source === settings.config.path)
    throw broken('asks for tokens that are bound to a key, and for another header than Authorization')
  throw new Failure(
    'settings',
    `${host} takes only tokens that are bound to a key, and those of the profile ${safeText(profile.name, 60)} cannot be`,
    {
      detail: [found.why],
      hint: wayOut(profile, settings, found) ?? `Ask whoever runs ${host} which provider is meant.`,
    },
  )
}

/** How to take the setting back; undefined: the preset of the provider has it. */
function wayOut(
  { name, resolved }: Profile,
  { config, system }: Settings,
  { setting }: Hindrance,
): string | undefined {
  const { source } = resolved[setting]
  if (source.startsWith('--')) return `Leave ${source} out.`
  if (source.startsWith('LS_AUTH_')) return `Unset ${source}.`
  // All of the profile stands as if it were in the user's file, also what is from the other one.
  if (source !== config.path) return undefined
  return Object.hasOwn(config.profiles[name] ?? {}, setting)
    ? `Take that back: ls-auth profile set ${setting} --unset --profile ${safeText(name, 60)}`
    : `Only an administrator can change ${setting}, in ${safeText(system.path, 200)}.`
}
