import { payloadOf } from '../../claims/jwt/jwt.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Challenge } from './challenge.ts'

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

/** Whether a scope can stand in a command without quotes. */
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

/**
 * The claim that a gateway wants of a workload's token (docs/gateway): one with its value, or the names of those whose values
 * it doesn't accept. From a server: not sanitized.
 */
interface RequiredClaim {
  readonly names: readonly string[]
  readonly value: string | undefined
}

/** The claim in a challenge such as `… lacks the claim environment=prod` or `… lacks the claim repository or sub`. */
export function requiredClaim(challenge: Challenge | undefined): RequiredClaim | undefined {
  const words = challenge?.description ?? ''
  const named = /\blacks the claim (?:(\w+)=(.+)|(\w+(?: or \w+)*))$/.exec(words)
  if (!named) return undefined
  const [, name, value, names] = named
  return name === undefined
    ? { names: (names as string).split(' or '), value: undefined }
    : { names: [name], value }
}

/** The requirement, and what the token has of it, one a line. Sanitized; `claims`: those of the rejected token. */
function requiredAndHeld(
  { names, value }: RequiredClaim,
  claims: Readonly<Record<string, unknown>>,
): string[] {
  const held = names.flatMap((name) =>
    Object.hasOwn(claims, name) ? [`held ${name}: ${shown(claims[name])}`] : [],
  )
  const required = value === undefined ? [] : [`required ${names[0]}: ${safeText(value, 200)}`]
  return [...required, ...(held.length > 0 ? held : [`held ${names.join(', ')}: none`])]
}

/** Who can fix it: the job, where the value is known, and always whoever wrote the rules. Sanitized. */
export const claimHint = ({ names, value }: RequiredClaim): string =>
  value === undefined
    ? `Ask whoever runs the gateway to admit this workload by its ${safeText(names.join(' or '), 120)}.`
    : `Run the job with ${names[0]} ${safeText(value, 120)}, or ask whoever runs the gateway to admit this one.`

const shown = (value: unknown): string =>
  safeText(typeof value === 'string' ? value : JSON.stringify(value), 200)
