import type { ClaimNames } from '../claim-grammar.ts'

/** Where to look for claims of a provider without a preset. */
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
  // Never `iat`: it is the time the token was issued, which changes with each refresh (OIDC Core §12.2).
  authTime: ['auth_time'],
  sessionId: ['sid'],
  tokenId: ['jti', 'uti'],
  groupsLeftOut: [],
  mfaByFactors: true,
  mfaLevels: [],
}
