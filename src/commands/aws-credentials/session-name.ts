import { normalise } from '../../claims/normalise.ts'
import type { PartialClient } from '../../client.ts'
import { claimsIn, type WebIdentity } from './web-identity.ts'

/** Whether AWS takes a text as `RoleSessionName`. */
export const isSessionName = (text: string): boolean => /^[\w+=,.@-]{2,64}$/.test(text)

/**
 * The name under which CloudTrail shows what is done with the credentials: the person's e-mail address or user name, or
 * the subject of a workload.
 */
export function sessionNameOf(
  { token, idToken }: Pick<WebIdentity, 'token' | 'idToken'>,
  { preset, workload }: Pick<PartialClient, 'preset' | 'workload'>,
): string {
  const claims = idToken === undefined ? claimsIn(token) : claimsIn(idToken)
  const { email, userName, subject } = normalise(claims, { kind: 'id', names: preset.claimNames })
  const name = (workload ? undefined : (email.value ?? userName.value)) ?? subject.value ?? ''
  const allowed = name.replace(/[^\w+=,.@-]+/g, '-').slice(0, 64)
  return isSessionName(allowed) ? allowed : 'ls-auth'
}
