import type { Verb } from '../../backends/backend.ts'
import { type CapableSource, requireCapability } from '../../backends/capability.ts'
import { backendOf, openBackend, requirePlace } from '../../backends/table.ts'
import type { BackendSource } from '../../backends/trace-source.ts'
import type { Profile } from '../../settings/profile.ts'
import { type Invocation, loadProfile } from '../invocation.ts'
import type { RequestRun } from '../request/authorised-request.ts'
import { withKnownBackend } from '../request/require-api.ts'

/**
 * The trace source of a command: a file, or the profile's back end with the user's token (none under
 * `authorization = "none"`). Failures: `cannot-do`, before any request, when the source does not support `verb`;
 * `settings`; those of {@link openFile}.
 */
export async function openSource<V extends Verb>(
  invocation: Invocation,
  verb: V,
  file?: string,
): Promise<CapableSource<V>> {
  if (file === undefined) {
    const { profile } = await loadProfile(invocation)
    return requireCapability(await openProfile(invocation, profile), verb)
  }
  return requireCapability(await (await import('./trace-file.ts')).openFile(invocation, file), verb)
}

/** The back end of a profile. Failure `settings`. */
export async function openProfile(
  invocation: Invocation,
  chosen: Profile,
  run: RequestRun = {},
): Promise<BackendSource> {
  const profile = await withKnownBackend(invocation, chosen)
  const { authorisedRequest } = await import('../request/authorised-request.ts')
  const send = await authorisedRequest(invocation, profile, run)
  return openBackend(profile.backend, {
    base: profile.api,
    ui: profile.ui,
    place: requirePlace(backendOf(profile.backend), profile.place),
    send,
    now: () => invocation.ports.clock.now(),
    snapshotConsent: async () => (await import('./snapshot-consent.ts')).snapshotConsent(invocation),
  })
}
