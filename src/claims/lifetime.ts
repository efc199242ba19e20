import { asUnknown, type Finding } from './finding.ts'
import type { ClaimValue, Identity } from './normalise.ts'

/** Default leeway for clock skew, seconds (RFC 7519 §4.1.4 allows "a few minutes"). */
export const LEEWAY_SECONDS = 60

/** Time limits that a profile may set, seconds. */
export interface LifetimeLimits {
  /** Leeway for clock skew, {@link LEEWAY_SECONDS} by default. */
  readonly leewaySeconds?: number
  readonly minTtlSeconds?: number
  readonly maxTokenLifetimeSeconds?: number
}

/**
 * Checks the times of a token: not expired, already valid, enough time left, total lifetime not too long.
 * `now`: milliseconds since the epoch. The leeway applies to comparisons with the clock, not to the limits.
 */
export function judgeLifetime(identity: Identity, limits: LifetimeLimits, now: number): Finding[] {
  const { expiresAt, notBefore, issuedAt } = identity
  const seconds = now / 1000
  const leeway = limits.leewaySeconds ?? LEEWAY_SECONDS
  const findings = [
    compare(
      'not expired',
      `expiry after ${instant(seconds - leeway)}`,
      expiresAt,
      (exp) => seconds < exp + leeway,
    ),
  ]
  // `nbf` is optional (RFC 7519 §4.1.5): without it a token is valid from the start.
  if (notBefore.value !== undefined) {
    const begun = `start before ${instant(seconds + leeway)}`
    findings.push(compare('already valid', begun, notBefore, (nbf) => seconds >= nbf - leeway))
  }
  const { minTtlSeconds: least, maxTokenLifetimeSeconds: most } = limits
  if (least !== undefined) findings.push(timeLeft(expiresAt, least, seconds))
  if (most !== undefined) findings.push(tokenLifetime(issuedAt, expiresAt, most))
  return findings
}

function compare(
  assertion: string,
  expected: string,
  time: ClaimValue<number>,
  holds: (time: number) => boolean,
): Finding {
  if (time.value === undefined) return asUnknown({ assertion, expected, actual: 'not said' }, 'claim-absent')
  const verdict = holds(time.value) ? 'pass' : 'fail'
  return { assertion, expected, actual: instant(time.value), verdict, source: time.source }
}

function timeLeft(expiresAt: ClaimValue<number>, least: number, seconds: number): Finding {
  const finding = compare('time left', `at least ${least} s`, expiresAt, (exp) => exp - seconds >= least)
  return expiresAt.value === undefined
    ? finding
    : { ...finding, actual: `${Math.floor(expiresAt.value - seconds)} s` }
}

function tokenLifetime(issuedAt: ClaimValue<number>, expiresAt: ClaimValue<number>, most: number): Finding {
  const finding = { assertion: 'token lifetime', expected: `at most ${most} s`, actual: 'not said' }
  if (issuedAt.value === undefined || expiresAt.value === undefined) return asUnknown(finding, 'claim-absent')
  const lifetime = expiresAt.value - issuedAt.value
  // A token that expires before it was issued has no valid lifetime.
  const verdict = lifetime >= 0 && lifetime <= most ? 'pass' : 'fail'
  return { ...finding, actual: `${lifetime} s`, verdict, source: `${expiresAt.source} - ${issuedAt.source}` }
}

/** Seconds since the epoch as ISO 8601 in UTC; a number outside the calendar is shown as it is. */
export function instant(seconds: number): string {
  const milliseconds = Math.trunc(seconds) * 1000
  return Math.abs(milliseconds) <= 8.64e15
    ? new Date(milliseconds).toISOString().replace('.000Z', 'Z')
    : `${seconds}`
}
