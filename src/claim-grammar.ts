/**
 * The language in which a provider says where its tokens hold what. Types only, on the floor below both rooms that speak
 * it: `providers` writes it as data, `claims` reads tokens by it, and neither knows the other.
 */

/** One place to look. A plain string is a top-level claim of exactly that name. */
export type ClaimSource = string | ClaimRule | { readonly merge: readonly ClaimSource[] }

/** A place that needs more than a name. */
export interface ClaimRule {
  /** Steps from the payload down; `*` goes through every member of the object there. */
  readonly path?: readonly string[]
  /** Instead of `path`: each top-level claim whose name ends like this, in any letter case. */
  readonly ending?: string
  /** Look in this kind of token only. */
  readonly only?: 'id' | 'access'
  /**
   * `host`: of a URL; `last-segment`: after the last `/`; `entries`: an object as `name=value` strings;
   * `single`: the only member of a list.
   */
  readonly take?: 'host' | 'last-segment' | 'entries' | 'single'
  /** The value counts only if it contains this text. */
  readonly containing?: string
  /** The value counts only if it does not start with this text. */
  readonly notStarting?: string
  /** Put before each value; a `*` in it stands for the member that the path's `*` went through. */
  readonly prefix?: string
}

/** Places by concept, best first. An empty list: this provider cannot say it, ever. */
export interface ClaimNames {
  readonly subject: readonly ClaimSource[]
  readonly userName: readonly ClaimSource[]
  readonly email: readonly ClaimSource[]
  readonly client: readonly ClaimSource[]
  readonly audience: readonly ClaimSource[]
  readonly scopes: readonly ClaimSource[]
  readonly groups: readonly ClaimSource[]
  readonly roles: readonly ClaimSource[]
  readonly tenant: readonly ClaimSource[]
  readonly authTime: readonly ClaimSource[]
  readonly sessionId: readonly ClaimSource[]
  readonly tokenId: readonly ClaimSource[]
  /** Claims that, when true, say that the groups were too many and have been left out. */
  readonly groupsLeftOut: readonly string[]
  /** Values of `acr` that amount to more than one factor; a `*` at the end stands for any ending. */
  readonly mfaLevels: readonly string[]
}

/** Marks of access tokens for the provider's own APIs; any of them will do. */
export interface OwnTokens {
  /** Every access token is one. */
  readonly all?: boolean
  readonly audiences?: readonly string[]
  /** Members of the JOSE header that others do not have. */
  readonly headers?: readonly string[]
}
