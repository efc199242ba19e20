import type { Provider } from './provider.ts'
import type { World } from './world.ts'

/**
 * Keeps a token of the provider in the person's session beside their own: the one for these scopes, which is renewed only
 * when it is asked for again.
 */
export async function keepToken(
  world: World,
  provider: Provider,
  scope: string,
  claims: { readonly aud: string; readonly exp: number },
): Promise<void> {
  const { issuer: iss, clientId: client_id } = provider
  const iat = claims.exp - 60
  const token = await provider.signIdToken({ iss, client_id, sub: 'alice', scope, iat, ...claims })
  provider.tamper = {
    tokenResponse: (body) => (body.scope === scope ? { ...body, access_token: token } : body),
  }
  const { exit, stderr } = await world.type(`ls-auth token --narrow --scope "${scope}"`)
  provider.tamper = {}
  if (exit !== 0) throw new Error(`the token was not kept: ${stderr}`)
}
