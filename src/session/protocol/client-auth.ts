import * as oidc from 'openid-client'
import { Failure } from '../../errors.ts'
import type { ClientAssertion, ProviderOptions } from './exchange.ts'

/** RFC 6749 §2.3.1; a public client sends its id alone and never a secret (Entra rejects one). */
export function authentication(options: ProviderOptions): oidc.ClientAuth {
  const { preset, secret, assertion } = options
  const { clientAuth } = preset
  if (assertion) return 'proof' in assertion ? assertedBy(assertion.proof) : signedBy(assertion, options)
  if (clientAuth === 'none') return oidc.None()
  if (secret === undefined) {
    throw new Failure('settings', 'this client has a secret, and it is not known here', {
      hint: 'Sign in again to give it: ls-auth login (LS_AUTH_CLIENT_SECRET_FILE names a file with it)',
    })
  }
  return clientAuth === 'client_secret_basic' ? secretBasic(secret) : oidc.ClientSecretPost(secret)
}

/**
 * `private_key_jwt` (OpenID Connect Core §9). Its audience is the issuer, as RFC 7523bis asks for; some providers take
 * nothing but the address of their token endpoint.
 */
const signedBy = (
  { key, kid }: Extract<ClientAssertion, { key: unknown }>,
  { preset, metadata }: ProviderOptions,
): oidc.ClientAuth =>
  oidc.PrivateKeyJwt(kid === undefined ? { key } : { key, kid }, {
    [oidc.modifyAssertion]: (_header, payload) => {
      if (preset.assertionAudience === 'token-endpoint') payload.aud = metadata.token_endpoint
    },
  })

/** A JWT of another issuer as client assertion (RFC 7523 §2.2). */
const assertedBy =
  (proof: string): oidc.ClientAuth =>
  (_server, client, body) => {
    body.set('client_id', client.client_id)
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    body.set('client_assertion', proof)
  }

/**
 * HTTP Basic. The library's own version encodes `-`, `_`, `.` and `~` too, and many servers do not decode: a client id
 * with a hyphen is unknown to them. To a server that decodes, unreserved characters (RFC 3986 §2.3) mean the same.
 */
const secretBasic =
  (secret: string): oidc.ClientAuth =>
  (_server, client, _body, headers) => {
    const credentials = `${formEncoded(client.client_id)}:${formEncoded(secret)}`
    headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`)
  }

const formEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]|%20/g, (one) =>
    one === '%20' ? '+' : `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
