import { isIssuerOf, issuerMismatch } from '../../claims/issuer.ts'
import type { Client, Workload } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import { takesAudience } from '../../providers/workload-sources.ts'
import { typedDuration, wholeDuration } from '../../text/duration.ts'
import { safeText } from '../../text/safe-text.ts'
import { PROOF_ERRORS, ProviderFailure, wasRefused } from '../answers/provider-errors.ts'
import { forFewerScopes, gate } from '../policy-gate.ts'
import { storedTokens } from '../protocol/tokens.ts'
import { findFresh, isPlain, secondsLeft, type Want } from '../renewal/freshness.ts'
import { slotMismatch } from '../renewal/slot.ts'
import type { SessionBody, StoredToken } from '../store/session-file.ts'
import { type Proof, readProof } from './proof.ts'

/** A token of a program without a person. */
export interface WorkloadToken {
  readonly token: StoredToken
  /** What a session would hold beside it: metadata, keys, granted scope, clock skew. */
  readonly body: SessionBody
  /** The claims of the platform's proof, not verified; undefined: there is none, or it isn't a JWT. */
  readonly proofClaims: Proof['claims']
}

/** The tokens of one run of the program, by what they are for. */
export type HeldTokens = Map<string, Promise<WorkloadToken>>

/** Lifetime of a proof that does not say how long it is valid, seconds. */
const UNKNOWN_LIFE = 60

/**
 * A token that is valid now, from this process or new; commands at the same time share the request. Failures: `no-proof`,
 * `settings`, `network`, `provider-failed`, `not-signed-in` (refused by the provider), `not-allowed` (policy), `refused`,
 * `usage`, `cannot-do`.
 */
export async function workloadToken(
  client: Client,
  workload: Workload,
  want: Want,
  held: HeldTokens,
  ports: Ports,
): Promise<WorkloadToken> {
  const slot = JSON.stringify([client.profile, want.use, want.audience, want.scopes])
  for (;;) {
    const before = held.get(slot)
    // Whoever joins a request that is on its way shares its failure, too.
    const known = await before
    if (known && findFresh({ ...known.body, tokens: [known.token] }, want, ports.clock.now())) return known
    if (held.get(slot) !== before) continue
    const asked = askForToken(client, workload, want, ports)
    held.set(slot, asked)
    // No caller has replaced it in between: whoever asks waits for it.
    asked.catch(() => held.delete(slot))
    return checkLife(await asked, want, ports)
  }
}

/** Failure `usage`: it lives shorter than `--min-ttl`. */
function checkLife(given: WorkloadToken, { minTtlSeconds = 0 }: Want, ports: Ports): WorkloadToken {
  // A proof counts for a moment longer than it says, since clocks differ.
  const left = Math.max(0, Math.floor(secondsLeft(given.token, ports.clock.now())))
  if (left >= minTtlSeconds) return given
  throw new Failure('usage', `a new token lasts ${wholeDuration(left)}, less than --min-ttl requires`, {
    hint: `Use --min-ttl ${typedDuration(left)} at most.`,
  })
}

async function askForToken(
  client: Client,
  workload: Workload,
  want: Want,
  ports: Ports,
): Promise<WorkloadToken> {
  let proof: Proof | undefined
  try {
    const { source, grant } = workload
    if (grant === 'as-is') refuseChoice(client, workload, want)
    if (source.kind !== 'none')
      proof = await readProof(client, source, proofAudience(client, workload, want), ports)
    return grant === 'as-is' && proof
      ? await asItIs(client, want, proof, ports)
      : await exchanged(client, workload, want, proof, ports)
  } catch (error) {
    throw explainRefusal(error, workload, proof)
  }
}

/** A proof that is exchanged is for the provider, unless the profile names another audience for it. */
function proofAudience(
  client: Client,
  { source, grant, audience, clientAuth }: Workload,
  want: Want,
): string | undefined {
  if (!takesAudience(source)) return undefined
  if (grant !== 'as-is') {
    const { proofAudiences = [] } = clientAuth === 'source_token' ? client.preset : {}
    const usual = proofAudiences.find(({ issuer }) => issuer.test(client.issuer))?.audience
    return audience ?? usual ?? client.audience ?? client.issuer
  }
  const asked = want.audience || audience || client.audience
  if (asked !== undefined) return asked
  // The platform's default would be an audience that every API of its users accepts.
  throw new Failure('settings', `profile ${client.profile} has no audience for the token`, {
    hint: `Set the audience that the gateway expects: ls-auth profile set audience VALUE --profile ${client.profile}`,
  })
}

function refuseChoice(client: Client, { source }: Workload, want: Want): void {
  if (want.scopes !== '') throw cannotChoose(client, 'scope', source.name)
  if (want.audience !== '' && !takesAudience(source)) throw cannotChoose(client, 'audience', source.name)
}

