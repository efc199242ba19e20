import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { SignedOut } from '../../session/sign-out.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { nameInUse } from '../../settings/profile-name.ts'
import type { Invocation } from '../invocation.ts'
import { repeatFlags } from '../repeat-flags.ts'
import { usersOf } from './sign-in-sharers.ts'
import { logoutOf } from './sign-out-of.ts'

/** The hints of one sign-out: what a person copies from them must be about the sign-in that they are about. */
export interface NamedHints {
  /** The same, with the profile in its commands where another one is used without `--profile`. */
  name<T extends SignedOut | Failure | undefined>(result: T): T
  /** The command that signs out of this sign-in. */
  readonly logout: string
}

/** `client`: of the sign-in; undefined: it is not known whose it is, and only `--all` names it. */
export function namedHints(
  client: Client | undefined,
  settings: Settings,
  invocation: Invocation,
): NamedHints {
  const { env } = invocation.ports
  const isUsed = client !== undefined && usersOf(client, settings, env).includes(client.profile)
  const profile = isUsed && client.profile !== nameInUse(settings, env) ? client.profile : undefined
  const line = { ...invocation, options: { profile }, settings: {} }
  const inHint = (failure: Failure) => failure.withHint(repeatFlags(failure.hint, line))
  const named = (result: SignedOut | Failure | undefined): SignedOut | Failure | undefined => {
    if (result === undefined || result instanceof Failure) return result && inHint(result)
    const { revoked, forgotten } = result
    return {
      ...result,
      revoked: revoked instanceof Failure ? inHint(revoked) : revoked,
      forgotten: forgotten instanceof Failure ? inHint(forgotten) : forgotten,
    }
  }
  return {
    name: (result) => named(result) as typeof result,
    logout: client === undefined ? 'ls-auth logout --all' : isUsed ? logoutOf({}, profile) : logoutOf(client),
  }
}
