import * as oidc from 'openid-client'
import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import { checkEndpoint } from '../documents/metadata.ts'
import type { Exchange, ProviderOptions } from './exchange.ts'

/** An authorization request, and what the redirect is checked against. */
export interface AuthorizationRequest {
  readonly url: URL
  /** Its parameters: where the request was pushed, the URL has none of them. */
  readonly asked: Readonly<Record<string, string>>
  /** The provider forgets the URL after a minute or so (RFC 9126 §2.2). */
  readonly isPushed: boolean
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/**
 * The address of the sign-in, with state, nonce and PKCE. A pushed request has a reference to it in their place, which the
 * provider forgets after a minute or so (RFC 9126 §2.2). Failure `cannot-do`.
 */
export async function authorize(
  { config, options, dpop }: Exchange,
  parameters: Record<string, string>,
): Promise<AuthorizationRequest> {
  if (!options.metadata.authorization_endpoint) {
    throw new Failure('cannot-do', 'this provider has no authorization endpoint', {
      hint: 'Try: ls-auth login --device',
    })
  }
  if (options.isPlainOAuth) requirePkce(options)
  const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()]
  const asked: Record<string, string> = {
    ...withResource(options, parameters),
    response_type: 'code',
    state,
    nonce,
    ...(await challenge(verifier)),
    ...(await codeBinding(options, dpop)),
  }
  const pushing = isPushed(options)
  refuseRepeated('authorization_endpoint', options)
  if (pushing) refuseRepeated('pushed_authorization_request_endpoint', options)
  const url = pushing
    ? await oidc.buildAuthorizationUrlWithPAR(config, asked, dpop)
    : oidc.buildAuthorizationUrl(config, asked)
  return { url, asked, isPushed: pushing, state, nonce, verifier }
}

/** RFC 8414 §2: an OAuth server that does not announce S256 may ignore it. Failure `refused`. */
function requirePkce({ metadata }: ProviderOptions): void {
  const announced = metadata.code_challenge_methods_supported
  if (Array.isArray(announced) && announced.includes('S256')) return
  throw new Failure('refused', `${new URL(metadata.issuer).host} does not announce PKCE with S256`, {
    hint: 'Without it a stolen code is enough to sign in. Ask whoever runs it to turn PKCE on.',
  })
}

/** Whether the provider takes the request only from the client itself (RFC 9126 §5). */
function isPushed({ metadata, preset }: ProviderOptions): boolean {
  if (preset.pushedRequests !== 'yes' && metadata.require_pushed_authorization_requests !== true) return false
  const name = 'pushed_authorization_request_endpoint'
  // Checked here and not with the other endpoints: an unused one must not block a sign-in.
  checkEndpoint(name, metadata[name], metadata.issuer)
  if (metadata[name] !== undefined) return true
  throw new Failure('cannot-do', 'this provider has no endpoint for pushed authorization requests (PAR)', {
    hint:
      preset.pushedRequests === 'yes'
        ? 'Remove pushed_requests: ls-auth profile set pushed_requests --unset'
        : 'Yet it requires them. Tell whoever runs it, or try: ls-auth login --device',
  })
}

/**
 * An endpoint may have a query of its own (RFC 6749 §3.1). Of a repeated parameter, the provider would guess which one counts.
 * Failure `settings`.
 */
function refuseRepeated(endpoint: string, { metadata, preset }: ProviderOptions): void {
  const query = [...new URL(String(metadata[endpoint])).searchParams.keys()].map((name) => name.toLowerCase())
  const repeated = preset.chosenParameters.find((name) => query.includes(name.toLowerCase()))
  if (repeated === undefined) return
  throw new Failure('settings', `the provider's ${endpoint} sets "${safeText(repeated, 80)}" already`, {
    hint: 'Remove it from authorization_parameters. It may be sent only once (RFC 6749 §3.1).',
  })
}

/** The code is bound to the key as well, where the provider knows DPoP (RFC 9449 §10). */
async function codeBinding(
  { metadata }: ProviderOptions,
  { DPoP }: Exchange['dpop'],
): Promise<Record<string, string>> {
  const isKnown = Array.isArray(metadata.dpop_signing_alg_values_supported)
  return DPoP && isKnown ? { dpop_jkt: await DPoP.calculateThumbprint() } : {}
}

/** Spends the code of a redirect, which is checked against its request. */
export const exchangeCode = (
  { config, dpop, options }: Exchange,
  callback: URL,
  request: AuthorizationRequest,
  idToken: 'expected' | 'none' = 'expected',
) => {
  const checks = {
    pkceCodeVerifier: request.verifier,
    expectedState: request.state,
    // Makes an ID token expected, too.
    ...(idToken === 'expected' && { expectedNonce: request.nonce }),
  }
  return oidc.authorizationCodeGrant(config, callback, checks, withResource(options, {}), dpop)
}

/** Parameters with the identifier of the API, unless they name an API already. */
export const withResource = (
  { resource }: Pick<ProviderOptions, 'resource'>,
  parameters: Record<string, string>,
): Record<string, string> =>
  resource === undefined || 'resource' in parameters || 'audience' in parameters
    ? parameters
    : { ...parameters, resource }

/** PKCE by S256, the only method (RFC 7636 §4.2). */
export async function challenge(verifier: string): Promise<Record<string, string>> {
  return {
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }
}
