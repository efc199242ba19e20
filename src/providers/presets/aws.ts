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
  hints: [
    {
      description: /OutboundWebIdentityFederationDisabled/i,
      say: 'Outbound federation is disabled for this account. Ask for iam:EnableOutboundWebIdentityFederation.',
    },
    {
      description: /incorrect token audience/i,
      say: 'AWS compares the audience with the client ids of its identity provider entry. Add {client} there, and use the ID token.',
    },
    {
      description: /couldn.t retrieve verification key/i,
      say: 'AWS could not fetch the keys of {issuer}: it must be reachable over public https.',
    },
  ],
  registration: [
    'Enable outbound web identity federation for the account (iam:EnableOutboundWebIdentityFederation). The account then has its own issuer.',
    'Allow the role sts:GetWebIdentityToken for the audience of your gateway.',
    'Let the gateway trust that issuer and audience, and the ARN in sub.',
  ],
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
  hints: [
    {
      say: 'IAM Identity Center issues no ID tokens to other programs. Sign in with the provider behind it (Okta, Entra, Cognito …). For programs use provider = "aws-iam".',
    },
  ],
  registration: [
    'IAM Identity Center is not an OpenID Connect provider, so people cannot sign in with it.',
    'Register ls-auth with the identity provider behind it. For programs on AWS use provider = "aws-iam".',
  ],
}
