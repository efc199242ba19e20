import { createHash, randomBytes } from 'node:crypto'
import type { Provider } from '../world/provider.ts'

/** A token answer as it came, for tests of the world itself: raw HTTP, no client code of ours. */
export interface Tokens {
  status: number
  access_token: string
  refresh_token: string
  id_token: string
  scope: string
  error: string
  [member: string]: unknown
}

/** The scopes that `begin` asks for. */
export const SCOPE = 'openid profile email groups offline_access traces:read'

/** An authorization request, ready to be opened in a browser. */
export function begin(provider: Provider, redirectUri = 'http://127.0.0.1:9/callback', scope = SCOPE) {
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const url = new URL(`${provider.issuer}/auth`)
  url.search = new URLSearchParams({
    client_id: provider.clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state,
    nonce: 'n-1',
    prompt: 'consent',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()
  return { url: url.href, verifier, state, redirectUri }
}

/** POSTs to an endpoint of the provider. */
export async function post(provider: Provider, path: string, form: Record<string, string>): Promise<Tokens> {
  const body = new URLSearchParams({ client_id: provider.clientId, ...form })
  const response = await fetch(provider.issuer + path, { method: 'POST', body })
  const text = await response.text()
  return { ...(text && JSON.parse(text)), status: response.status }
}

/** Exchanges the code of a callback URL. */
export function exchange(provider: Provider, request: ReturnType<typeof begin>, callback: string) {
  return post(provider, '/token', {
    grant_type: 'authorization_code',
    code: new URL(callback).searchParams.get('code') ?? '',
    redirect_uri: request.redirectUri,
    code_verifier: request.verifier,
  })
}

/** Uses a refresh token. */
export function refresh(provider: Provider, token: string) {
  return post(provider, '/token', { grant_type: 'refresh_token', refresh_token: token })
}

/** The payload of a JWT, unverified. */
export function payload(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
}
