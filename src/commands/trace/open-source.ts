import type { Verb } from '../../backends/backend.ts'
import { backendOf, LOCAL_EXAMPLES, requirePlace } from '../../backends/table.ts'
import { Failure } from '../../errors.ts'
import { safeText } from '../../safe-text.ts'
import type { Profile } from '../../settings/profile.ts'
import { type CapableSource, requireCapability } from '../../trace/sources/capabilities.ts'
import { openBackend } from '../../trace/sources/open-backend.ts'
import type { BackendSource } from '../../trace/sources/trace-source.ts'
import { authorisedRequest } from '../authorised-request.ts'
import { type Invocation, loadProfile } from '../invocation.ts'

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
export async function openProfile(invocation: Invocation, profile: Profile): Promise<BackendSource> {
  if (profile.resolved.api.source === 'default') throw noApi(profile)
  const send = await authorisedRequest(invocation, profile)
  return openBackend(profile.backend, {
    base: profile.api,
    place: requirePlace(backendOf(profile.backend), profile),
    send,
    now: () => invocation.ports.clock.now(),
    snapshotConsent: async () => (await import('./snapshot-consent.ts')).snapshotConsent(invocation),
  })
}

/** Failure `settings` with the two ways to name an API; a wrong host would be asked for traces, or get a token. */
function noApi({ name, saved }: Profile): Failure {
  const what = saved ? `profile ${safeText(name, 60)} names no API` : 'nothing says which trace API to ask'
  return new Failure('settings', what, {
    hint: saved
      ? `Name it: --api URL, LS_AUTH_API, or ls-auth login --profile ${safeText(name, 60)} --api URL`
      : 'With your company’s identity: ls-auth login --issuer URL --client-id ID --api URL',
    detail: saved
      ? []
      : LOCAL_EXAMPLES.map(([back, flags]) => `A ${back} on this machine: ls-auth services ${flags}`),
  })
}
