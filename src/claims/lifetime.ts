import { instant } from '../time/instant.ts'
import { wholeDuration } from '../time/whole-duration.ts'
import { asUnknown, type ComparedValues, type Finding, REASONS } from './finding.ts'
import type { ClaimValue, Identity } from './normalise.ts'

/** Default leeway for clock skew, seconds (RFC 7519 §4.1.4 allows "a few minutes"). */
const LEEWAY_SECONDS = 60

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
  const { expiresAt, notBefore } = identity
  const seconds = now / 1000
  const leeway = limits.leewaySeconds ?? LEEWAY_SECONDS
  const findings = [
    compare(
      'not expired',
      `expiry after ${instant(seconds - leeway)}`,
      expiresAt,
      { operator: '>', expected: Math.floor(seconds - leeway) },
      (exp) => seconds < exp + leeway,
    ),
  ]
  // `nbf` is optional (RFC 7519 §4.1.5): without it a token is valid from the start. A value that isn't a time says nothing.
  if (notBefore.value !== undefined || notBefore.status === 'unreadable') {
    const begun = `start before ${instant(seconds + leeway)}`
    findings.push(
      compare(
        'already valid',
        begun,
        notBefore,
        { operator: '<=', expected: Math.floor(seconds + leeway) },
        (nbf) => seconds >= nbf - leeway,
      ),
    )
  }
  const { minTtlSeconds: least, maxTokenLifetimeSeconds: most } = limits
  if (least !== undefined) findings.push(timeLeft(expiresAt, least, seconds))
  if (most !== undefined) findings.push(tokenLifetime(identity, most, seconds + leeway))
  return findings
}

function compare(
  assertion: string,
  expected: string,
  time: ClaimValue<number>,
  compared: Pick<ComparedValues, 'operator' | 'expected'>,
  holds: (time: number) => boolean,
): Finding {
  const values = { ...compared, actual: time.value ?? null }
  if (time.value === undefined) {
    const actual = time.status === 'unreadable' ? 'not a time' : 'unknown'
    return asUnknown({ assertion, expected, actual, values }, REASONS[time.status])
  }
  const verdict = holds(time.value) ? 'pass' : 'fail'
  return { assertion, expected, actual: instant(time.value), verdict, values, source: time.source }
}

function timeLeft(expiresAt: ClaimValue<number>, least: number, seconds: number): Finding {
  const compared = { operator: '>=', expected: least } as const
  const finding = compare(
    'time left',
    `at least ${wholeDuration(least)}`,
    expiresAt,
    compared,
    (exp) => exp - seconds >= least,
  )
  if (expiresAt.value === undefined) return finding
  const left = Math.floor(expiresAt.value - seconds)
  return { ...finding, actual: wholeDuration(left), values: { ...compared, actual: left } }
}

/** `latest`: when a token may have been issued, seconds. One from the future tells nothing of how long it has lived. */
function tokenLifetime({ issuedAt, expiresAt }: Identity, most: number, latest: number): Finding {
  const compared = { operator: '<=', expected: most } as const
  const finding = {
    assertion: 'token lifetime',
    expected: `at most ${wholeDuration(most)}`,
    actual: 'unknown',
    values: { ...compared, actual: null },
  }
  if (issuedAt.value === undefined || expiresAt.value === undefined) return asUnknown(finding, 'claim-absent')
  const lifetime = expiresAt.value - issuedAt.value
  // A token that expires before it was issued has no valid lifetime.
  const isToCome = issuedAt.value > latest
  const verdict = lifetime >= 0 && lifetime <= most && !isToCome ? 'pass' : 'fail'
  const values = { ...compared, actual: lifetime }
  return {
    ...finding,
    actual: wholeDuration(lifetime),
    verdict,
    values,
    source: `${expiresAt.source} - ${issuedAt.source}`,
    ...(isToCome && {
      note: `its issue time is ${instant(issuedAt.value)}, which is in the future`,
    }),
  }
}
