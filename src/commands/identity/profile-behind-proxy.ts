import { outsideProxy } from '../../settings/outside-proxy.ts'
import type { Profile } from '../../settings/profile.ts'
import { profileNames } from '../../settings/profile-name.ts'
import { safeText } from '../../text/safe-text.ts'
import { globals, type Invocation, loadProfile, type ProfileNeeds, tell } from '../invocation.ts'

/**
 * The same profile as outside of the proxy, with the API that its sign-in is for: its tokens are looked at here, and none
 * goes to the proxy. Failures: those of {@link loadProfile}.
 */
export async function profileBehindProxy(invocation: Invocation, needs: ProfileNeeds): Promise<Profile> {
  const { settings, profile } = await loadProfile(invocation, needs, outsideProxy(invocation.ports.env))
  const isChosen = globals(invocation).profile !== undefined || needs.anyProfile === true
  const isSame = invocation.ports.env.variables.LS_AUTH_PROXY_PROFILE === profile.name
  if (!isChosen && !isSame && profileNames(settings).length > 1) {
    tell(
      invocation,
      `note: this is profile ${safeText(profile.name, 60)}; the proxy here adds the token of the profile that it was started with`,
    )
  }
  return profile
}
