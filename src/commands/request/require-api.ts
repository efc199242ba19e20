import { BACKEND_IDS, BACKENDS, listed } from '../../backends/table.ts'
import { Failure } from '../../errors.ts'
import type { Env } from '../../ports/ports.ts'
import type { Profile } from '../../settings/profile.ts'
import { FIRST_LOGIN } from '../../settings/profile-name.ts'
import { withScheme } from '../../settings/urls.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Invocation } from '../invocation.ts'

/** Whether a person has named the API; the default address of a back end isn't their choice. */
export const namesApi = ({ resolved }: Pick<Profile, 'resolved'>): boolean => resolved.api.value !== undefined

/** Failure `settings` when no person has named an API: a host of our choice would be asked for traces, or get a token. */
export function requireApi(profile: Profile): void {
  if (!namesApi(profile)) throw noApi(profile)
}

/** What a back end on the person's own machine is asked with: its name, and the flags. */
const LOCAL_EXAMPLES: readonly (readonly [name: string, flags: string])[] = BACKENDS.filter(
  ({ defaultApi }) => defaultApi.startsWith('http://127.0.0.1'),
).map(({ id, name, defaultApi }) => [name, `--backend ${id} --api ${defaultApi}`])

/** Failure `settings` with the two ways to name an API; a wrong host would be asked for traces, or get a token. */
function noApi({ name, saved, client }: Profile): Failure {
  const command = client.workload ? 'profile set api URL' : 'login'
  const what = saved ? `profile ${safeText(name, 60)} has no API` : 'no trace API is configured'
  return new Failure('settings', what, {
    hint: saved
      ? `Set it: --api URL, LS_AUTH_API, or ls-auth ${command} --profile ${safeText(name, 60)}${client.workload ? '' : ' --api URL'}`
      : FIRST_LOGIN,
    detail: saved
      ? []
      : LOCAL_EXAMPLES.map(([back, flags]) => `A ${back} on this machine: ls-auth services ${flags}`),
  })
}

/** Whether an API is named without what answers there: the profile is for another, or says no back end. */
const lacksBackend = ({ isElsewhere, isBackendKnown, resolved }: Profile): boolean =>
  isElsewhere ? !/^(?:--|LS_AUTH_)/.test(resolved.backend.source) : !isBackendKnown

/** A profile that says what answers at its API: else the API is asked, without a token. Failures `settings`, `network`. */
export async function withKnownBackend(invocation: Invocation, profile: Profile): Promise<Profile> {
  requireApi(profile)
  if (!lacksBackend(profile)) return profile
  return (await import('./look-at-address.ts')).withBackend(invocation, profile)
}

/** Failure `settings` when {@link lacksBackend}. */
export function requireBackend(profile: Profile): void {
  const { api } = profile
  if (!lacksBackend(profile)) return
  throw new Failure('settings', `unknown back end at ${safeText(api.host, 100)}`, {
    hint: `Add --backend ${listed(BACKEND_IDS, 'or')}, or set LS_AUTH_BACKEND`,
  })
}

/** Failure `other-origin`: LS_AUTH_TOKEN has the API that LS_AUTH_API names beside it, and the flag names another. */
export function requireApiOfGiven({ variables }: Env, { api, resolved }: Profile): void {
  const { LS_AUTH_TOKEN: token, LS_AUTH_API: own = '' } = variables
  const address = withScheme(own.trim())
  if (token === undefined || resolved.api.source !== '--api' || !URL.canParse(address)) return
  if (new URL(address).origin === api.origin) return
  throw new Failure('other-origin', `LS_AUTH_TOKEN is not for ${safeText(api.origin, 120)}`, {
    detail: [`LS_AUTH_API beside it names: ${safeText(new URL(address).origin, 120)}`],
    hint: 'Drop --api, or unset LS_AUTH_API if the token is for that API.',
  })
}
