import { type Preset, STANDARD } from '../preset.ts'

/** GitHub Actions: a job asks the runner for a token that lives five minutes. */
export const githubActions: Preset = {
  ...STANDARD,
  id: 'github-actions',
  name: 'GitHub Actions',
  signsIn: 'workload',
  scopes: [],
  offline: 'none',
  audience: 'audience',
  device: 'no',
  revoke: [],
  // `nbf` is five minutes before `iat`; `exp` has no slack.
  claimNames: {
    userName: ['actor', 'sub'],
    email: [],
    client: [],
    scopes: [],
    groups: [],
    roles: [],
    tenant: ['repository_owner', 'enterprise'],
    authTime: [],
    sessionId: ['run_id'],
  },
}
