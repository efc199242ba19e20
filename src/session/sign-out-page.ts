import { payloadOf } from '../claims/jwt/jwt.ts'
import type { Client } from '../client.ts'
import type { Ports } from '../ports/ports.ts'
import { discoverIssuer } from './documents/metadata.ts'
import type { SessionBody } from './store/session-file.ts'

/** Who the person is to the provider: the claim that Entra makes for it, else the usual names. */
const HINT_CLAIMS = ['login_hint', 'preferred_username', 'email']

/** What says where the page is, and to whom. */
type Known = Pick<SessionBody, 'metadata' | 'idToken'>

/**
 * The page at which a person ends the session in the browser too (OpenID Connect RP-Initiated Logout 1.0 §2); undefined where
 * the provider has none. It gets only the client and the person: an `id_token_hint` would leave a token in the browser's
 * history and in its opener's command line. `ended`: of the sign-in that has ended; where it ended earlier the provider is
 * asked. Failures: those of {@link discoverIssuer}.
 */
export async function signOutPage(
  { clientId, issuer, preset, http }: Client,
  ended: Known | undefined,
  ports: Ports,
): Promise<URL | undefined> {
  if (!preset.signOutPage) return undefined
  const { metadata } = ended?.metadata
    ? { metadata: ended.metadata.value }
    : await discoverIssuer(issuer, preset, await ports.http(http), ports.clock)
  const endpoint = metadata.end_session_endpoint
  if (typeof endpoint !== 'string') return undefined
  // Checked when the metadata was fetched: https, and no user info.
  const page = new URL(endpoint)
  page.searchParams.set('client_id', clientId)
  const hint = hintOf(ended?.idToken)
  if (hint !== undefined) page.searchParams.set('logout_hint', hint)
  return page
}

function hintOf(idToken: string | undefined): string | undefined {
  const claims = payloadOf(idToken)
  const hints = HINT_CLAIMS.map((name) => claims?.[name])
  return hints.find((hint): hint is string => typeof hint === 'string' && hint !== '')
}
