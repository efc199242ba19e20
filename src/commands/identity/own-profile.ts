import type { Settings } from '../../settings/files/settings-files.ts'
import { isBehindProxy, outsideProxy } from '../../settings/local-proxy.ts'
import type { Profile } from '../../settings/profile.ts'
import { profileNames } from '../../settings/profile-name.ts'
import { safeText } from '../../text/safe-text.ts'
import { globals, type Invocation, loadProfile, type ProfileNeeds, tell } from '../invocation.ts'

/**
 * The profile whose sign-in is looked at. Behind `ls-auth exec --proxy` it is the same as outside, with the API that its
 * sign-in is for: its tokens are looked at here, and none goes to the proxy. Failures: those of {@link loadProfile}.
 */
export async function loadOwnProfile(invocation: Invocation, needs: ProfileNeeds): Promise<Profile> {
  const { env } = invocation.ports
  const { settings, profile } = await loadProfile(invocation, needs, outsideProxy(env))
  if (isBehindProxy(env)) noteOfProxy(invocation, needs, settings, profile)
  return profile
}

/** Says which of several profiles this is, where nobody has chosen it and it may not be the one of the proxy. */
function noteOfProxy(
  invocation: Invocation,
  needs: ProfileNeeds,
  settings: Settings,
  { name }: Profile,
): void {
  const isChosen = globals(invocation).profile !== undefined || needs.anyProfile === true
  const isSame = invocation.ports.env.variables.LS_AUTH_PROXY_PROFILE === name
  if (isChosen || isSame || profileNames(settings).length <= 1) return
  tell(
    invocation,
    `note: this is profile ${safeText(name, 60)}; the proxy here adds the token of the profile that it was started with`,
  )
}
