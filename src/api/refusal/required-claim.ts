import { safeText } from '../../text/safe-text.ts'
import type { Challenge } from './challenge.ts'

/**
 * The claim that a gateway wants of a workload's token (docs/gateway): one with its value, or the names of those of which it
 * knows no value as in this token. From a server: not sanitized.
 */
export interface RequiredClaim {
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

/** What is required, and what the token has of it, one a line. Sanitized; `claims`: those of the rejected token. */
export function requiredAndHeld(
  { names, value }: RequiredClaim,
  claims: Readonly<Record<string, unknown>>,
): string[] {
  const held = names.flatMap((name) =>
    Object.hasOwn(claims, name) ? [`held ${name}: ${shown(claims[name])}`] : [],
  )
  const required = value === undefined ? [] : [`required ${names[0]}: ${safeText(value, 200)}`]
  return [...required, ...(held.length > 0 ? held : [`held ${names.join(', ')}: none`])]
}

/** Who can mend it: the job, where the value is known, and always whoever wrote the rules. Sanitized. */
export const claimHint = ({ names, value }: RequiredClaim): string =>
  value === undefined
    ? `Ask whoever runs the gateway to admit this workload by its ${safeText(names.join(' or '), 120)}.`
    : `Run the job with ${names[0]} ${safeText(value, 120)}, or ask whoever runs the gateway to admit this one.`

const shown = (value: unknown): string =>
  safeText(typeof value === 'string' ? value : JSON.stringify(value), 200)
