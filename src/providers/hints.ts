import { type Hint, textsOf, type Where } from './preset-texts.ts'

/**
 * An error as the provider reported it. `error`: an OAuth error code, or one of our own. At discovery: `issuer-mismatch`,
 * `not-found`, `denied` and `no-endpoint`; in a redirect: `issuer-missing`; for the tokens of a response: `no-refresh-token`,
 * `opaque-token` (only the provider's own API can read it) and `other-issuer` (than the profile's; `description` is the
 * token's).
 */
export interface ProviderError {
  readonly error?: string
  /** `error_description`: untrusted text, only matched, never shown. */
  readonly description?: string
  readonly where?: Where
  /** What the error means, where that is another one: hints for any provider go by it. */
  readonly meant?: string
}

/** Values from the current settings that a hint may show. */
export interface HintValues {
  readonly issuer?: string
  readonly client?: string
  /** Redirect URIs to register. */
  readonly redirect?: readonly string[]
  readonly scopes?: readonly string[]
  /** The client has authenticated by a secret of its own. */
  readonly confidential?: boolean
  /** `scopes_supported` of the provider's metadata. */
  readonly supported?: readonly string[]
  /** Of `scopes`, those that are not in the whole of that list. */
  readonly unlisted?: readonly string[]
}

/** Of any provider, before its own: those are for public clients. */
const CONFIDENTIAL: readonly Hint[] = [
  {
    error: ['invalid_client'],
    say: 'Check client_id ({client}) and its secret. To replace the stored secret, run ls-auth logout, then ls-auth login. Or set LS_AUTH_CLIENT_SECRET_FILE to a file with it.',
  },
]

/** Fallback for any provider. */
const COMMON: readonly Hint[] = [
  {
    where: 'discovery',
    error: ['issuer-mismatch'],
    say: 'The issuer must match the provider exactly. {issuer} does not. Check the trailing slash, letter case, port and tenant.',
  },
  {
    where: 'discovery',
    error: ['not-found'],
    say: 'There is no OpenID Connect provider at {issuer}. The right issuer opens when you add /.well-known/openid-configuration.',
  },
  {
    where: 'discovery',
    error: ['denied'],
    say: 'A proxy or firewall may have answered (see HTTPS_PROXY, NO_PROXY and proxy in the profile). Or {issuer} is not an OpenID Connect provider: add /.well-known/openid-configuration and open that in a browser.',
  },
  {
    error: ['issuer-missing'],
    say: 'The redirect lacks iss (RFC 9207), so its sender is unknown. Ask whoever runs the identity provider.',
  },
  {
    error: ['redirect_uri_mismatch', 'invalid_redirect_uri', 'redirect_mismatch'],
    say: 'Register exactly this redirect URI with the provider: {redirect}',
  },
  {
    description: /redirect.?uri/i,
    where: 'authorization',
    say: 'Register exactly this redirect URI with the provider: {redirect}',
  },
  {
    description: /pushed authorization|\bPAR\b/i,
    where: 'authorization',
    error: ['invalid_request', 'unauthorized_client'],
    say: 'This client requires pushed requests (PAR). Sign in with: --pushed-requests yes',
  },
  {
    where: 'device',
    error: ['expired_token'],
    say: 'The code was not entered in time. Run ls-auth login again.',
  },
  {
    where: 'device',
    error: ['unauthorized_client', 'unsupported_grant_type'],
    say: 'The client {client} is not allowed to use the device flow. Ask for it to be enabled, or sign in with the browser.',
  },
  {
    error: ['access_denied'],
    say: 'You declined, or your account is not allowed to use this client. In that case ask for an assignment.',
  },
  {
    error: ['invalid_scope'],
    say: 'A scope is unknown, or not allowed for this client. Requested: {scopes}. The provider lists: {supported}. {others}',
  },
  {
    error: ['invalid_target'],
    say: "The provider does not know this API, or this client is not allowed to request it. Check audience. To send no resource, add --resource '' to the command.",
  },
  {
    error: ['invalid_client'],
    say: 'Check client_id ({client}); ls-auth is a public client, so the provider must not require a secret.',
  },
  {
    error: ['unauthorized_client', 'unsupported_grant_type', 'unsupported_response_type'],
    say: 'The client {client} is not allowed to sign in this way. Enable the authorization code and refresh token grants.',
  },
  {
    error: ['invalid_grant'],
    where: 'token',
    say: 'The code or its sign-in is no longer valid. Sign in again: ls-auth login',
  },
  {
    error: ['login_required', 'interaction_required', 'consent_required', 'account_selection_required'],
    say: 'The provider needs to see you. Run: ls-auth login',
  },
  {
    error: ['no-refresh-token'],
    say: 'The provider sent no refresh token, so the sign-in ends with the access token. Request offline_access, and allow refresh tokens for the client {client}.',
  },
  {
    error: ['other-issuer'],
    say: "The token's issuer differs from {issuer} in the profile. Make the gateway trust it, or change the issuer of access tokens, then sign in again: ls-auth login",
  },
  {
    error: ['server_error', 'temporarily_unavailable'],
    say: 'The provider failed. Wait a little and try again.',
  },
]

