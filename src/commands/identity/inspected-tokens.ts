import { type Inspected, type Inspection, inspectToken, verifyInspected } from '../../claims/inspect.ts'
import { isReadable, readJwt } from '../../claims/jwt/jwt.ts'
import { Failure } from '../../errors.ts'
import { presetFor } from '../../providers/detect.ts'
import { signingKeys } from '../../session/protocol/signing-keys.ts'
import type { Body } from '../../session/store/session-file.ts'
import type { Profile, Settings } from '../../settings/profile.ts'
import { sessionToken } from '../credentials.ts'
import { clientOf, givenToken, type Invocation } from '../invocation.ts'

/** The tokens a command looks at, and how their signatures can be checked. */
export interface Subjects {
  readonly access: Inspected | undefined
  readonly id: Inspected | undefined
  /** `session`: ours; `environment`: LS_AUTH_TOKEN; `input`: standard input. */
  readonly origin: 'session' | 'environment' | 'input'
  /** Local clock, milliseconds; undefined for a token that came from outside. */
  readonly expiresAt: number | undefined
  /** Provider's clock minus ours, seconds. */
  readonly skewSeconds: number
  verify(subject: Inspected, options: { offline: boolean; anew: boolean }): Promise<Inspected>
}

const MAX_INPUT_BYTES = 256 * 1024

/** The session's tokens, or the one given by LS_AUTH_TOKEN or `--token -`. `offline`: as they are kept, not renewed. */
export async function readSubjects(
  invocation: Invocation,
  profile: Profile,
  settings: Settings,
  options: { trustedIssuers?: readonly string[]; offline?: boolean } = {},
): Promise<Subjects> {
  const { trustedIssuers = [], offline = false } = options
  const outside = await outsideToken(invocation)
  if (outside) {
    const token = inspectToken(outside.token, reading(outside.token, profile))
    const isId = token.kind === 'id'
    return {
      access: isId ? undefined : token,
      id: isId ? token : undefined,
      origin: outside.origin,
      expiresAt: undefined,
      skewSeconds: 0,
      verify: verifier(invocation, profile, undefined, trustedIssuers),
    }
  }
  const { body, access, expiresAt } = await sessionTokens(invocation, profile, settings, offline)
  const how = ourReading(profile)
  const responseScope = body.grantedScope ?? profile.scopes.join(' ')
  return {
    access: access === undefined ? undefined : inspectToken(access, { ...how, responseScope }),
    id: body.idToken === undefined ? undefined : inspectToken(body.idToken, how),
    origin: 'session',
    expiresAt,
    skewSeconds: body.skewSeconds,
    verify: verifier(invocation, profile, body, trustedIssuers),
  }
}

async function sessionTokens(
  invocation: Invocation,
  profile: Profile,
  settings: Settings,
  offline: boolean,
): Promise<{ body: Body; access: string | undefined; expiresAt: number | undefined }> {
  const client = clientOf(profile, settings)
  if (!offline) {
    const { value: token, expiresAt, session } = await sessionToken(invocation, client, { use: 'access' })
    return { body: session.body, access: token, expiresAt }
  }
  const { readKept } = await import('../../session/cached-session.ts')
  const { body, access } = await readKept(client, invocation.ports)
  return {
    body,
    access: access?.value,
    expiresAt: access && access.receivedAt + access.expiresIn * 1000,
  }
}

async function outsideToken(
  invocation: Invocation,
): Promise<{ token: string; origin: 'input' | 'environment' } | undefined> {
  if (invocation.options.token === '-') {
    const token = (await invocation.ports.terminal.readAll(MAX_INPUT_BYTES)).trim().replace(/^Bearer\s+/i, '')
    if (token === '')
      throw new Failure('usage', 'standard input holds no token', {
        hint: 'Pipe one in: … | ls-auth whoami --token -',
      })
    return { token, origin: 'input' }
  }
  const token = givenToken(invocation)
  return token === undefined ? undefined : { token, origin: 'environment' }
}

const ourReading = ({ clientId, preset }: Profile): Inspection => ({
  clientId,
  claimNames: preset.claimNames,
  ownTokens: preset.ownTokens,
  responseScope: undefined,
})

/** A token of another issuer is read by that issuer's habits, whatever the profile is: reading is not believing. */
function reading(token: string, profile: Profile): Inspection {
  const jwt = readJwt(token)
  const claims = isReadable(jwt) ? jwt.payload : {}
  if (typeof claims.iss !== 'string' || isIssuer(profile.issuer, claims.iss, claims.tid, profile))
    return ourReading(profile)
  const { claimNames, ownTokens } = presetFor(claims.iss)
  return { clientId: undefined, claimNames, ownTokens, responseScope: undefined }
}

/**
 * Keys come from the profile's issuer, or from one the caller named; never from an address that only the token
 * names, or any token could make us call any host.
 */
function verifier(
  invocation: Invocation,
  profile: Profile,
  body: Body | undefined,
  trusted: readonly string[],
): Subjects['verify'] {
  return async (subject, { offline, anew }) => {
    const { ports } = invocation
    const now = ports.clock.now() + (body?.skewSeconds ?? 0) * 1000
    const issuer = subject.identity.issuer.value
    const known = [profile.issuer, ...trusted].find((one) =>
      isIssuer(one, issuer, subject.jwt?.payload.tid, profile),
    )
    if (offline || issuer === undefined || known === undefined || subject.notForUs)
      return judgeWithoutKeys(subject, now)
    const ours = known === profile.issuer
    const client = { issuer: known, preset: ours ? profile.preset : presetFor(known), http: profile.http }
    const cached = ours ? body : undefined
    const first = await signingKeys(client, cached, ports, anew)
    const verified = await verifyInspected(subject, first.keys, { issuer, now })
    const unknownKey =
      verified.answer && !verified.answer.verified && verified.answer.reason === 'unknown-key'
    if (!unknownKey || first.source === 'provider') return verified
    // Keys rotate: an unknown key id is worth one look at the provider's current set.
    return verifyInspected(subject, (await signingKeys(client, cached, ports, true)).keys, { issuer, now })
  }
}

/** What no key could mend (no signature at all, a MAC) is bad in any case; the rest is not known. */
async function judgeWithoutKeys(subject: Inspected, now: number): Promise<Inspected> {
  const judged = await verifyInspected(subject, {}, { issuer: subject.identity.issuer.value ?? '', now })
  const open = judged.answer && !judged.answer.verified && judged.answer.reason === 'unknown-key'
  return open ? subject : judged
}

/** The same string, an alias of it, or the profile's shared issuer with the token's own tenant in it (a GUID). */
function isIssuer(
  known: string | undefined,
  claimed: string | undefined,
  tenant: unknown,
  profile: Profile,
): boolean {
  if (known === undefined || claimed === undefined) return false
  if (known === claimed) return true
  const { issuerTemplate: template, issuerAliases: aliases, sharedIssuer } = profile.preset
  if (known !== profile.issuer) return false
  if (aliases.includes(claimed)) return true
  return (
    sharedIssuer?.test(known) === true &&
    typeof tenant === 'string' &&
    /^[0-9a-f-]{36}$/i.test(tenant) &&
    template?.replace('{tenantid}', tenant) === claimed
  )
}
