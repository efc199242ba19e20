import { type Preset, STANDARD } from '../preset.ts'

/** OneLogin, OIDC version 2. It has no device grant. */
export const oneLogin: Preset = {
  ...STANDARD,
  id: 'onelogin',
  name: 'OneLogin',
  pkceKnown: true,
  device: 'no',
  claimNames: { groups: ['groups'] },
}
