import { createHash } from 'node:crypto'
import { readJwt } from '../../claims/jwt/jwt.ts'
import { Failure } from '../../errors.ts'
import { instant, wholeDuration } from '../../text/duration.ts'
import { safeText } from '../../text/safe-text.ts'
import { NO_SUBJECT } from './provider-errors.ts'

/**
 * Checks the times of an ID token (OpenID Connect Core §3.1.3.7, steps 9 and 10; RFC 7519 §4.1.5) by the provider's own clock,
 * so that a wrong local clock neither rejects a valid token nor accepts an expired one. Failure `refused`, which names both
 * clocks: without a Date header the provider's is unknown. `now`: milliseconds.
 */
export function checkIdTokenTimes(
  claims: Readonly<Record<string, unknown>>,
  now: number,
  skewSeconds: number,
  leewaySeconds: number,
): void {
  const theirs = now / 1000 + skewSeconds
  const { exp, iat, nbf } = claims
  const isLater = (time: unknown) => typeof time !== 'number' || time > theirs + leewaySeconds
  const wrong =
    typeof exp !== 'number' || exp <= theirs - leewaySeconds
      ? 'that has expired'
      : isLater(iat)
        ? 'issued in the future'
        : nbf !== undefined && isLater(nbf)
          ? 'that is not valid yet'
          : undefined
  if (wrong === undefined) return
  const issued = typeof iat === 'number' ? `, the ID token was issued at ${instant(iat)}` : ''
  throw new Failure('refused', `the provider sent an ID token ${wrong}`, {
    detail: [
      `this machine says ${instant(now / 1000)}${issued}`,
      ...(skewSeconds === 0 ? [] : [`the provider says ${instant(theirs)}`]),
    ],
    hint:
      skewSeconds === 0
        ? "Check the clock of this machine. If it's right, tell whoever runs the identity provider."
        : 'Tell whoever runs the identity provider: the token does not fit its own clock.',
  })
}

/**
 * Failure `refused` unless `sub` names a person (OpenID Connect Core §2). The library takes an empty text, and all who
 * come with it would count as one person.
 */
export function checkSubject({ sub }: Readonly<Record<string, unknown>>): void {
  if (typeof sub !== 'string' || sub === '') throw new Failure('refused', `${NO_SUBJECT}; nothing was saved`)
}

/**
 * Failure `refused` when the person has signed in longer ago than `max_age` allows (OpenID Connect Core §3.1.3.7, step 13), by
 * the provider's clock. Some providers do not say when it was: what takes the token judges that. `now`: milliseconds.
 */
export function checkAuthTime(
  { auth_time: time }: Readonly<Record<string, unknown>>,
  maxAgeSeconds: number | undefined,
  now: number,
  skewSeconds: number,
  leewaySeconds: number,
): void {
  if (maxAgeSeconds === undefined || typeof time !== 'number') return
  const theirs = now / 1000 + skewSeconds
  if (time + maxAgeSeconds + leewaySeconds >= theirs) return
  throw new Failure('refused', 'the provider answered with an older sign-in than requested (max_age)', {
    detail: [
      `required sign-in age: ${wholeDuration(maxAgeSeconds)} at most`,
      `signed in at ${instant(time)}`,
    ],
    hint: 'Sign in again with a new prompt: ls-auth login --prompt login',
  })
}

/** The hash that a signature algorithm uses; SHA-512 for Ed25519 (RFC 8032 §5.1). */
function hashOf(algorithm: unknown): string {
  if (algorithm === 'EdDSA' || algorithm === 'Ed25519') return 'sha512'
  const bits = /^(?:RS|PS|ES)(256|384|512)$/.exec(String(algorithm))?.[1]
  if (bits !== undefined) return `sha${bits}`
  throw new Failure('refused', "ls-auth does not accept the ID token's signature algorithm (alg)")
}

/**
 * Failure `refused` unless `at_hash`, where the ID token has one, is the hash of this access token (OpenID Connect Core
 * §3.1.3.6 and §3.1.3.8). Without the check the access token of another person could be put into an answer.
 */
export function checkAccessTokenHash(idToken: string, accessToken: string): void {
  const jwt = readJwt(idToken)
  if (!jwt || !('payload' in jwt) || jwt.payload.at_hash === undefined) return
  const whole = createHash(hashOf(jwt.header.alg)).update(accessToken).digest()
  const half = whole.subarray(0, whole.length / 2).toString('base64url')
  if (String(jwt.payload.at_hash).replace(/=+$/, '') === half) return
  throw new Failure('refused', 'the ID token belongs to another access token (at_hash); nothing was saved')
}

/**
 * Failure `refused` when the access token of a renewal is for another person than the ID token. Some providers give each API
 * another subject for the same person (OpenID Connect Core §8.1): then it must be that of the access token before. `before`:
 * undefined where it could not be read.
 */
export function checkSameSubject(
  idToken: string | undefined,
  before: string | undefined,
  after: string | undefined,
): void {
  const changed = before !== undefined && after !== undefined && before !== after
  if (!changed || after === idToken) return
  throw new Failure(
    'refused',
    'the provider answered for another account (access token); nothing was saved',
    {
      hint: ANOTHER_ACCOUNT,
    },
  )
}

const ANOTHER_ACCOUNT =
  'Sign in again: ls-auth login. If it happens again, tell whoever runs the identity provider.'

/** Failure `refused` unless a refreshed ID token has the same subject and issuer as before (Core §12.2). */
export function checkSamePerson(
  before: Readonly<Record<string, unknown>> | undefined,
  after: Readonly<Record<string, unknown>> | undefined,
): void {
  if (!before || !after || (before.sub === after.sub && before.iss === after.iss)) return
  throw new Failure('refused', 'the provider answered for another account; nothing was saved', {
    hint: ANOTHER_ACCOUNT,
  })
}

/**
 * Failure `refused` unless a refreshed ID token is for the same clients as before (Core §12.2). With `forOtherApi` it may
 * name that API beside them: Dex puts both into `aud`.
 */
export function checkSameAudience(
  before: Readonly<Record<string, unknown>> | undefined,
  after: Readonly<Record<string, unknown>> | undefined,
  forOtherApi = false,
): void {
  if (!before || !after) return
  const [then, now] = [audiencesOf(before), audiencesOf(after)]
  if (then.every((one) => now.includes(one)) && (forOtherApi || then.length === now.length)) return
  throw new Failure(
    'refused',
    'the renewed ID token has another audience (aud), so ls-auth does not use it',
    {
      detail: [`aud before: ${shown(then)}`, `aud now: ${shown(now)}`],
      hint: 'You stay signed in. Tell whoever runs the identity provider that a renewal must not change aud (OpenID Connect Core, section 12.2).',
    },
  )
}

const audiencesOf = ({ aud }: Readonly<Record<string, unknown>>): string[] => [
  ...new Set([aud].flat().map(String)),
]

const shown = (audiences: readonly string[]): string => safeText(audiences.join(' '), 200)
