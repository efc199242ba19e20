import { payloadOf } from '../../claims/jwt/jwt.ts'
import type { Client } from '../../client.ts'
import { Failure, NetworkFailure } from '../../errors.ts'
import { waitHint } from '../../http-answers/rate-limit.ts'
import type { Ports } from '../../ports/ports.ts'
import { hintFor } from '../../providers/hints.ts'
import { steadyClock } from '../../steady-clock.ts'
import { safeText } from '../../text/safe-text.ts'
import { checkSameAudience, checkSamePerson, checkSameSubject } from '../answers/id-token.ts'
import { NOT_HERE, ProviderFailure } from '../answers/provider-errors.ts'
import { mayBeElsewhere } from '../documents/metadata.ts'
import { type Redeemed, redeemAgain, redeemSignIn } from '../identity-assertion.ts'
import { gate } from '../policy-gate.ts'
import { connect, reconnect } from '../protocol/connection.ts'
import type { Provider, Unbelieved } from '../protocol/provider.ts'
import { refreshEnd, storedTokens, type Tokens } from '../protocol/tokens.ts'
import type { Session } from '../store/session.ts'
import type { SessionBody } from '../store/session-file.ts'
import { inspectOwn } from '../verification.ts'
import { isPlain, sameSlot, type Want } from './freshness.ts'
import { slotMismatch, slotParameters } from './slot.ts'
import { type Event, narrowedForGood, type Renewal } from './step.ts'

/**
 * Sends the refresh token once, and once more where the provider has moved its token endpoint. Gives the result as an event
 * of the state machine. Throws no Failure.
 */
