import type { ClaimNames, OwnTokens } from '../claim-grammar.ts'
import { type BrokenJwt, isReadable, type Jwt, readJwt } from './jwt/jwt.ts'
import { type SignatureAnswer, type Verification, verifySignature } from './jwt/verify.ts'
import { type TokenKind, tokenKind } from './kind.ts'
import { normalise } from './normalise.ts'
import type { KnownToken } from './policy.ts'

/** A parsed token: its claims, its kind, and what is known of its signature. */
export interface Inspected extends KnownToken {
  readonly token: string
  readonly jwt: Jwt | undefined
  /** Why something that begins like a JWT could not be read. */
  readonly problem: BrokenJwt | undefined
  /** It is meant for the provider's own API: only that can check its signature, so it is treated as opaque. */
  readonly notForUs: boolean
  /** The result of the last verification; undefined: not tried. */
  readonly answer: SignatureAnswer | undefined
}

/** How to read a token: facts about its client and its provider. */
export interface Inspection {
  readonly clientId: string | undefined
  readonly claimNames: Partial<ClaimNames> | undefined
  /** How to recognise access tokens for the provider's own APIs; one match is enough. */
  readonly ownTokens?: OwnTokens | undefined
  /** `scope` of the token response, for a token that does not carry its scopes. */
  readonly responseScope: string | undefined
  /** When an opaque token ends by the token response: seconds since the epoch, the provider's clock. */
  readonly responseExpiry?: number | undefined
}

function isOwn(jwt: Jwt, kind: TokenKind, own: OwnTokens | undefined): boolean {
  if (own === undefined || kind === 'id') return false
  const audiences = [jwt.payload.aud].flat()
  return (
    own.all === true ||
    (own.audiences?.some((one) => audiences.includes(one)) ?? false) ||
    (own.headers?.some((name) => Object.hasOwn(jwt.header, name)) ?? false)
  )
}

const NOT_FOR_US = {
  verified: false,
  reason: 'opaque',
  detail: "it is meant for the provider's own API, and only that API can check it",
} as const

/** Parses a token without verification: its signature counts as unverified. Never throws. */
export function inspectToken(token: string, how: Inspection): Inspected {
  const read = readJwt(token)
  const jwt = isReadable(read) ? read : undefined
  const kind = jwt ? tokenKind(jwt, how.clientId) : 'unknown'
  const opaque = jwt === undefined
  const expiry = opaque && how.responseExpiry !== undefined ? { responseExpiry: how.responseExpiry } : {}
  const scope = how.responseScope === undefined || kind === 'id' ? {} : { responseScope: how.responseScope }
  return {
    token,
    jwt,
    problem: read && !isReadable(read) ? read : undefined,
    kind,
    opaque,
    notForUs: jwt !== undefined && isOwn(jwt, kind, how.ownTokens),
    identity: normalise(jwt?.payload ?? {}, {
      kind,
      names: how.claimNames,
      ...scope,
      ...expiry,
    }),
    signature: 'unverified',
    answer: undefined,
    ...scope,
    ...expiry,
  }
}

/** The same token with its signature verified by a JWKS. `now`: milliseconds, the provider's clock. */
export async function verifyInspected(
  inspected: Inspected,
  keys: Record<string, unknown>,
  facts: Verification,
): Promise<Inspected> {
  if (!inspected.jwt) return inspected
  if (inspected.notForUs) return { ...inspected, answer: NOT_FOR_US }
  const answer = await verifySignature(inspected.token, keys, facts)
  // A key that is not in the JWKS says nothing about the token; any other reason does.
  const open = answer.verified ? 'verified' : answer.reason === 'unknown-key' ? 'unverified' : 'bad'
  return { ...inspected, answer, signature: open }
}
