import { payloadOf } from '../../claims/jwt/jwt.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Challenge } from './challenge.ts'
import { requiredAndHeld, requiredClaim } from './required-claim.ts'

/** Whether the challenge is about the groups of a person. */
export const isAboutGroups = (challenge: Challenge | undefined): boolean =>
  /\bgroups?\b|\bmember/i.test(challenge?.description ?? '')

/** Scopes, groups, audience and what a workload is, of the rejected token, to compare. Claims only, never the token. */
export function claimsInToken(token: string | undefined, challenge: Challenge | undefined): string[] {
  const claims = payloadOf(token)
  if (!claims) return []
  const { aud, scope, scp, groups } = claims
  const claim = requiredClaim(challenge)
  const lines = claim ? requiredAndHeld(claim, claims) : []
  if (scope ?? scp) lines.push(`held scope: ${show(scope ?? scp)}`)
  else if (challenge?.scope) lines.push('held scope: none')
  if (groups && isAboutGroups(challenge)) lines.push(`held groups: ${show(groups)}`)
  if (aud) lines.push(`held audience: ${show(aud)}`)
  return lines
}

/** The issuer of a token that was refused for it. It need not be that of the profile: a provider may have several. */
export function issuerInToken(token: string | undefined, challenge: Challenge | undefined): string[] {
  const iss = payloadOf(token)?.iss
  const words = [challenge?.error, challenge?.description].join(' ')
  return iss !== undefined && /\biss(uer)?\b/i.test(words) ? [`held issuer: ${show(iss)}`] : []
}

const show = (value: unknown): string => safeText([value].flat().map(String).join(' '), 200)

/** Whether a scope can stand in a command as it is. */
export const isPlainName = (scope: string | undefined): scope is string =>
  scope !== undefined && /^\w[\w:./@+-]*$/.test(scope)

/** The scopes that a challenge wants and the token lacks. */
export function missingScopes(
  challenge: Challenge | undefined,
  token: string | undefined,
): readonly string[] {
  const held = scopesOf(token)
  return isAboutGroups(challenge)
    ? []
    : (challenge?.scope?.split(' ') ?? []).filter((scope) => !held?.includes(scope))
}

function scopesOf(token: string | undefined): string[] | undefined {
  const claims = payloadOf(token)
  if (!claims) return undefined
  const { scope, scp } = claims
  return [scope ?? scp ?? []].flat().map(String).join(' ').split(' ')
}
