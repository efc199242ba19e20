import { randomBytes } from 'node:crypto'
import type { Context } from 'oidc-provider'
import type { ProviderOptions } from '../provider.ts'
import type { SigningKey } from './keys.ts'
import { deviceCodePage, deviceConfirmPage, escapeHtml, logoutPage, page } from './pages.ts'
import { findPerson, groupsClaim, identityClaims } from './people.ts'
import type { Store } from './store.ts'

/** The one public client that is registered. */
export const CLIENT_ID = 'ls-auth-cli'
/** The audience of an access token when the client names no resource. */
export const DEFAULT_RESOURCE = 'api://traces'

const SCOPES = ['openid', 'offline_access', 'profile', 'email', 'groups', 'traces:read', 'traces:write']
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
const DAY = 86_400

/** The oidc-provider configuration of the world's identity provider. Every hook is set, so none prints a notice. */
export function providerSettings(
  options: ProviderOptions,
  key: SigningKey,
  store: Store,
  cookieKey: string,
): Record<string, unknown> {
  const accessTokenSeconds = options.accessTokenSeconds ?? 3600
  const rotates = (options.refreshTokens ?? 'rotate') === 'rotate'
  return {
    adapter: store.adapter,
    jwks: { keys: [key.jwk] },
    cookies: { keys: [cookieKey] },
    clients: [client(options), ...(options.workloads?.clients ?? [])],
    clientBasedCORS: () => false,
    clockTolerance: 0,
    conformIdTokenClaims: false,
    scopes: SCOPES,
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    features: features(options, accessTokenSeconds),
    findAccount: async (_ctx: Context, userName: string) => {
      const person = findPerson(userName)
      return person && { accountId: userName, claims: async () => identityClaims(userName, person) }
    },
    ...(options.acrValues && { acrValues: options.acrValues }),
    extraTokenClaims: async (ctx: Context, token: { accountId?: string }) => ({
      ...groupsClaim(findPerson(token.accountId ?? '')),
      ...(options.acrValues && signInClaims(ctx)),
    }),
    interactions: { url: (_ctx: Context, interaction: { uid: string }) => `/interaction/${interaction.uid}` },
    rotateRefreshToken: rotates,
    ttl: {
      AccessToken: accessTokenSeconds,
      ClientCredentials: accessTokenSeconds,
      IdToken: options.idTokenSeconds ?? 3600,
      AuthorizationCode: 60,
      DeviceCode: options.deviceCodeSeconds ?? 600,
      Interaction: 3600,
      RefreshToken: 14 * DAY,
      Grant: 14 * DAY,
      Session: 14 * DAY,
    },
    renderError: (ctx: Context, out: Record<string, string>) => {
      ctx.type = 'html'
      ctx.body = page(
        'Something went wrong',
        Object.entries(out)
          .map(([name, value]) => `<p><strong>${escapeHtml(name)}</strong>: ${escapeHtml(String(value))}</p>`)
          .join(''),
      )
    },
  }
}

/** How and when the person signed in, as most providers write it into access tokens too. */
function signInClaims({ oidc: { entities = {} } }: Context): Record<string, unknown> {
  const { acr, amr, authTime } =
    entities.AuthorizationCode ?? entities.RefreshToken ?? entities.DeviceCode ?? {}
  return { acr, amr, auth_time: authTime }
}

function client(options: ProviderOptions): Record<string, unknown> {
  return {
    client_id: CLIENT_ID,
    client_name: 'ls-auth',
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    // As most providers do: the ID token says when the person last signed in.
    require_auth_time: true,
    // It names the session only to clients that want to be told of its end; nobody listens there.
    ...(options.namesSessions && {
      backchannel_logout_uri: 'https://client.invalid/signed-out',
      backchannel_logout_session_required: true,
    }),
    ...(options.pushedRequests === 'of-this-client' && { require_pushed_authorization_requests: true }),
    grant_types: [
      'authorization_code',
      'refresh_token',
      ...(options.withoutDeviceFlow ? [] : [DEVICE_GRANT]),
      ...(options.workloads?.assertions?.madeFor ? ['urn:ietf:params:oauth:grant-type:token-exchange'] : []),
    ],
    response_types: ['code'],
    redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback', 'http://[::1]/callback'],
  }
}

function features(options: ProviderOptions, accessTokenSeconds: number): Record<string, unknown> {
  const resources = options.resources ?? [DEFAULT_RESOURCE]
  const ours = (_ctx: Context, caller: { clientId: string }, token: { clientId: string }) =>
    caller.clientId === token.clientId
  return {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: options.namesSessions === true },
    claimsParameter: { enabled: options.acrValues !== undefined },
    clientCredentials: { enabled: options.workloads !== undefined },
    registration: { enabled: options.withRegistration === true },
    registrationManagement: { enabled: options.withRegistration === true },
    revocation: { enabled: !options.withoutRevocation, allowedPolicy: ours },
    introspection: { enabled: true, allowedPolicy: ours },
    pushedAuthorizationRequests: {
      enabled: options.pushedRequests !== undefined,
      requirePushedAuthorizationRequests: options.pushedRequests === 'of-all',
    },
    dPoP: {
      enabled: true,
      ...(options.proofNonce && { nonceSecret: randomBytes(32), requireNonce: () => true }),
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx: Context, form: string) => html(ctx, logoutPage(form)),
      postLogoutSuccessSource: (ctx: Context) => html(ctx, page('Signed out', '')),
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_ctx: Context, _client: unknown, oneOf?: string[]) => oneOf?.[0] ?? resources[0],
      useGrantedResource: () => true,
      // The standard scopes belong to the resource too: the token's scope is then all that was granted,
      // as most providers answer, and not the API's part only.
      getResourceServerInfo: (_ctx: Context, asked: string) => {
        // Gateways of the world, by their own address.
        const resource = asked.startsWith('http://127.0.0.1:') ? (resources[0] as string) : asked
        if (!resources.includes(resource)) throw invalidTarget()
        return {
          scope: SCOPES.join(' '),
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: accessTokenSeconds,
        }
      },
    },
    deviceFlow: {
      enabled: !options.withoutDeviceFlow,
      charset: 'base-20',
      mask: '****-****',
      userCodeInputSource: (ctx: Context, form: string, out?: object, problem?: { name: string }) =>
        html(ctx, deviceCodePage(form, out && deviceProblem(problem))),
      userCodeConfirmSource: (ctx: Context, form: string, _client: object, _info: object, code: string) =>
        html(ctx, deviceConfirmPage(form, ctx.oidc.client?.clientName ?? CLIENT_ID, code)),
      successSource: (ctx: Context) =>
        html(ctx, page('Device connected', '<p>You can close this page and return to your device.</p>')),
    },
  }
}

function html(ctx: Context, content: string): void {
  ctx.type = 'html'
  ctx.body = content
}

function deviceProblem(problem: { name: string } | undefined): string {
  return problem?.name === 'AbortedError' ? 'The request was denied.' : 'That code cannot be used.'
}

function invalidTarget(): Error {
  return Object.assign(new Error('invalid_target'), {
    error: 'invalid_target',
    error_description: 'resource indicator is missing, or unknown',
    status: 400,
    statusCode: 400,
    expose: true,
  })
}
