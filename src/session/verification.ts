import { type Inspected, inspectToken, verifyInspected } from '../claims/inspect.ts'
import { type IssuerSpellings, isIssuerOf } from '../claims/issuer.ts'
import type { Client } from '../client.ts'
import { Failure } from '../errors.ts'
import type { HttpSettings, Ports } from '../ports.ts'
import { presetFor } from '../providers/detect.ts'
import type { Preset } from '../providers/preset.ts'
import { signingKeys } from './protocol/signing-keys.ts'
import type { SessionBody } from './store/session-file.ts'

/** An issuer whose keys may be fetched, and what is cached of it. */
export interface TrustedIssuer {
  readonly issuer: string
  readonly preset: IssuerSpellings & Pick<Preset, 'id' | 'issuerTemplate'>
  readonly http: HttpSettings
  readonly cached: Pick<SessionBody, 'metadata' | 'jwks'>
  /**
   * The token came from this issuer's own token endpoint, so it is checked with its keys whatever it calls itself (some
   * APIs are given tokens of an older spelling, or without `iss`); what it must call itself is the policy's to say.
   */
  readonly sentToken?: boolean
}

/** How far to go to check a signature. */
export interface Circumstances {
  /** Keys come from these issuers alone, or any token could make us call any host. */
  readonly trusted: readonly TrustedIssuer[]
  /** Provider's clock minus ours, seconds: keys may have a time window of their own. */
  readonly skewSeconds: number
  /** No request: only what no key could mend (no signature at all, a MAC) is judged. */
  readonly offline?: boolean
  /** The provider's current keys, whatever is cached. */
  readonly anew?: boolean
  /** Where the keys cannot be fetched: a Failure (the default), or a token that counts as unverified. */
  readonly whenUnreachable?: 'fail' | 'unverified'
}

/** The issuer a client signs in at; `session`: a session with it, whose tokens it sent. */
export const issuerOf = (
  { issuer, preset, http }: Pick<Client, 'issuer' | 'preset' | 'http'>,
  session?: Pick<SessionBody, 'metadata' | 'jwks'>,
): TrustedIssuer => ({ issuer, preset, http, cached: session ?? {}, sentToken: session !== undefined })

/** An issuer that the caller has named. */
export const namedIssuer = (issuer: string, http: HttpSettings): TrustedIssuer => ({
  issuer,
  preset: presetFor(issuer),
  http,
  cached: {},
})

/** Reads a token as this client's provider writes it. `responseScope`: `scope` of the token response. */
export const inspectOwn = (
  { clientId, preset }: { readonly clientId: string | undefined; readonly preset: Client['preset'] },
  token: string,
  responseScope: string | undefined,
): Inspected =>
  inspectToken(token, {
    clientId,
    claimNames: preset.claimNames,
    ownTokens: preset.ownTokens,
    responseScope,
  })

/**
 * Whether a token may be believed: the one place that decides it, for sign-in, renewal, whoami, check and doctor.
 * Keys are those of the trusted issuer that the token names, else of the one that sent it. An unknown key id is worth one look at the provider's
 * current key set, because keys rotate (OIDC Core §10.1.1). Failures: `provider-failed`, `network`.
 */
export async function verify(token: Inspected, how: Circumstances, ports: Ports): Promise<Inspected> {
  const now = ports.clock.now() + how.skewSeconds * 1000
  const { payload } = token.jwt ?? {}
  const named = payload && how.trusted.find(({ issuer, preset }) => isIssuerOf(payload, issuer, preset))
  const trusted = named ?? how.trusted.find(({ sentToken }) => sentToken)
  if (!payload || !trusted || how.offline || token.notForUs) return judgeWithoutKeys(token, now)
  const facts = { issuer: named ? String(payload.iss) : trusted.issuer, now }
  let judged = token
  try {
    const first = await signingKeys(trusted, trusted.cached, ports, how.anew)
    judged = await verifyInspected(token, first.keys, facts)
    if (first.source === 'provider' || !hasUnknownKey(judged)) return judged
    return await verifyInspected(token, (await signingKeys(trusted, trusted.cached, ports, true)).keys, facts)
  } catch (error) {
    if (how.whenUnreachable !== 'unverified' || !(error instanceof Failure)) throw error
    return judged
  }
}

/** What no key could mend is bad in any case; the rest is not known. */
async function judgeWithoutKeys(token: Inspected, now: number): Promise<Inspected> {
  const judged = await verifyInspected(token, {}, { issuer: token.identity.issuer.value ?? '', now })
  return hasUnknownKey(judged) ? token : judged
}

const hasUnknownKey = ({ answer }: Inspected): boolean =>
  answer?.verified === false && answer.reason === 'unknown-key'
