import { type Inspected, inspectToken, verifyInspected } from '../claims/inspect.ts'
import { type IssuerSpellings, isIssuerOf } from '../claims/issuer.ts'
import type { SignatureProblem } from '../claims/jwt/verify.ts'
import type { Client } from '../client.ts'
import { Failure } from '../errors.ts'
import type { HttpSettings } from '../ports/http.ts'
import type { Ports } from '../ports/ports.ts'
import { presetFor } from '../providers/detect.ts'
import type { Preset } from '../providers/preset.ts'
import { type KeySet, signingKeys } from './documents/signing-keys.ts'
import type { SessionBody } from './store/session-file.ts'

/** An issuer whose keys may be fetched, with its cached metadata and keys. */
export interface TrustedIssuer {
  readonly issuer: string
  readonly preset: IssuerSpellings & Pick<Preset, 'id' | 'issuerTemplate' | 'metadataAt'>
  readonly http: HttpSettings
  readonly cached: Pick<SessionBody, 'metadata' | 'jwks'>
  /**
   * The token came from this issuer's own token endpoint, so its keys verify it. Some tokens have an older spelling of the
   * issuer, or no `iss`; the policy has the expected `iss`.
   */
  readonly sentToken?: boolean
}

/** How to verify a signature. */
export interface VerifyOptions {
  /** Keys are fetched from these issuers alone, or a token could make us send requests to any host (SSRF). */
  readonly trusted: readonly TrustedIssuer[]
  /** Provider's clock minus ours, seconds: keys may have `nbf` and `exp`. */
  readonly skewSeconds: number
  /** No request: only problems that no key could solve (no signature at all, a MAC) are reported. */
  readonly offline?: boolean
  /** Fetch the provider's current keys even when the cached ones are fresh. */
  readonly skipCache?: boolean
  /** When the keys cannot be fetched: throw the Failure (the default), or leave the token unverified. */
  readonly whenUnreachable?: 'fail' | 'unverified'
  /** Current keys that were fetched for another token of this command; those of this one are added. */
  readonly fetched?: Map<TrustedIssuer, Promise<KeySet>>
}

/** The issuer of a client; with `session` its caches are used, and `sentToken` holds. */
export const issuerOf = (
  { issuer, preset, http }: Pick<Client, 'issuer' | 'preset' | 'http'>,
  session?: Pick<SessionBody, 'metadata' | 'jwks'>,
): TrustedIssuer => ({ issuer, preset, http, cached: session ?? {}, sentToken: session !== undefined })

/** Whose tokens a session holds: of the API's own server, where there is one, and of its provider. */
export const issuersOf = (client: Client, session: SessionBody): readonly TrustedIssuer[] => [
  ...(client.server ? [issuerOf(client.server, session.server ?? {})] : []),
  issuerOf(client, session),
]

/** An issuer that the caller has named. */
export const namedIssuer = (issuer: string, http: HttpSettings): TrustedIssuer => ({
  issuer,
  preset: presetFor(issuer),
  http,
  cached: {},
})

/**
 * Parses a token by the preset of this client's provider. `responseScope`, `responseExpiry`: what the token response
 * said, the latter in seconds since the epoch by the provider's clock.
 */
export const inspectOwn = (
  { clientId, preset }: { readonly clientId: string | undefined; readonly preset: Client['preset'] },
  token: string,
  responseScope: string | undefined,
  responseExpiry?: number,
): Inspected =>
  inspectToken(token, {
    clientId,
    claimNames: preset.claimNames,
    ownTokens: preset.ownTokens,
    responseScope,
    responseExpiry,
  })

/**
 * Verifies a token's signature: the one place that does it, for sign-in, refresh, whoami, check and doctor. The keys are those
 * of the trusted issuer that the token names, else of its sender. For an unknown key id or a wrong signature the JWKS is
 * fetched once more: keys rotate, some under the same id (OIDC Core §10.1.1). Failures: `provider-failed`, `network`.
 */
export async function verify(token: Inspected, how: VerifyOptions, ports: Ports): Promise<Inspected> {
  const now = ports.clock.now() + how.skewSeconds * 1000
  const { payload } = token.jwt ?? {}
  const named = payload && how.trusted.find(({ issuer, preset }) => isIssuerOf(payload, issuer, preset))
  const trusted = named ?? how.trusted.find(({ sentToken }) => sentToken)
  if (!payload || !trusted || how.offline || token.notForUs || hasNoKeys(trusted))
    return judgeWithoutKeys(token, now)
  const facts = { issuer: named ? String(payload.iss) : trusted.issuer, now }
  let judged = token
  try {
    const first = await keysFor(trusted, how, how.skipCache ?? false, ports)
    judged = await verifyInspected(token, first.keys, facts)
    if (first.source === 'provider' || !mayHaveNewKey(judged)) return judged
    return await verifyInspected(token, (await keysFor(trusted, how, true, ports)).keys, facts)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    if (how.whenUnreachable !== 'unverified' && judged.signature !== 'bad') throw error
    return judged
  }
}

/** A plain OAuth server need not publish keys (RFC 8414 §2). */
const hasNoKeys = ({ cached: { metadata } }: TrustedIssuer): boolean =>
  metadata !== undefined && metadata.value.jwks_uri === undefined

function keysFor(
  trusted: TrustedIssuer,
  { fetched }: VerifyOptions,
  skipCache: boolean,
  ports: Ports,
): Promise<KeySet> {
  const known = fetched?.get(trusted)
  if (known) return known
  const keys = signingKeys(trusted, trusted.cached, ports, skipCache)
  if (skipCache) fetched?.set(trusted, keys)
  return keys
}

/** Without keys only a problem that no key could solve is known; otherwise the token stays unverified. */
async function judgeWithoutKeys(token: Inspected, now: number): Promise<Inspected> {
  const judged = await verifyInspected(token, {}, { now })
  return problemOf(judged) === 'unknown-key' ? token : judged
}

/** Whether newer keys than the cached ones may verify the token. */
const mayHaveNewKey = (token: Inspected): boolean => {
  const problem = problemOf(token)
  return problem === 'unknown-key' || problem === 'bad-signature'
}

const problemOf = ({ answer }: Inspected): SignatureProblem | undefined =>
  answer?.verified === false ? answer.reason : undefined

/** Whether the token names a key that the provider does not show: retired, new, or never its own. */
export const hasUnknownKey = (token: Inspected): boolean => problemOf(token) === 'unknown-key'
