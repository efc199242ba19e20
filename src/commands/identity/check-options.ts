import { type Assertion, parseAssertion } from '../../claims/assertion.ts'
import { LEEWAY_SECONDS } from '../../claims/lifetime.ts'
import type { Expect } from '../../claims/policy.ts'
import type { Typed } from '../cli-command.ts'
import { durationFlag, textFlag, textsFlag } from '../typed-flags.ts'

/** Options of `ls-auth check`. */
export interface CheckOptions {
  /** One for each value that is asserted by itself. */
  readonly expects: readonly Expect[]
  /** Assertions about single claims: `--claim`, and the short forms `--acr` and `--amr`. */
  readonly assertions: readonly Assertion[]
  /** Maximum age of the sign-in. */
  readonly maxAge: { readonly seconds: number; readonly typed: string } | undefined
  /** Which token; undefined: the one the profile uses. */
  readonly use: 'access' | 'id' | undefined
  readonly offline: boolean
  /** Scopes and groups that disagree by the profile's `[access]` fail the check; else they are warnings. */
  readonly aligned: boolean
  /** `--token -`: any token, from standard input. */
  readonly fromInput: boolean
}

/** Failure `usage`: an empty value, an invalid duration or assertion. */
export function readCheckOptions({ flags }: Typed): CheckOptions {
  const maxAgeSeconds = durationFlag(flags, 'maxAge')
  return {
    expects: readExpectations(flags),
    assertions: readAssertions(flags),
    maxAge:
      maxAgeSeconds === undefined ? undefined : { seconds: maxAgeSeconds, typed: flags.maxAge as string },
    use: flags.use as CheckOptions['use'],
    offline: flags.offline === true,
    aligned: flags.aligned === true,
    fromInput: flags.token === '-',
  }
}

function readExpectations(flags: Typed['flags']): Expect[] {
  const issuer = textsFlag(flags, 'issuer')
  const audience = textsFlag(flags, 'audience')
  const scopes = textsFlag(flags, 'scope')
    ?.flatMap((value) => value.split(/\s+/))
    .filter(Boolean)
  const client = textsFlag(flags, 'client')
  const sub = textFlag(flags, 'sub')
  const maxTokenLifetimeSeconds = durationFlag(flags, 'maxLifetime')
  const minTtlSeconds = durationFlag(flags, 'minTtl')
  return [
    ...(issuer ? [{ issuer }] : []),
    ...(audience ? [{ audience }] : []),
    ...(scopes ? [{ scopes }] : []),
    ...(textsFlag(flags, 'group') ?? []).map((one) => ({ groups: [one] })),
    ...(textsFlag(flags, 'role') ?? []).map((one) => ({ roles: [one] })),
    ...(client ? [{ client }] : []),
    ...(sub === undefined ? [] : [{ sub }]),
    ...(maxTokenLifetimeSeconds === undefined ? [] : [{ maxTokenLifetimeSeconds }]),
    ...(minTtlSeconds === undefined ? [] : [{ minTtlSeconds }]),
  ]
}

function readAssertions(flags: Typed['flags']): Assertion[] {
  const acr = textFlag(flags, 'acr')
  return [
    ...(textsFlag(flags, 'claim') ?? []).map(parseAssertion),
    ...(acr === undefined ? [] : [{ path: 'acr', operator: '==' as const, value: acr }]),
    ...(textsFlag(flags, 'amr') ?? []).map((value) => ({
      path: 'amr',
      operator: 'contains' as const,
      value,
    })),
  ]
}

/**
 * All assertions about claims, with `--max-age` as one. `now`: milliseconds, the provider's clock, of which a sign-in may be
 * ahead by the leeway.
 */
export function claimAssertions(
  { assertions, maxAge }: CheckOptions,
  now: number,
  leewaySeconds = LEEWAY_SECONDS,
): readonly Assertion[] {
  if (maxAge === undefined) return assertions
  const oldest = Math.floor(now / 1000 - maxAge.seconds)
  const meaning = `signed in at most ${maxAge.typed} ago`
  const latest = now / 1000 + leewaySeconds
  return [...assertions, { path: 'auth_time', operator: '>=', value: String(oldest), meaning, latest }]
}
