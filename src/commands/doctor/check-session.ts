import { misalignment } from '../../claims/access-level.ts'
import type { Inspected } from '../../claims/inspect.ts'
import { type Expect, judge } from '../../claims/policy.ts'
import type { Client, Workload } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { hintFor } from '../../providers/hints.ts'
import { workloadWords } from '../../providers/workload-sources.ts'
import { missingScopes } from '../../session/answers/token-answer.ts'
import { earlierAttempt } from '../../session/renewal/freshness.ts'
import { refreshTokenOf, type Session } from '../../session/store/session.ts'
import type { SessionBody } from '../../session/store/session-file.ts'
import { inspectOwn, issuersOf, verify } from '../../session/verification.ts'
import { shortDuration } from '../../settings/duration.ts'
import { type Profile, sendsToken } from '../../settings/profile.ts'
import { requireClient } from '../../settings/required-client.ts'
import { readTokens } from '../inspected-tokens.ts'
import { givenToken, type Invocation } from '../invocation.ts'
import { sessionToken, type ValidToken } from '../request/credentials.ts'
import { otherIssuerHint } from '../request/other-issuer.ts'
import { type Checkup, fail, ok, warn } from './checkup.ts'

/** Checks the session: still valid, claims as the policy expects, requested scopes granted, access consistent. */
export async function checkSession(invocation: Invocation, profile: Profile): Promise<Checkup[]> {
  if (givenToken(invocation) !== undefined) return checkGiven(invocation, profile)
  if (profile.client.preset.signsIn !== 'person' && !profile.client.workload) {
    return [warn('session', NOBODY, "Set LS_AUTH_TOKEN to the program's token and run this again.")]
  }
  const client = requireClient(profile)
  let given: ValidToken
  try {
    given = await sessionToken(invocation, client, { toInspect: true })
  } catch (error) {
    // A workload never signs in: with the same code its provider has refused it.
    if (!client.workload && error instanceof Failure && error.code === 'not-signed-in') {
      return [warn('session', NOBODY, `Run: ls-auth login --profile ${profile.name}`)]
    }
    throw error
  }
  const { body, session } = given
  const { ports } = invocation
  const api = client.server ?? client
  const { preset } = api
  const { skewSeconds } = body
  const now = ports.clock.now() + skewSeconds * 1000
  const expiry = given.expiresAt / 1000 + skewSeconds
  const inspected = inspectOwn(api, given.value, body.grantedScope, expiry)
  const token = await verify(inspected, { trusted: issuersOf(client, body), skewSeconds }, ports)
  const claimLines = claims(token, client.expect, now, preset.leewaySeconds, api)
  // With strict, commands also refuse the unknown, which is a warning here.
  const refused = claimLines.some(({ verdict }) => verdict === 'fail')
    ? undefined
    : await refusedByExpect(invocation, profile)
  return [
    session ? aliveSession(session, given.secondsLeft, client) : aliveWorkload(client, given),
    ...claimLines,
    ...otherIssuer(token, api, profile),
    ...(refused ? [{ ...fail('claims', refused.message, refused.hint), detail: refused.detail }] : []),
    ...((client.workload ?? client.server) && preset.scopes.length === 0 ? [] : [scopes(api, body)]),
    ...secretAge(api, body.clientSecret, ports.clock.now()),
    ...alignment(token, profile),
  ]
}

/** Why no command sends the token of this sign-in: it is not as `expect` says. Undefined: they do send it. */
export async function refusedByExpect(
  invocation: Invocation,
  profile: Profile,
): Promise<Failure | undefined> {
  const { expect, preset, workload } = profile.client
  // A workload's has been judged when it came; a given one is not judged.
  if (!expect || workload || preset.signsIn !== 'person' || !sendsToken(profile)) return undefined
  if (givenToken(invocation) !== undefined) return undefined
  try {
    await sessionToken(invocation, requireClient(profile))
    return undefined
  } catch (error) {
    if (error instanceof Failure && error.code === 'not-allowed') return error
    throw error
  }
}

/** The session line when there is no token for the API. */
export const NOBODY = 'not signed in'

/** The same for LS_AUTH_TOKEN, which commands use in place of the session. */
async function checkGiven(invocation: Invocation, profile: Profile): Promise<Checkup[]> {
  const { access, id, trusted, skewSeconds } = await readTokens(invocation, profile)
  const token = await verify((access ?? id) as Inspected, { trusted, skewSeconds }, invocation.ports)
  const now = invocation.ports.clock.now()
  const { expect, preset } = profile.client
  return [
    ok('session', 'LS_AUTH_TOKEN is set, so commands use that token and ignore sign-ins on this machine'),
    ...claims(token, expect, now, preset.leewaySeconds),
    ...alignment(token, profile),
  ]
}

const valuesOf = ({ issuer, clientId, preset }: Client) => ({
  issuer,
  client: clientId,
  scopes: preset.scopes,
})

