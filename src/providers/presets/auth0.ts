import { type Preset, STANDARD } from '../preset.ts'

/** Auth0. The issuer ends in a slash. Without an audience the access token is opaque and for Auth0 alone. */
export const auth0: Preset = {
  ...STANDARD,
  id: 'auth0',
  name: 'Auth0',
  audience: 'audience',
  pkceKnown: true,
  device: 'yes',
  revoke: ['refresh'],
  noAccountPage: true,
  // With "Refresh Token Revocation Deletes Grant" (tenant settings; on by default in older tenants, from before 2021), which is
  // invisible here.
  revokesAllOfPerson: true,
  // At a renewal no person can be asked for the second factor.
  deadRefreshCodes: [...STANDARD.deadRefreshCodes, 'mfa_required'],
  keepsScopes: true,
  claimNames: {
    userName: ['nickname', 'preferred_username', 'name', 'email'],
    email: ['email', { ending: '/email' }],
    client: ['azp', 'client_id', { path: ['aud'], only: 'id', take: 'single' }],
    scopes: ['scope'],
    // Auth0 reserves plain names, so customers add claims of their own under a URL.
    groups: [{ ending: '/groups' }, 'groups'],
    roles: [{ ending: '/roles' }, 'permissions'],
    tenant: ['org_id', { path: ['iss'], take: 'host' }],
  },
}