async function asItIs(client: Client, want: Want, proof: Proof, ports: Ports): Promise<WorkloadToken> {
  const { claims, skewSeconds } = proof
  if (claims && !isIssuerOf(claims, client.issuer, client.preset))
    throw issuerMismatch(client.issuer, claims.iss)
  const receivedAt = ports.clock.now()
  const { exp } = claims ?? {}
  const expiresIn = typeof exp === 'number' ? Math.floor(exp - receivedAt / 1000 - skewSeconds) : UNKNOWN_LIFE
  const answer = { tokens: { jwks: undefined, receivedAt, expiresIn, skewSeconds }, scope: undefined }
  if (isPlain(want)) await gate(client, proof.value, answer, 'fail', ports)
  const { use, audience, scopes } = want
  return {
    token: { use, audience, scopes, value: proof.value, receivedAt, expiresIn },
    body: { tokens: [], skewSeconds, signedInAt: receivedAt },
    proofClaims: claims,
  }
}

async function exchanged(
  client: Client,
  workload: Workload,
  want: Want,
  proof: Proof | undefined,
  ports: Ports,
): Promise<WorkloadToken> {
  // Lazy: a token that is used unchanged needs no code that talks to a token endpoint.
  const { grantedToken } = await import('./workload-grant.ts')
  const { tokens, metadata } = await grantedToken(client, workload, want, proof, ports)
  const { receivedAt, skewSeconds, jwks, scope } = tokens
  const other = slotMismatch(client, want, tokens, {}, workload.grant === 'token-exchange')
  if (other) throw other
  const { use, audience, scopes } = want
  const token = storedTokens(tokens, { audience, scopes }).find((one) => one.use === use)
  if (token === undefined) {
    throw new Failure('cannot-do', 'the provider sent no ID token: programs get access tokens', {
      hint: 'Set use_token = "access" in the profile and drop --id-token.',
    })
  }
  const judged = scopes === '' ? client : forFewerScopes(client)
  if (audience === '') await gate(judged, token.value, { tokens, scope, metadata }, 'fail', ports)
  return {
    token,
    body: {
      tokens: [],
      skewSeconds,
      signedInAt: receivedAt,
      metadata: { value: metadata, fetchedAt: receivedAt },
      ...(jwks && { jwks }),
      ...(scope !== undefined && { grantedScope: scope }),
      ...(tokens.idToken && { idToken: tokens.idToken }),
    },
    proofClaims: proof?.claims,
  }
}

/**
 * A failure in words for whoever runs the program: the provider's refusal, with the claims of the proof. A program cannot sign
 * in, so a hint to do that is replaced.
 */
export function explainRefusal(error: unknown, workload: Workload, proof: Proof | undefined): unknown {
  if (!(error instanceof Failure)) return error
  if (!(error instanceof ProviderFailure)) return withoutLogin(error)
  // Neither the proof nor the client was looked at.
  if (PROOF_ERRORS.has(error.wire.error ?? '')) return error.withHint(NO_KEY)
  if (wasRefused(error)) {
    return new Failure('not-signed-in', error.message, {
      detail: [...error.detail, ...claimLines(proof)],
      hint: hintOn(error.wire.error, workload),
      cause: error,
    })
  }
  return withoutLogin(error)
}

/** The same failure; a hint to sign in is of no use to a program. */
const withoutLogin = (failure: Failure): Failure =>
  failure.hint.includes('ls-auth login') ? failure.withHint(NO_LOGIN) : failure

const NO_KEY = 'Workload tokens do not use DPoP. Turn DPoP off for this client at the provider.'
const NO_LOGIN = 'ls-auth doctor checks each step from the proof to the API.'

function hintOn(error: string | undefined, { grant, clientAuth }: Workload): string {
  if (error === 'unsupported_grant_type')
    return `Allow the grant ${grant} for this client at the provider, or set workload.grant.`
  if (error === 'invalid_scope' || error === 'invalid_target')
    return "Compare the profile's scopes and audience with those the provider allows this client."
  const isOfClient = error === 'invalid_client' || error === 'unauthorized_client'
  return (isOfClient || grant === 'client-credentials') && clientAuth !== 'source_token'
    ? `Check client_id and how it authenticates (workload.client_auth = "${clientAuth}").`
    : 'Compare issuer, audience and subject of the proof with those that the provider trusts.'
}

/** The claims that a provider trusts a proof by, one a line. */
function claimLines(proof: Proof | undefined): string[] {
  const { iss, aud, sub } = proof?.claims ?? {}
  return Object.entries({ iss, aud, sub }).flatMap(([name, value]) =>
    value === undefined ? [] : [`the proof says ${name} = ${safeText([value].flat().join(' '), 200)}`],
  )
}

/** The profile's part of a request that the source or the grant cannot fulfil. */
const cannotChoose = ({ profile }: Pick<Client, 'profile'>, what: string, source: string): Failure =>
  new Failure('cannot-do', `the token from ${source} is used unchanged, so its ${what} cannot be chosen`, {
    hint: `Drop the flag, or set another workload.grant in profile ${safeText(profile, 60)}.`,
  })
