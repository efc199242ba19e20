import { type Preset, STANDARD } from '../preset.ts'

/** JumpCloud, a custom OIDC app. The names of attribute and group claims are the administrator's to choose. */
export const jumpCloud: Preset = {
  ...STANDARD,
  id: 'jumpcloud',
  name: 'JumpCloud',
  device: 'no',
  claimNames: { groups: ['groups', 'memberOf'] },
  hints: [
    {
      error: ['no-refresh-token', 'unsupported_grant_type'],
      say: 'Tick the grant "Refresh Token" in the SSO tab of the app {client}.',
    },
    {
      error: ['invalid_client'],
      say: 'Set "Client Authentication Type" of the app {client} to "Public (None PKCE)".',
    },
  ],
  registration: [
    'SSO Applications > Custom Application > OIDC; Client Authentication Type "Public (None PKCE)"; tick the grant Refresh Token.',
    'Add each redirect URI, and bind the app to the user groups.',
    'Groups: tick "include group attribute" and name it "groups".',
  ],
}