/** Errors that pass by themselves, whatever a hint goes by. */
const PASSING: readonly string[] = ['server_error', 'temporarily_unavailable', 'slow_down']

/**
 * The hint for a provider's error, undefined when there is none. The preset's own hints go first. Text from the provider is
 * only matched; `values` fill the placeholders.
 */
export function hintFor(provider: string, error: ProviderError, values: HintValues = {}): string | undefined {
  return adviceFor(provider, error, values)?.hint
}

interface Advice {
  readonly hint: string
  readonly notByPerson: boolean
  readonly isLasting: boolean
  readonly endsSession: boolean
}

/** {@link hintFor}, with what the hint knows: that it isn't a refusal by a person, that no second try helps, that the sign-in has ended. */
export function adviceFor(
  provider: string,
  error: ProviderError,
  values: HintValues = {},
): Advice | undefined {
  const first = values.confidential ? CONFIDENTIAL : []
  const common = error.meant === undefined ? error : { ...error, error: error.meant }
  const found =
    [...first, ...textsOf(provider).hints].find((candidate) => applies(candidate, error, values)) ??
    COMMON.find((candidate) => applies(candidate, common, values))
  if (!found) return undefined
  const { say } = found
  const { notByPerson = false, isLasting = false, endsSession = false } = 'description' in found ? {} : found
  const passes = error.error !== undefined && PASSING.includes(error.error)
  return { hint: fill(say, values), notByPerson, isLasting: isLasting && !passes, endsSession }
}

function applies(hint: Hint, { error, description, where }: ProviderError, values: HintValues): boolean {
  // Truncated, because the provider may send a description of any length.
  const text = (description ?? '').slice(0, 2000)
  return (
    (hint.where === undefined || hint.where === where) &&
    (hint.error === undefined || (error !== undefined && hint.error.includes(error))) &&
    (hint.description === undefined || hint.description.test(text)) &&
    (hint.codes === undefined || hint.codes.some((code) => code === vendorCode(text))) &&
    (hint.issuer === undefined || hint.issuer.test(values.issuer ?? ''))
  )
}

function vendorCode(description: string): number | undefined {
  const digits = /AADSTS(\d{1,9})/.exec(description)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** The first part of the issuer's path, which is the tenant at some providers. */
function tenantOf(issuer: string | undefined): string | undefined {
  if (issuer === undefined || !URL.canParse(issuer)) return undefined
  return new URL(issuer).pathname.split('/')[1] || undefined
}

/** In quotes, for any shell; a scope with signs that mean something to one is left to the person. */
function scopesWithout(refused: readonly string[], scopes: readonly string[]): string {
  const others = scopes.filter((scope) => !refused.includes(scope))
  return others.length > 0 && others.every((scope) => /^[\w.:/+-]+$/.test(scope))
    ? `"${others.join(' ')}"`
    : 'LIST'
}

/** Where the provider lists its scopes, without the others; else without offline_access: some refuse it, as django-allauth does. */
function otherScopes({ scopes = [], supported = [], unlisted = [] }: HintValues): string {
  const refused = supported.length > 0 ? unlisted : scopes.filter((scope) => scope === 'offline_access')
  const named = refused.filter((scope) => scope !== 'openid')
  if (named.length === 0) return 'Request others: ls-auth login --scopes LIST'
  const own = named.includes('offline_access') ? ' (ls-auth requests offline_access automatically)' : ''
  return `Without ${named.join(' ')}${own}: ls-auth login --scopes ${scopesWithout(named, scopes)}`
}

const hostOf = (issuer: string | undefined): string | undefined =>
  issuer !== undefined && URL.canParse(issuer) ? new URL(issuer).host : undefined

function fill(say: string, values: HintValues): string {
  const { issuer, client, redirect, scopes, supported } = values
  const words: Record<string, string> = {
    issuer: issuer ?? 'the issuer',
    client: client ?? 'in use',
    redirect: redirect?.join(', ') || 'the redirect URI that doctor shows',
    host: hostOf(issuer) ?? '<host>',
    tenant: tenantOf(issuer) ?? '<tenant>',
    scopes: scopes?.join(' ') || 'the scopes asked for',
    online: scopesWithout(['offline_access'], scopes ?? []),
    others: otherScopes(values),
    supported: supported?.join(' ') || 'none',
  }
  return say.replace(/\{(\w+)\}/g, (whole, word: string) =>
    Object.hasOwn(words, word) ? (words[word] as string) : whole,
  )
}
