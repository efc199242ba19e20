import { isReadable, readJwt } from '../claims/jwt/jwt.ts'
import type { Client } from '../client.ts'
import type { SessionBody } from './store/session-file.ts'

/** Who the person is to the provider: the claim that Entra makes for it, else the usual names. */
const HINT_CLAIMS = ['login_hint', 'preferred_username', 'email']

/**
 * The page at which a person ends the session in the browser too (OpenID Connect RP-Initiated Logout 1.0 §2); undefined
 * where the provider has none. It is told the client and who signs out, and nothing else: an `id_token_hint` would leave a
 * token in the history of the browser and in the command line of its opener.
 */
export function signOutPage(
  { clientId, preset }: Pick<Client, 'clientId' | 'preset'>,
  { metadata, idToken }: Pick<SessionBody, 'metadata' | 'idToken'>,
): URL | undefined {
  const endpoint = metadata?.value.end_session_endpoint
  if (typeof endpoint !== 'string' || !preset.signOutPage) return undefined
  // Checked when the metadata was fetched: https, and no user info.
  const page = new URL(endpoint)
  page.searchParams.set('client_id', clientId)
  const hint = hintOf(idToken)
  if (hint !== undefined) page.searchParams.set('logout_hint', hint)
  return page
}

function hintOf(idToken: string | undefined): string | undefined {
  const jwt = idToken === undefined ? undefined : readJwt(idToken)
  if (!isReadable(jwt)) return undefined
  const hints = HINT_CLAIMS.map((name) => jwt.payload[name])
  return hints.find((hint): hint is string => typeof hint === 'string' && hint !== '')
}
