/**
 * Where each idea about a person may stand in a token, as data. A provider's own order is handed to
 * `normalise` by whoever knows the provider; the order here is for every provider that keeps to OIDC Core §5.1.
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

/** The order for a provider nobody has described. */
export const GENERIC_CLAIM_NAMES: ClaimNames = {
  subject: ['sub'],
  userName: ['preferred_username', 'upn', 'username', 'email', 'nickname', 'name', 'sub'],
  email: ['email'],
  client: ['azp', 'client_id', 'cid', 'appid', { path: ['aud'], only: 'id', take: 'single' }],
  audience: ['aud'],
  scopes: ['scope', 'scp'],
  groups: ['groups', 'group', 'memberOf', 'cognito:groups', { ending: '/groups' }, { ending: ':groups' }],
  roles: ['roles', 'role', 'permissions', { ending: '/roles' }],
  tenant: ['tid', 'org_id', 'hd', { path: ['iss'], take: 'host' }],
  // Never `iat`: it says when the token was made, and a refresh makes new ones (OIDC Core §12.2).
  authTime: ['auth_time'],
  sessionId: ['sid'],
  tokenId: ['jti', 'uti'],
  groupsLeftOut: [],
  mfaLevels: [],
}