export async function renew(
  refreshToken: string,
  { body }: Pick<Session, 'body'>,
  asker: { readonly client: Client; readonly want: Want; readonly ports: Ports },
): Promise<Event> {
  const { client, ports, want } = asker
  let sent = false
  try {
    const again = client.server && (await renewedAgain(client.server, body, want, ports))
    if (again) return { type: 'answered', renewal: again }
    let provider = await connect(client, body, ports)
    const parameters = slotParameters(client, want, body)
    const endpoint = provider.metadata.token_endpoint
    sent = true
    const answer = await refreshWhenReached(provider, refreshToken, parameters, ports).catch(
      async (error) => {
        // Cached metadata may be out of date. Nothing was consumed, and the token goes to no endpoint twice.
        const moved = mayHaveMoved(error, provider, client) && (await reconnect(client, body, ports))
        if (!moved) throw error
        provider = moved
        return refreshWhenReached(provider, refreshToken, parameters, ports)
      },
    )
    const other = 'failure' in answer ? undefined : anotherPerson(answer, body)
    if (other) return { type: 'another-person', failure: other, foreign: answer.refreshToken }
    const renewed =
      client.server && !('failure' in answer)
        ? await byBothLegs(client, client.server, provider, answer, body, ports)
        : await renewal(
            asker,
            provider,
            'failure' in answer ? answer : ofOnePerson(client, want, answer, body),
            body,
          )
    const rotated = renewed.refresh !== undefined && renewed.refresh !== refreshToken
    const narrowed = isPlain(want)
      ? body.narrowed && renewed.unusable !== undefined
      : body.narrowed || rotated
    const { metadata } = provider
    const moved = metadata.token_endpoint !== endpoint && { value: metadata, fetchedAt: ports.clock.now() }
    return {
      type: 'answered',
      renewal: { ...renewed, ...(narrowed && { narrowed }), ...(moved && { metadata: moved }) },
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return sent ? withoutRenewal(error, client, want, body) : { type: 'unsent', failure: error }
  }
}

/** The token of the API's own server by the assertion that is kept: the company's refresh token is not sent. */
async function renewedAgain(
  server: Client,
  body: SessionBody,
  want: Want,
  ports: Ports,
): Promise<Renewal | undefined> {
  const api = want.use === 'access' ? await redeemAgain(server, body, ports) : undefined
  const { idToken, skewSeconds } = body
  return api && { ...(idToken && { idToken }), skewSeconds, ...(await ofServer(server, api, ports)) }
}

/** What the company's refresh brought is kept, whatever becomes of the legs after it. */
async function byBothLegs(
  client: Client,
  server: Client,
  provider: Provider,
  tokens: Tokens,
  body: SessionBody,
  ports: Ports,
): Promise<Renewal> {
  const { refreshToken, skewSeconds, jwks, idToken = body.idToken } = tokens
  const own = {
    skewSeconds,
    ...(refreshToken !== undefined && { refresh: refreshToken }),
    ...refreshEnd(tokens),
    ...(idToken && { idToken }),
    ...(jwks && { jwks }),
  }
  const ids = storedTokens(tokens).filter(({ use }) => use === 'id')
  try {
    const api = await ofServer(
      server,
      await redeemSignIn({ client, provider, idToken }, server, body, ports),
      ports,
    )
    return { ...own, ...api, tokens: [...ids, ...api.tokens] }
  } catch (unusable) {
    if (!(unusable instanceof Failure)) throw unusable
    return { ...own, tokens: ids, unusable }
  }
}

/** The part of a renewal that the API's own server has given. */
async function ofServer(
  server: Client,
  { tokens, provider, server: kept }: Redeemed,
  ports: Ports,
): Promise<Pick<Renewal, 'tokens' | 'grantedScope' | 'server' | 'refusal'>> {
  const { metadata } = provider
  const { scope } = tokens
  const answer = {
    tokens,
    scope: scope ?? server.preset.scopes.join(' '),
    metadata,
    isRenewal: true,
  } as const
  const refusal = await gate(server, tokens.accessToken, answer, 'unverified', ports).then(
    () => undefined,
    (error) => {
      if (error instanceof Failure) return error
      throw error
    },
  )
  return {
    tokens: storedTokens(tokens).filter(({ use }) => use === 'access'),
    ...(scope !== undefined && { grantedScope: scope }),
    server: kept,
    ...(refusal && { refusal }),
  }
}

/** The event for a failed refresh: what the failure says about the refresh token. */
function withoutRenewal(failure: Failure, client: Client, want: Want, body: SessionBody): Event {
  const { preset } = client
  if (failure instanceof NetworkFailure) return { type: failure.sent ? 'unanswered' : 'unsent', failure }
  if (!(failure instanceof ProviderFailure)) return { type: 'unusable', failure }
  const { error, status = 400, intercepted, endsSession } = failure.wire
  if (status === 429)
    return {
      type: 'unusable',
      failure: new Failure('rate-limited', 'the provider asks to slow down (HTTP 429)', {
        detail: failure.detail,
        hint: waitHint(failure.wire.limit ?? {}),
      }),
    }
  const isPage = failure.code === 'provider-failed' && intercepted && status < 500
  if (error === undefined && isPage && !NOT_HERE.includes(status))
    return { type: 'unusable', failure: failure.withHint(ON_THE_WAY) }
  if (error === undefined && !SILENT_REFUSALS.includes(status)) return { type: 'unusable', failure }
  if (error !== undefined && !preset.deadRefreshCodes.includes(error)) {
    const aboutGrant = GRANT_ERRORS.includes(error)
    const spent = error === 'invalid_target'
    const type = spent ? 'perhaps-spent' : 'denied'
    const report = spent ? failure.withDetail(PERHAPS_SPENT) : failure
    if (!isPlain(want)) return { type, failure: aboutGrant ? report.withHint(OTHER_SLOT) : report }
    if (body.narrowed && aboutGrant) return { type, failure: narrowedForGood(failure.detail) }
    const isGone = error === 'invalid_scope' && preset.scopesAtRenewal
    return { type, failure: isGone ? report.withHint(GONE_SCOPE) : report }
  }
  // The other codes may be about this request, or about something the person can do (consent): the token may work again.
  if (endsSession || (isPlain(want) && error === 'invalid_grant'))
    return { type: 'refused', failure, isDead: true }
  if (isPlain(want)) return { type: error === undefined ? 'unexplained' : 'refused', failure }
  // Our own request is well-formed. One with a user's scope or audience may be rejected for these.
  if (error !== undefined && error !== 'invalid_request')
    return { type: 'refused', failure: slotRefusal(client, want, body, failure) }
  return { type: 'unexplained', failure: failure.withHint(WITHOUT_SLOT) }
}

/**
 * Whether the failure may come of the token endpoint being elsewhere now, and of nothing else that we know of. Redirects (3xx)
 * are never followed.
 */
function mayHaveMoved(failure: unknown, { metadata }: Provider, { preset }: Client): boolean {
  if (failure instanceof NetworkFailure) return mayBeElsewhere(failure, metadata.token_endpoint, metadata)
  if (!(failure instanceof ProviderFailure)) return false
  const { error, status = 0 } = failure.wire
  // Who knows that the refresh token has ended has read it.
  if (error !== undefined && preset.deadRefreshCodes.includes(error)) return false
  return NOT_HERE.includes(status) || (status >= 300 && status < 400)
}

/** The page may be the provider's own anyway, and the sign-in over: it is not known, so the person decides. */
const ON_THE_WAY =
  'A proxy or firewall may have answered (see HTTPS_PROXY, NO_PROXY and proxy in the profile). Try again. If it keeps failing: ls-auth login'
/** Statuses of a provider that rejects a token without an error code; others come from proxies and gateways. */
const SILENT_REFUSALS: readonly number[] = [400, 401, 403]
/** Errors about the requested scope or audience (RFC 6749 §5.2, RFC 8707 §2). */
const GRANT_ERRORS: readonly string[] = ['invalid_scope', 'invalid_target']
/** Scopes are judged before a rotated refresh token is used up; an audience is judged by some afterwards. */
const PERHAPS_SPENT =
  'this ends the sign-in at some providers; if the next renewal fails, sign in again (ls-auth login)'
/** The scopes of the session are asked for, whatever the profile has by now. */
const GONE_SCOPE =
  'A scope of this sign-in no longer exists. Ask for it to be created again, or remove it from scopes and sign in again: ls-auth login'
const OTHER_SLOT =
  'Request a scope or audience that this sign-in covers. For more: ls-auth login --scope NAME, or ls-auth login --audience NAME'
const WITHOUT_SLOT =
  'The scope or audience may be the cause. ls-auth token without --scope and --audience shows whether you are still signed in.'

const RETRY_MILLISECONDS = [250, 750] as const
/** Who has waited for so long knows that it does not answer, and is not asked to wait as long again. */
const RETRIES_WITHIN_MILLISECONDS = 4_000

/**
 * Retries only a request that was certainly not sent (no name, no connection), and soon failed. A refresh is not idempotent: a
 * strict provider treats a second use of the same refresh token as theft (RFC 9700 §4.14.2).
 */
async function refreshWhenReached(
  provider: Provider,
  refreshToken: string,
  parameters: Record<string, string>,
  ports: Ports,
): Promise<Tokens | Unbelieved> {
  const clock = steadyClock(ports.clock)
  const last = clock.now() + RETRIES_WITHIN_MILLISECONDS
  for (const pause of RETRY_MILLISECONDS) {
    try {
      return await provider.refresh(refreshToken, parameters)
    } catch (error) {
      // A wrong setting (code settings) stays wrong.
      if (!(error instanceof NetworkFailure) || error.code !== 'network') throw error
      if (error.sent || clock.now() > last) throw error
      await clock.sleep(pause * (0.5 + Math.random()))
    }
  }
  return provider.refresh(refreshToken, parameters)
}

async function renewal(
  { client, want, ports }: { readonly client: Client; readonly want: Want; readonly ports: Ports },
  { metadata }: Provider,
  tokens: Tokens | Unbelieved,
  body: SessionBody,
): Promise<Renewal> {
  const refresh = tokens.refreshToken === undefined ? {} : { refresh: tokens.refreshToken }
  // Only the refresh token of this answer is kept, without which the session would be lost.
  const withNothing = (unusable: Failure): Renewal => ({
    tokens: [],
    skewSeconds: body.skewSeconds,
    ...refresh,
    unusable,
  })
  if ('failure' in tokens) return withNothing(tokens.failure)
  const mismatch = slotMismatch(client, want, tokens, body)
  if (mismatch) return withNothing(mismatch)
  const scope = tokens.scope ?? body.grantedScope
  const token = client.preset.useToken === 'id' ? tokens.idToken : tokens.accessToken
  let refusal: Failure | undefined
  try {
    // The policy is about the profile's own API.
    if (token !== undefined && isPlain(want)) {
      // When the JWKS cannot be fetched now, the new tokens are kept anyway.
      await gate(client, token, { tokens, scope, metadata, isRenewal: true }, 'unverified', ports)
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    refusal = error
  }
  return {
    tokens: storedTokens(tokens, { audience: want.audience, scopes: want.scopes }),
    skewSeconds: tokens.skewSeconds,
    ...refresh,
    ...refreshEnd(tokens),
    ...(tokens.idToken === undefined ? {} : { idToken: tokens.idToken }),
    ...(scope === undefined || !isPlain(want) ? {} : { grantedScope: scope }),
    ...(tokens.jwks === undefined ? {} : { jwks: tokens.jwks }),
    ...(refusal === undefined ? {} : { refusal }),
  }
}

/** Why an answer is for another person than the session's; undefined: it is not, as far as its ID token says. */
function anotherPerson({ idClaims }: Tokens, { idToken }: SessionBody): Failure | undefined {
  try {
    checkSamePerson(payloadOf(idToken), idClaims)
    return undefined
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure
    return failure
  }
}

/**
 * The tokens, or why they cannot be used: the ID token is for other clients, or the access token for another person than the
 * session's.
 */
function ofOnePerson(client: Client, want: Want, tokens: Tokens, body: SessionBody): Tokens | Unbelieved {
  const subject = (token: string | undefined) =>
    token === undefined ? undefined : inspectOwn(client, token, undefined).identity.subject.value
  const { audience, scopes } = want
  const before = body.tokens.find((token) => sameSlot(token, { use: 'access', audience, scopes }))
  try {
    checkSameAudience(payloadOf(body.idToken), tokens.idClaims, audience !== '')
    checkSameSubject(
      subject(tokens.idToken ?? body.idToken),
      subject(before?.value),
      subject(tokens.accessToken),
    )
    return tokens
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure
    return { failure, refreshToken: tokens.refreshToken }
  }
}

/**
 * The provider gives no token for another API or other scopes: a consent or a rule of that API is missing there. Or the refresh
 * token is dead without a word about it: the next renewal of the session's own token finds that out.
 */
function slotRefusal(client: Client, want: Want, body: SessionBody, { detail }: Failure): Failure {
  const { scope = '' } = slotParameters(client, want, body)
  const { issuer, clientId, preset } = client
  // By the words alone: the hints for a code are for one's own sign-in, and want it again.
  const error = { description: detail.join(' '), where: 'token' } as const
  const hint = hintFor(preset.id, error, {
    issuer,
    client: clientId,
    scopes: scope.split(' ').filter(Boolean),
  })
  return new Failure('not-allowed', `the provider refused a token ${namesOf(want)}; the sign-in is kept`, {
    detail,
    hint: hint ?? PERHAPS_ENDED,
  })
}

const namesOf = ({ audience, scopes }: Want): string =>
  audience === '' ? `with the scope ${safeText(scopes, 200)}` : `for ${safeText(audience, 200)}`

const PERHAPS_ENDED = 'If a plain ls-auth token fails too, sign in again (ls-auth login)'
