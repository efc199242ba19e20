import { misalignment } from '../../claims/access-level.ts'
import { inspectToken, verifyInspected } from '../../claims/inspect.ts'
import { judge } from '../../claims/policy.ts'
import { Failure } from '../../errors.ts'
import type { Client } from '../../session/client.ts'
import { signingKeys } from '../../session/keys.ts'
import { formatDuration } from '../../settings/duration.ts'
import type { Profile } from '../../settings/profile.ts'
import { sessionToken } from '../credentials.ts'
import type { Invocation } from '../invocation.ts'
import { type Checkup, fail, ok, warn } from './checkup.ts'

/** The sign-in and its claims: alive, as expected, with the scopes asked for, and not contradicting itself. */
export async function checkSession(
  invocation: Invocation,
  profile: Profile,
  client: Client,
): Promise<Checkup[]> {
  let given: Awaited<ReturnType<typeof sessionToken>>
  try {
    given = await sessionToken(invocation, client)
  } catch (error) {
    if (error instanceof Failure && error.code === 'not-signed-in') {
      return [warn('session', 'not signed in', `Run: ls-auth login --profile ${profile.name}`)]
    }
    throw error
  }
  const { body } = given.session
  const { ports } = invocation
  const renewable = body.refresh !== undefined || given.session.secret.refresh !== undefined
  const left = formatDuration(given.secondsLeft)
  const lines: Checkup[] = [
    renewable
      ? ok('session', `a token with ${left} left, renewed as needed`)
      : warn(
          'session',
          `a token with ${left} left, and no refresh token`,
          'Ask the provider to allow refresh tokens (offline_access).',
        ),
  ]
  const how = {
    clientId: client.clientId,
    claimNames: client.preset.claimNames,
    responseScope: body.grantedScope,
  }
  const now = ports.clock.now() + body.skewSeconds * 1000
  const { keys } = await signingKeys(client, body, ports)
  const subject = await verifyInspected(inspectToken(given.token, how), keys, { issuer: client.issuer, now })
  for (const { assertion, expected, actual, verdict, reason } of judge(subject, client.expect ?? {}, now)) {
    const text = `${assertion}: expected ${expected}, held ${actual}${reason ? ` (${reason})` : ''}`
    if (verdict === 'fail')
      lines.push(fail('claims', text, 'Ask whoever manages the provider, or mend expect in the profile.'))
    else if (verdict === 'unknown' && !(subject.opaque && !client.expect)) {
      lines.push(warn('claims', text, 'ls-auth whoami shows what the token says.'))
    }
  }
  if (lines.length === 1)
    lines.push(
      ok('claims', client.expect ? 'as the profile expects' : 'the profile expects nothing in particular'),
    )
  lines.push(scopes(client, body.grantedScope), ...secretAge(client, body.clientSecret, ports.clock.now()))
  const table = profile.access
  const groups = subject.identity.groups.value
  for (const { ask } of table ? misalignment(subject.identity.scopes.value, groups, table) : []) {
    lines.push(fail('access', 'scopes and groups disagree', ask))
  }
  return lines
}

function scopes(client: Client, granted: string | undefined): Checkup {
  if (granted === undefined) return ok('scopes', 'granted as asked for')
  const missing = client.scopes.filter(
    (scope) => scope !== 'offline_access' && !granted.split(' ').includes(scope),
  )
  return missing.length === 0
    ? ok('scopes', `granted as asked for: ${granted}`)
    : warn(
        'scopes',
        `asked for but not granted: ${missing.join(' ')}`,
        'Allow them for this client at the provider, or take them out of scopes.',
      )
}

function secretAge(client: Client, secret: { since: number } | undefined, now: number): Checkup[] {
  if (client.clientAuth === 'none' || !secret) return []
  const age = (now - secret.since) / 1000
  const text = `given ${formatDuration(age)} ago`
  return age > client.clientSecretMaxAgeSeconds
    ? [warn('client secret', text, 'Make a new one at the provider, then: ls-auth login')]
    : [ok('client secret', text)]
}
