import { type Preset, STANDARD } from '../preset.ts'

/** The claim with AWS's facts about the principal. */
const AWS = 'https://sts.amazonaws.com/'

/** AWS IAM as an issuer for programs: `sts:GetWebIdentityToken`. There is no sign-in page and no refresh token. */
export const awsIam: Preset = {
  ...STANDARD,
  id: 'aws-iam',
  name: 'AWS IAM (outbound identity federation)',
  signsIn: 'workload',
  scopes: [],
  offline: 'none',
  audience: 'audience',
  device: 'no',
  revoke: [],
  claimNames: {
    userName: [{ path: ['sub'], take: 'last-segment' }],
    email: [],
    client: [],
    scopes: [],
    groups: [],
    roles: [{ path: [AWS, 'principal_tags'], take: 'entries' }],
    tenant: [{ path: [AWS, 'aws_account'] }, { path: [AWS, 'org_id'] }],
    authTime: [],
    sessionId: [],
  },
}

/** IAM Identity Center: recognised only to explain that it issues no ID tokens to other programs. */
export const awsIdentityCenter: Preset = {
  ...STANDARD,
  id: 'aws-identity-center',
  name: 'AWS IAM Identity Center',
  signsIn: 'nobody',
  scopes: [],
  offline: 'none',
  // Its token gives access to all AWS accounts of the person: it must not be sent to a trace API.
  device: 'no',
  revoke: [],
}