/** What the session remembers of a renewal that was refused; undefined: nothing. */
function notRenewed(session: Session): string | undefined {
  const { body } = session
  if (body.narrowed && body.afterNarrowing === 'kept')
    return 'the provider only renews the token requested with --scope or --audience'
  const earlier = earlierAttempt(body, refreshTokenOf(session) ?? '')
  if (earlier === 'refused' || earlier === 'lost') return 'the provider refused to renew it'
  if (earlier === 'another-person') return 'a renewal returned another account'
  if (earlier === 'perhaps-spent')
    return 'the provider has refused an audience since, which may have ended the sign-in'
  return earlier === 'unexplained' ? 'the provider did not renew it and gave no reason' : undefined
}

function aliveSession(session: Session, secondsLeft: number, client: Client): Checkup {
  const renewable = session.body.refresh !== undefined || session.secret.refresh !== undefined
  if (!renewable || !notRenewed(session)) return alive(secondsLeft, renewable, client)
  return warn(
    'session',
    `a token with ${shortDuration(secondsLeft)} left, and ${notRenewed(session)}`,
    `Run: ls-auth login --profile ${client.profile}`,
  )
}

/** A workload has just got its token. */
function aliveWorkload(client: Client, { secondsLeft, proofClaims }: ValidToken): Checkup {
  const { source, grant } = client.workload as Workload
  const facts = workloadWords(proofClaims)
  return ok(
    'workload',
    `a token with ${shortDuration(secondsLeft)} left by ${grant}${source.kind === 'none' ? '' : ` from ${source.name}`}${facts && `: ${facts}`}`,
  )
}

function alive(secondsLeft: number, renewable: boolean, client: Client): Checkup {
  const left = shortDuration(secondsLeft)
  if (renewable) return ok('session', `a token with ${left} left, renewed as needed`)
  const hint = hintFor(client.preset.id, { where: 'token', error: 'no-refresh-token' }, valuesOf(client))
  return warn(
    'session',
    `a token with ${left} left, and no refresh token`,
    hint ?? "Ask the provider's administrator to allow refresh tokens (offline_access).",
  )
}

/** `client`: of the session; left out for LS_AUTH_TOKEN. */
function claims(
  token: Inspected,
  expect: Expect | undefined,
  now: number,
  leewaySeconds: number,
  client?: Client,
): Checkup[] {
  const lines: Checkup[] = []
  if (client && (token.opaque || token.notForUs) && client.preset.useToken === 'access') {
    const hint = hintFor(client.preset.id, { where: 'token', error: 'opaque-token' }, valuesOf(client))
    const text = 'the access token is only for the provider; your APIs cannot check it'
    if (hint !== undefined) lines.push(warn('claims', text, hint))
  }
  for (const { assertion, expected, actual, verdict, reason } of judge(
    token,
    { ...expect, leewaySeconds },
    now,
  )) {
    const text = `${assertion}: expected ${expected}, held ${actual}${reason ? ` (${reason})` : ''}`
    if (verdict === 'fail')
      lines.push(fail('claims', text, "Ask the provider's administrator, or change expect in the profile."))
    else if (verdict === 'unknown' && !((token.opaque || token.notForUs) && !expect)) {
      lines.push(warn('claims', text, 'ls-auth whoami shows what the token says.'))
    }
  }
  if (lines.length > 0) return lines
  return [ok('claims', expect ? 'as the profile expects' : 'the profile has no expectations')]
}

/** Where `expect` names an issuer, the claims have been judged by that one. A workload does not sign in. */
function otherIssuer({ token, identity }: Inspected, client: Client, profile: Profile): Checkup[] {
  const { workload, expect } = client
  if (workload || expect?.issuer?.length || !sendsToken(profile)) return []
  const hint = otherIssuerHint(token, client)
  if (hint === undefined) return []
  return [warn('claims', `the access token has another issuer: ${identity.issuer.value}`, hint)]
}

function alignment({ identity }: Inspected, { access: table }: Profile): Checkup[] {
  const found = table ? misalignment(identity.scopes, identity.groups, table) : []
  return found.map(({ ask }) => warn('access', 'scopes and groups disagree', ask))
}

function scopes(client: Client, { grantedScope: granted, idToken }: SessionBody): Checkup {
  const missing = missingScopes(client, granted, idToken)
  if (missing.length === 0)
    return ok('scopes', `granted as requested${granted === undefined ? '' : `: ${granted}`}`)
  const { unlistedScopes } = client.preset
  return warn(
    'scopes',
    `requested but not ${unlistedScopes ? 'listed as granted' : 'granted'}: ${missing.join(' ')}`,
    unlistedScopes ?? 'Allow them for this client at the provider, or remove them from scopes.',
  )
}

function secretAge(client: Client, secret: { since: number } | undefined, now: number): Checkup[] {
  if (client.preset.clientAuth === 'none' || !secret) return []
  const age = (now - secret.since) / 1000
  const text = `given ${shortDuration(age)} ago`
  return age > client.clientSecretMaxAgeSeconds
    ? [
        warn(
          'client secret',
          text,
          'Create a new secret at the provider. Then run ls-auth logout and ls-auth login, which asks for it',
        ),
      ]
    : [ok('client secret', text)]
}
