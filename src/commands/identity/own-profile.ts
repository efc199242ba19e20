import { isBehindProxy } from '../../settings/local-proxy.ts'
import type { Profile } from '../../settings/profile.ts'
import { type Invocation, loadProfile, type ProfileNeeds } from '../invocation.ts'

/** The profile whose sign-in is looked at, behind `ls-auth exec --proxy` too. Failures: those of {@link loadProfile}. */
export async function loadOwnProfile(invocation: Invocation, needs: ProfileNeeds): Promise<Profile> {
  if (!isBehindProxy(invocation.ports.env)) return (await loadProfile(invocation, needs)).profile
  const { profileBehindProxy } = await import('./profile-behind-proxy.ts')
  return profileBehindProxy(invocation, needs)
}
