import type { Claims, Jwt } from './jwt/jwt.ts'

/**
 * What a token is for. `logout` stands for every security event token (RFC 8417, OIDC Back-Channel
 * Logout): it proves that something happened, never that somebody may do something.
 */
export type TokenKind = 'id' | 'access' | 'refresh' | 'logout' | 'unknown'

const HEADER_TYPES: Record<string, TokenKind> = {
  'at+jwt': 'access',
  'logout+jwt': 'logout',
  'secevent+jwt': 'logout',
}

/** Providers that say it in the payload: `token_use`, or a `typ` claim. */
const PAYLOAD_TYPES: Record<string, TokenKind> = {
  id: 'id',
  access: 'access',
  bearer: 'access',
  refresh: 'refresh',
  offline: 'refresh',
  logout: 'logout',
}

/**
 * Decides by what the token carries, since most providers leave the header's `typ` at `JWT` or out
 * (RFC 9068 §2.1 types access tokens only). Order: header type, a payload that names its use, claims only
 * an ID token has, claims only an access token has, and last whether the audience is our own client.
 * `unknown` is an honest answer: some providers issue both kinds in one shape.
 */
export function tokenKind(jwt: Jwt, clientId?: string): TokenKind {
  const { header, payload } = jwt
  return (
    kindIn(HEADER_TYPES, mediaType(header.typ)) ??
    kindIn(PAYLOAD_TYPES, payload.token_use) ??
    kindIn(PAYLOAD_TYPES, payload.typ) ??
    kindByClaims(payload, clientId)
  )
}

function kindByClaims(payload: Claims, clientId: string | undefined): TokenKind {
  // A logout token in a plain JWT header still carries `events` (Back-Channel Logout §2.4).
  if (typeof payload.events === 'object' && payload.events !== null) return 'logout'
  if (['nonce', 'at_hash', 'c_hash'].some((name) => payload[name] !== undefined)) return 'id'
  if (payload.scope !== undefined || payload.scp !== undefined) return 'access'
  const audience = [payload.aud].flat()
  const clients = ['client_id', 'cid', 'appid', 'azp'].map((name) => payload[name])
  if (clients.some((client) => typeof client === 'string' && !audience.includes(client))) return 'access'
  return clientId !== undefined && audience.includes(clientId) ? 'id' : 'unknown'
}

/** RFC 7515 §4.1.9: the `application/` in front may be left out, and media types know no case. */
function mediaType(typ: unknown): unknown {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined
}

function kindIn(table: Record<string, TokenKind>, key: unknown): TokenKind | undefined {
  if (typeof key !== 'string') return undefined
  const name = key.toLowerCase()
  return Object.hasOwn(table, name) ? table[name] : undefined
}
