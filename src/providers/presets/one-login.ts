import { type Preset, STANDARD } from '../preset.ts'

/** OneLogin, OIDC version 2. It has no device grant. */
export const oneLogin: Preset = {
  ...STANDARD,
  id: 'onelogin',
  name: 'OneLogin',
  pkceKnown: true,
  device: 'no',
  claimNames: { groups: ['groups'] },
  hints: [
    {
      error: ['invalid_client'],
      say: 'Set "Token Endpoint" of the app {client} to "None (PKCE)": ls-auth sends no secret.',
    },
    {
      error: ['redirect_uri_mismatch', 'invalid_redirect_uri'],
      say: 'Add to "Redirect URIs" of the app: {redirect}',
    },
  ],
  registration: [
    'Applications > add "OpenId Connect (OIDC)", application type Native, Token Endpoint "None (PKCE)".',
    'Add each redirect URI, and assign the app to the people or a role.',
    'Groups: ask for the scope "groups" and map the parameter Groups.',
  ],
}
