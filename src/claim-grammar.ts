/**
 * How a preset describes which claims hold what. Types only, below both rooms that use it: `providers` writes these
 * descriptions, `claims` reads tokens by them, and neither imports the other.
 */

/** One place to look. A plain string is a top-level claim of exactly that name. */
export type ClaimSource = string | ClaimRule | { readonly merge: readonly ClaimSource[] }

/** Steps from the payload down, where `*` goes through every member of the object there. */
interface ByPath {
  readonly path: readonly string[]
}

/** Each top-level claim whose name ends like this, in any letter case. */
interface ByEnding {
  readonly ending: string
}

/** A place that needs more than a name. */
export type ClaimRule = (ByPath | ByEnding) & ClaimCondition

interface ClaimCondition {
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

/** Where to look for each concept, best place first. An empty list: this provider never has it. */
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
  /** Claims that, when true, say that there were too many groups, so that they were left out of the token. */
  readonly groupsLeftOut: readonly string[]
  /** Methods of two different factors in `amr` mean multi-factor authentication; false: the provider writes `mfa` then. */
  readonly mfaByFactors: boolean
  /** Values of `acr` that mean multi-factor authentication; a `*` at the end is a wildcard. */
  readonly mfaLevels: readonly string[]
}

/** How to recognise access tokens for the provider's own APIs; one match is enough. */
export interface OwnTokens {
  /** Every access token is one. */
  readonly all?: boolean
  readonly audiences?: readonly string[]
  /** Members of the JOSE header that others do not have. */
  readonly headers?: readonly string[]
}
