import type { ClaimNames, OwnTokens } from '../claim-grammar.ts'
import { type BrokenJwt, isReadable, type Jwt, readJwt } from './jwt/jwt.ts'
import { type SignatureAnswer, verifySignature } from './jwt/verify.ts'
import { type TokenKind, tokenKind } from './kind.ts'
import { normalise } from './normalise.ts'
import type { KnownToken } from './policy.ts'

/** A token taken apart: what it says, what kind it is, and how far its signature has been looked at. */
export interface Inspected extends KnownToken {
  readonly token: string
  readonly jwt: Jwt | undefined
  /** Why something that begins like a JWT could not be read. */
  readonly problem: BrokenJwt | undefined
  /** It is made for an API of the provider's own: nobody else can check its signature, which is no fault of it. */
  readonly notForUs: boolean
  /** The outcome of the last verification; undefined: not tried. */
  readonly answer: SignatureAnswer | undefined
}

export interface Inspection {
  readonly clientId: string | undefined
  readonly claimNames: Partial<ClaimNames> | undefined
  /** Marks of access tokens for the provider's own APIs; any of them will do. */
  readonly ownTokens?: OwnTokens | undefined
  /** `scope` of the token response, for a token that does not carry its scopes. */
  readonly responseScope: string | undefined
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
  detail: 'it is made for an API of the provider, and nobody else can check it',
} as const

/** Reads a token without believing it: the signature counts as unverified. */
export function inspectToken(token: string, how: Inspection): Inspected {
  const read = readJwt(token)
  const jwt = isReadable(read) ? read : undefined
  const kind = jwt ? tokenKind(jwt, how.clientId) : 'unknown'
  const scope = how.responseScope === undefined || kind === 'id' ? {} : { responseScope: how.responseScope }
  return {
    token,
    jwt,
    problem: read && !isReadable(read) ? read : undefined,
    kind,
    opaque: jwt === undefined,
    notForUs: jwt !== undefined && isOwn(jwt, kind, how.ownTokens),
    identity: normalise(jwt?.payload ?? {}, {
      kind,
      ...(how.claimNames === undefined ? {} : { names: how.claimNames }),
      ...scope,
    }),
    signature: 'unverified',
    answer: undefined,
    ...scope,
  }
}

/** The same token with its signature checked against a key set. `now`: milliseconds, the provider's clock. */
export async function verifyInspected(
  inspected: Inspected,
  keys: Record<string, unknown>,
  facts: { readonly issuer: string; readonly now: number },
): Promise<Inspected> {
  if (!inspected.jwt) return inspected
  if (inspected.notForUs) return { ...inspected, answer: NOT_FOR_US }
  const answer = await verifySignature(inspected.token, keys, facts)
  // A key that is not in the set says nothing about the token; any other refusal does.
  const open = answer.verified ? 'verified' : answer.reason === 'unknown-key' ? 'unverified' : 'bad'
  return { ...inspected, answer, signature: open }
}
