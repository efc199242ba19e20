import type { Kind } from '../canaries.ts'
import { type Answer, oauthError, refuse } from './answer.ts'
import { grantFor, grantProblem, type PendingCode } from './authorize.ts'
import type { Behaviour, Facts } from './behaviour.ts'
import type { Device } from './device.ts'
import { challengeOf, type Mint, random } from './minting.ts'
import type { Grant, RefreshTokens, Spent } from './refresh-tokens.ts'

/** The state the token endpoint works with. */
export interface TokenState {
  readonly behaviour: Behaviour
  readonly issuer: string
  readonly codes: Map<string, PendingCode>
  readonly refreshTokens: RefreshTokens
  readonly device: Device
  readonly mint: Mint
  /** Seconds since the epoch by the provider's clock. */
  now(): number
  issued(secret: string, kind?: Kind): void
  refreshed(): void
}

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** The token endpoint: who asks, then by which grant (RFC 6749 §3.2). */
export function answerToken(
  state: TokenState,
  form: URLSearchParams,
  headers: Readonly<Record<string, unknown>>,
): Answer {
  const { behaviour, codes, refreshTokens, device } = state
  const stranger = clientProblem(behaviour, form, headers)
  if (stranger) return stranger
  switch (form.get('grant_type')) {
    case 'authorization_code': {
      const code = form.get('code') ?? ''
      const pending = codes.get(code)
      codes.delete(code)
      const verifier = form.get('code_verifier') ?? ''
      if (!pending || pending.redirectUri !== form.get('redirect_uri')) return oauthError('invalid_grant')
      if (challengeOf(verifier) !== pending.challenge) return oauthError('invalid_grant', 'PKCE')
      return deliver(state, pending.grant, pending.nonce, firstRefreshToken(state, pending.grant))
    }
    case 'refresh_token': {
      const spent = refreshTokens.use(form.get('refresh_token') ?? '')
      if (!spent) return refuse(behaviour.deadRefresh)
      const grant = renewedGrant(behaviour, form, spent)
      if (!grant) return oauthError('invalid_scope')
      if (behaviour.narrowing !== undefined) refreshTokens.bind(spent.answer, grant)
      state.refreshed()
      return deliver(state, grant, undefined, spent.answer, sendsIdTokenAgain(behaviour, form))
    }
    case DEVICE_GRANT: {
      const polled = device.poll(form)
      if ('status' in polled) return polled
      return deliver(state, polled, undefined, firstRefreshToken(state, polled))
    }
    default:
      return oauthError('unsupported_grant_type')
  }
}

const sendsIdTokenAgain = ({ idTokenOnce }: Behaviour, form: URLSearchParams): boolean =>
  idTokenOnce === 'or by openid'
    ? (form.get('scope') ?? '').split(' ').includes('openid')
    : idTokenOnce !== true

function firstRefreshToken(state: TokenState, grant: Grant): string | undefined {
  const { refreshTokens, behaviour } = state
  if (!grant.offline) return undefined
  if (!behaviour.revokesAllOfPerson) return refreshTokens.issue(grant)
  return refreshTokens.issue(grant, String(behaviour.idToken(factsOf(state, grant, undefined)).claims.sub))
}

/** What a renewal is granted, by the rule for narrower scopes. */
function renewedGrant(
  behaviour: Behaviour,
  form: URLSearchParams,
  { grant, bound }: Spent,
): Grant | undefined {
  const { narrowing } = behaviour
  if (!form.has('scope') || narrowing === 'ignored') return bound ?? grant
  const most = narrowing === 'until asked again' ? grant : (bound ?? grant)
  return regrant(behaviour, form, most) ?? (narrowing === 'for good, silently' ? most : undefined)
}

/** A renewal may ask for less (RFC 6749 §6); where a scope names the API, also for another API. */
function regrant(behaviour: Behaviour, form: URLSearchParams, before: Grant): Grant | undefined {
  if (grantProblem(behaviour, form)) return undefined
  const asked = grantFor(behaviour, form, before.authTime, before.session)
  const widens = asked.scopes.some((scope) => !before.scopes.includes(scope))
  if (widens && behaviour.audience.by !== 'scope') return undefined
  return { ...asked, audience: asked.audience ?? before.audience }
}

/** A public client shows its id and nothing else; where there is a secret by design, that is asked for. */
function clientProblem(
  { clientId, publicSecret }: Behaviour,
  form: URLSearchParams,
  headers: Readonly<Record<string, unknown>>,
): Answer | undefined {
  if (headers.origin !== undefined)
    return oauthError('invalid_client', 'Browser requests are not for this client', 401)
  if (headers.authorization !== undefined)
    return oauthError('invalid_client', 'this client has no secret', 401)
  if (form.get('client_id') !== clientId) return oauthError('invalid_client', undefined, 401)
  const secret = form.get('client_secret')
  if (publicSecret === undefined) {
    return secret === null ? undefined : oauthError('invalid_client', 'AADSTS700025: Client is public', 401)
  }
  if (secret === null) return oauthError('invalid_request', 'client_secret is missing.')
  return secret === publicSecret ? undefined : oauthError('invalid_client', 'Unauthorized', 401)
}

function deliver(
  state: TokenState,
  grant: Grant,
  nonce: string | undefined,
  refreshToken: string | undefined,
  withId = true,
): Answer {
  const { behaviour, mint } = state
  const facts = factsOf(state, grant, nonce)
  const { access, id } = mint.tokens(facts)
  for (const token of [access, id]) state.issued(token)
  if (refreshToken !== undefined) state.issued(refreshToken, 'never')
  const body = {
    token_type: 'Bearer',
    access_token: access,
    expires_in: behaviour.accessSeconds,
    ...(withId && grant.scopes.includes('openid') ? { id_token: id } : {}),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    ...behaviour.tokenExtras(facts),
  }
  return { status: 200, json: body }
}

function factsOf(state: TokenState, grant: Grant, nonce: string | undefined): Facts {
  const { behaviour, issuer } = state
  const { scopes, audience, authTime, session } = grant
  const now = state.now()
  return {
    issuer,
    clientId: behaviour.clientId,
    scopes,
    audience,
    nonce,
    now,
    authTime,
    session,
    expires: now + behaviour.accessSeconds,
    serial: random(),
  }
}
