import { Failure } from '../../errors.ts'

/**
 * Checks the times of an ID token (OpenID Connect Core §3.1.3.7, steps 9 and 10) by the provider's own clock, so that a
 * wrong local clock neither rejects a valid token nor accepts an expired one. Failure `refused`.
 */
export function checkIdTokenTimes(
  claims: Readonly<Record<string, unknown>>,
  now: number,
  skewSeconds: number,
  leewaySeconds: number,
): void {
  const theirs = now / 1000 + skewSeconds
  const { exp, iat } = claims
  const clock =
    Math.abs(skewSeconds) > leewaySeconds
      ? ` (the clock of this machine is ${Math.abs(skewSeconds)}s ${skewSeconds > 0 ? 'behind' : 'ahead'})`
      : ''
  if (typeof exp !== 'number' || exp <= theirs - leewaySeconds) {
    throw new Failure('refused', `the provider sent an ID token that has expired${clock}`)
  }
  if (typeof iat !== 'number' || iat > theirs + leewaySeconds) {
    throw new Failure('refused', `the provider sent an ID token issued in the future${clock}`)
  }
}

/** Failure `refused` unless a refreshed ID token has the same subject, issuer and client as before (Core §12.2). */
export function checkSamePerson(
  before: Readonly<Record<string, unknown>> | undefined,
  after: Readonly<Record<string, unknown>> | undefined,
): void {
  if (!before || !after) return
  const audiences = (value: unknown) => JSON.stringify([value].flat().map(String).sort())
  if (before.sub === after.sub && before.iss === after.iss && audiences(before.aud) === audiences(after.aud))
    return
  throw new Failure('refused', 'the provider answered for another account; nothing was saved', {
    hint: 'Sign in again: ls-auth login. If it happens again, tell whoever runs the identity provider.',
  })
}
