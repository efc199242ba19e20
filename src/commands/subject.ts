import { type Inspected, inspectToken, verifyInspected } from '../claims/inspect.ts'
import { Failure } from '../errors.ts'
import { signingKeys } from '../session/keys.ts'
import type { Body } from '../session/sealed-file.ts'
import type { Profile, Settings } from '../settings/profile.ts'
import { sessionToken } from './credentials.ts'
import { clientOf, givenToken, type Invocation } from './invocation.ts'

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

/** The session's tokens, or the one given by LS_AUTH_TOKEN or `--token -`. */
export async function readSubjects(
  invocation: Invocation,
  profile: Profile,
  settings: Settings,
  trustedIssuers: readonly string[] = [],
): Promise<Subjects> {
  const outside = await outsideToken(invocation)
  const how = { clientId: profile.clientId, claimNames: profile.preset.claimNames, responseScope: undefined }
  if (outside) {
    const token = inspectToken(outside.token, how)
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
  const given = await sessionToken(invocation, clientOf(profile, settings), { use: 'access' })
  const { body } = given.session
  const responseScope = body.grantedScope ?? profile.scopes.join(' ')
  return {
    access: inspectToken(given.token, { ...how, responseScope }),
    id: body.idToken === undefined ? undefined : inspectToken(body.idToken, how),
    origin: 'session',
    expiresAt: given.expiresAt,
    skewSeconds: body.skewSeconds,
    verify: verifier(invocation, profile, body, trustedIssuers),
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
    const claimed = subject.identity.issuer.value
    const known = [profile.issuer, ...trusted].find(
      (one) => one !== undefined && isIssuer(one, claimed, subject, profile),
    )
    if (!subject.jwt || known === undefined || claimed === undefined) return subject
    const issuer = claimed
    const { ports } = invocation
    const now = ports.clock.now() + (body?.skewSeconds ?? 0) * 1000
    const client = { issuer: known, preset: profile.preset, http: profile.http }
    const cached = known === profile.issuer ? body : undefined
    if (offline && !cached?.jwks) return subject
    const first = offline
      ? { keys: cached?.jwks?.value as Record<string, unknown>, source: 'cache' as const }
      : await signingKeys(client, cached, ports, anew)
    const verified = await verifyInspected(subject, first.keys, { issuer, now })
    const unknownKey =
      verified.answer && !verified.answer.verified && verified.answer.reason === 'unknown-key'
    if (!unknownKey || offline || first.source === 'provider') return verified
    // Keys rotate: an unknown key id is worth one look at the provider's current set.
    return verifyInspected(subject, (await signingKeys(client, cached, ports, true)).keys, { issuer, now })
  }
}

/** The same string, or the profile's shared issuer with the token's own tenant in it (a GUID, as Entra's are). */
function isIssuer(known: string, claimed: string | undefined, subject: Inspected, profile: Profile): boolean {
  if (known === claimed) return true
  const { issuerTemplate: template, issuerAliases: aliases } = profile.preset
  if (known !== profile.issuer || claimed === undefined) return false
  if (aliases.includes(claimed)) return true
  const tenant = subject.jwt?.payload.tid
  const shared = /\/(common|organizations|consumers)\//.test(known)
  return (
    shared &&
    typeof tenant === 'string' &&
    /^[0-9a-f-]{36}$/i.test(tenant) &&
    template?.replace('{tenantid}', tenant) === claimed
  )
}
