import type { ClaimNames } from './claim-names.ts'
import { type BrokenJwt, isReadable, type Jwt, readJwt } from './jwt.ts'
import { tokenKind } from './kind.ts'
import { normalise } from './normalise.ts'
import type { Subject } from './policy.ts'
import { type SignatureAnswer, verifySignature } from './verify.ts'

/** A token taken apart: what it says, what kind it is, and how far its signature has been looked at. */
export interface Inspected extends Subject {
  readonly token: string
  readonly jwt: Jwt | undefined
  /** Why something that begins like a JWT could not be read. */
  readonly problem: BrokenJwt | undefined
  /** The outcome of the last verification; undefined: not tried. */
  readonly answer: SignatureAnswer | undefined
}

export interface Inspection {
  readonly clientId: string | undefined
  readonly claimNames: Partial<ClaimNames> | undefined
  /** `scope` of the token response, for a token that does not carry its scopes. */
  readonly responseScope: string | undefined
}

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
  const answer = await verifySignature(inspected.token, keys, facts)
  // A key that is not in the set says nothing about the token; any other refusal does.
  const open = answer.verified ? 'verified' : answer.reason === 'unknown-key' ? 'unverified' : 'bad'
  return { ...inspected, answer, signature: open }
}
