import { createPublicKey, generateKeyPair, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { type Held, mayWrite, type Spare } from '../../attacks/attack.ts'
import { isReadable, type Jwt, readJwt } from '../../claims/jwt/jwt.ts'
import { fitsAlgorithm, type Jwk, keysOf, publicPart } from '../../claims/jwt/verify.ts'
import type { PartialClient } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { readCachedSession } from '../../session/cached-session.ts'
import { signingKeys } from '../../session/documents/signing-keys.ts'
import type { SessionBody, StoredToken } from '../../session/store/session-file.ts'
import { inspectOwn } from '../../session/verification.ts'
import type { Profile } from '../../settings/profile.ts'
import { requireClient } from '../../settings/required-client.ts'
import { givenToken, type Invocation } from '../invocation.ts'
import { repeatFlags } from '../repeat-flags.ts'
import { sessionToken } from '../request/credentials.ts'
import { requireApiOfGiven } from '../request/require-api.ts'

/** All that attacks are made of, but for the routes. */
export interface GatewayTokens extends Omit<Held, 'base' | 'read' | 'write'> {
  /** Names the person in the record where the access token is opaque. */
  readonly sessionIdToken: string | undefined
  /** What the tokens are bound to (RFC 9449); undefined: to nothing. */
  readonly proofKey: SessionBody['proofKey']
  readonly skewSeconds: number
}

/** Clocks may differ by this much, so a token that ended a moment ago may still be accepted. */
const LONG_OVER_SECONDS = 300

/**
 * The tokens that are kept now: a renewal, which the checks may bring about, replaces an expired one. Empty where there
 * isn't a session.
 */
export async function keptTokens(invocation: Invocation, profile: Profile): Promise<readonly StoredToken[]> {
  if (givenToken(invocation) !== undefined || profile.client.workload) return []
  try {
    return (await readCachedSession(requireClient(profile), invocation.ports)).body.tokens
  } catch (error) {
    if (error instanceof Failure) return []
    throw error
  }
}

/** The good token, what the session keeps beside it, and keys. Failures: those of {@link sessionToken}. */
export async function gatewayTokens(
  invocation: Invocation,
  profile: Profile,
  kept: readonly StoredToken[],
): Promise<GatewayTokens> {
  const { client } = profile
  const given = givenToken(invocation)
  if (given !== undefined) requireApiOfGiven(invocation.ports.env, profile)
  const held = given === undefined ? await sessionToken(invocation, requireClient(profile)) : undefined
  const token = given ?? held?.value ?? ''
  const body = held?.body
  const jwt = jwtOf(token)
  const { scopes, groups } = inspectOwn(client, token, body?.grantedScope).identity
  const now = invocation.ports.clock.now() / 1000 + (body?.skewSeconds ?? 0)
  const others =
    body === undefined ? undefined : [...kept, ...body.tokens, ...(await forOthers(invocation, profile))]
  return {
    token,
    jwt,
    sessionIdToken: body?.idToken,
    proofKey: body?.proofKey,
    skewSeconds: body?.skewSeconds ?? 0,
    publicKey: await publicKeyForms(invocation, client, jwt, body),
    newKey: await newKey(String(jwt?.header.alg)),
    idToken: idTokenFrom(body, token, client, now),
    ...spares(token, jwt, others, now, toGetOne(invocation, profile)),
    mayWrite: mayWrite(scopes, groups, profile.access),
  }
}

/** For no API that there is. A workload proves itself again for each token, so one more costs nothing. */
async function forOthers(invocation: Invocation, profile: Profile): Promise<readonly Kept[]> {
  if (profile.client.workload === undefined) return []
  const wish = { audience: 'https://ls-auth-doctor.invalid' }
  const token = await sessionToken(invocation, requireClient(profile), wish).catch((error) => {
    if (!(error instanceof Failure)) throw error
  })
  return token ? [{ use: 'access', value: token.value }] : []
}

/** A person's sign-in may pay for one with its refresh token, so that is for the person to do. */
function toGetOne(invocation: Invocation, { client: { workload, preset } }: Profile): string {
  if (workload) return 'the provider issues none'
  if (['server', 'mapper', 'none'].includes(preset.audience)) return 'none stored'
  return repeatFlags('none stored; to try it, first run: ls-auth token --audience OTHER-API', invocation)
}

type Kept = Pick<StoredToken, 'use' | 'value'>

const jwtOf = (token: string): Jwt | undefined => {
  const read = readJwt(token)
  return isReadable(read) ? read : undefined
}

function idTokenFrom(
  body: SessionBody | undefined,
  token: string,
  { preset }: PartialClient,
  now: number,
): Spare {
  if (body === undefined) return ONE_TOKEN
  if (preset.useToken === 'id' || body.idToken === token) return { missing: 'the profile sends it' }
  if (body.idToken === undefined) return { missing: 'none stored' }
  const exp = jwtOf(body.idToken)?.payload.exp
  return typeof exp === 'number' && exp > now
    ? { token: body.idToken }
    : { missing: 'the stored one has expired' }
}

const ONE_TOKEN: Spare = { missing: 'LS_AUTH_TOKEN holds one token only' }

/** An expired token, and one for another audience: each is wrong in this alone. */
function spares(
  token: string,
  jwt: Jwt | undefined,
  others: readonly Kept[] | undefined,
  now: number,
  toGetOther: string,
): Pick<Held, 'expired' | 'otherAudience'> {
  if (others === undefined) return { expired: ONE_TOKEN, otherAudience: ONE_TOKEN }
  const parsed = others
    .filter(({ use, value }) => use === 'access' && value !== token)
    .map(({ value }) => ({ value, claims: jwtOf(value)?.payload }))
  const ours = audiences(jwt?.payload.aud)
  const endOf = (claims: Jwt['payload'] | undefined) =>
    typeof claims?.exp === 'number' ? claims.exp : undefined
  const isForUs = (claims: Jwt['payload'] | undefined) =>
    audiences(claims?.aud).some((one) => ours.includes(one))
  const expired = parsed.find(
    ({ claims }) => isForUs(claims) && (endOf(claims) ?? now) + LONG_OVER_SECONDS < now,
  )
  const other = parsed.find(
    ({ claims }) => audiences(claims?.aud).length > 0 && !isForUs(claims) && (endOf(claims) ?? 0) > now,
  )
  return {
    expired: expired
      ? { token: expired.value }
      : { missing: 'none stored; run this again after yours expires' },
    otherAudience: other ? { token: other.value } : { missing: toGetOther },
  }
}

const audiences = (aud: unknown): readonly unknown[] => (aud === undefined ? [] : [aud].flat())

/** The key of the token as PEM and DER (SPKI), which verifiers hand to HMAC where they trust `alg`. Or why not. */
async function publicKeyForms(
  { ports }: Invocation,
  { issuer, preset, http }: PartialClient,
  jwt: Jwt | undefined,
  body: SessionBody | undefined,
): Promise<Held['publicKey']> {
  if (jwt === undefined || issuer === undefined) return 'the profile names no issuer'
  try {
    const { keys } = await signingKeys({ issuer, preset, http }, body, ports)
    const key = keysOf(keys).find((one) => isKeyOf(one, jwt))
    if (key === undefined) return 'the provider publishes no key for your token'
    const object = createPublicKey({ key: publicPart(key), format: 'jwk' })
    const pem = object.export({ type: 'spki', format: 'pem' }).toString()
    return [
      { form: 'PEM', secret: Buffer.from(pem) },
      { form: 'PEM without the last line end', secret: Buffer.from(pem.trimEnd()) },
      { form: 'DER', secret: object.export({ type: 'spki', format: 'der' }) },
    ]
  } catch (error) {
    if (error instanceof Failure) return error.message
    return 'the public key of the provider cannot be read'
  }
}

const isKeyOf = (key: Jwk, jwt: Jwt | undefined): boolean =>
  (jwt?.header.kid === undefined || jwt.header.kid === key.kid) && fitsAlgorithm(key, String(jwt?.header.alg))

/** As `node:crypto` names the curve of an algorithm (RFC 7518 §3.4). */
const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

/** A key of our own, for the same algorithm: another one would be refused for that. RS256 where it is not known. */
async function newKey(algorithm: string): Promise<Held['newKey']> {
  const alg = fitsAny(algorithm) ? algorithm : 'RS256'
  const namedCurve = CURVES[alg]
  const { privateKey, publicKey } =
    namedCurve !== undefined
      ? await promisify(generateKeyPair)('ec', { namedCurve })
      : alg === 'EdDSA'
        ? await promisify(generateKeyPair)('ed25519')
        : await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: randomUUID(), alg, use: 'sig' }
  return { privateKey, jwk }
}

const fitsAny = (algorithm: string): boolean => /^(RS|PS|ES)(256|384|512)$|^EdDSA$/.test(algorithm)
