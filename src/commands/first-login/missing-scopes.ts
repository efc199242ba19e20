import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import { confirm } from '../can-ask.ts'
import { type Invocation, loadProfile, tell } from '../invocation.ts'
import { namesApi } from '../request/require-api.ts'
import { openProfile } from '../trace/open-source.ts'

/**
 * After a first sign-in: asks the API once whether it takes the token. Where it wants more scopes, the invocation that
 * signs in with them, if the person says yes. Anything else that is wrong is left to the first command that meets it.
 */
export async function withMissingScopes(invocation: Invocation): Promise<Invocation | undefined> {
  const { profile } = await loadProfile(invocation)
  if (!namesApi(profile)) return undefined
  const scopes = await openProfile(invocation, profile)
    .then((source) => source.probe())
    .then(
      () => [],
      (error: unknown) => {
        if (error instanceof Failure) return error.missingScopes
        throw error
      },
    )
  if (scopes.length === 0) return undefined
  const named = `${scopes.length > 1 ? 'scopes' : 'scope'} ${safeText(scopes.join(' '), 200)}`
  tell(invocation, `${safeText(profile.api.host, 200)} wants the ${named} as well.`)
  const them = scopes.length > 1 ? 'them' : 'it'
  if (await confirm(invocation.ports.terminal, `Sign in again with ${them}?`))
    return { ...invocation, settings: { ...invocation.settings, scope: scopes } }
  tell(invocation, `Later: ls-auth login ${scopes.map((scope) => `--scope ${scope}`).join(' ')}`)
  return undefined
}
