import { type Preset, STANDARD } from '../preset.ts'

/** JumpCloud, a custom OIDC app. The names of attribute and group claims are the administrator's to choose. */
export const jumpCloud: Preset = {
  ...STANDARD,
  id: 'jumpcloud',
  name: 'JumpCloud',
  device: 'no',
  claimNames: { groups: ['groups', 'memberOf'] },
}
