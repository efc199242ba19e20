import type { Claims, Jwt } from './jwt/jwt.ts'

/**
 * What a token is for. `logout` stands for every security event token (RFC 8417, OIDC Back-Channel
 * Logout): it reports an event and grants nothing.
 */
export type TokenKind = 'id' | 'access' | 'refresh' | 'logout' | 'unknown'

const HEADER_TYPES: Record<string, TokenKind> = {
  'at+jwt': 'access',
  'logout+jwt': 'logout',
  'secevent+jwt': 'logout',
}

/** Values of the claims `token_use` and `typ`, for providers that put the kind there. */
const PAYLOAD_TYPES: Record<string, TokenKind> = {
  id: 'id',
  access: 'access',
  bearer: 'access',
  refresh: 'refresh',
  offline: 'refresh',
  logout: 'logout',
}

/**
 * The kind of a token by its content, because the header's `typ` mostly is `JWT` or missing (RFC 9068 §2.1: access tokens
 * only). Order: header type, `token_use` or `typ` claim, claims of ID tokens only, claims of access tokens only, and last
 * whether the audience is our own client. `unknown` is possible: some providers issue both kinds in one shape.
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
  // A logout token may have the header type `JWT`, but always has `events` (Back-Channel Logout §2.4).
  if (typeof payload.events === 'object' && payload.events !== null) return 'logout'
  if (['nonce', 'at_hash', 'c_hash'].some((name) => payload[name] !== undefined)) return 'id'
  if (payload.scope !== undefined || payload.scp !== undefined) return 'access'
  const audience = [payload.aud].flat()
  const clients = ['client_id', 'cid', 'appid', 'azp'].map((name) => payload[name])
  if (clients.some((client) => typeof client === 'string' && !audience.includes(client))) return 'access'
  return clientId !== undefined && audience.includes(clientId) ? 'id' : 'unknown'
}

/** RFC 7515 §4.1.9: the prefix `application/` is optional, and media types are case-insensitive. */
function mediaType(typ: unknown): unknown {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined
}

function kindIn(table: Record<string, TokenKind>, key: unknown): TokenKind | undefined {
  if (typeof key !== 'string') return undefined
  const name = key.toLowerCase()
  return Object.hasOwn(table, name) ? table[name] : undefined
}
