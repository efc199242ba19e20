import { exactly, ISSUED, type Row } from './row.ts'

export const WORKLOADS: readonly Row[] = [
  {
    id: 'github-actions',
    issuers: [
      'https://token.actions.githubusercontent.com',
      'https://token.actions.acme.ghe.com',
      'https://github.acme.example/_services/token',
    ],
    clientId: 'none',
    registers: exactly('127.0.0.1'),
    tokens: [
      {
        what: 'token of a job: every claim is text, nbf lies before iat',
        header: { typ: 'JWT', alg: 'RS256', kid: 'kGH' },
        payload: {
          actor: 'ada-example',
          aud: 'https://traces.acme.example',
          exp: ISSUED + 300,
          iat: ISSUED,
          iss: 'https://token.actions.githubusercontent.com',
          jti: '1e410ab1-302e-4e33-8c5f-000000000000',
          nbf: ISSUED - 300,
          repository: 'acme/app',
          repository_owner: 'acme',
          run_id: '32290000000',
          run_attempt: '1',
          ref_protected: 'true',
          sub: 'repo:acme@123456/app@456789:ref:refs/heads/main',
        },
        kind: 'unknown',
        says: {
          subject: ['repo:acme@123456/app@456789:ref:refs/heads/main', 'sub'],
          userName: ['ada-example', 'actor'],
          tenant: ['acme', 'repository_owner'],
          sessionId: ['32290000000', 'run_id'],
          groups: 'unsupported',
          email: 'unsupported',
        },
        checks: [
          [
            { audience: ['https://traces.acme.example'], sub: 'repo:acme@*/app@*:ref:refs/heads/main' },
            'pass',
          ],
          [{ sub: 'repo:acme/app:*' }, 'fail'],
          [{ maxTokenLifetimeSeconds: 300 }, 'pass'],
        ],
      },
    ],
    hints: [],
  },
  {
    id: 'aws-iam',
    issuers: ['https://abc12345-def4-56ab-c789-d012ef345678.tokens.sts.global.api.aws'],
    clientId: 'none',
    registers: exactly('127.0.0.1'),
    tokens: [
      {
        what: 'web identity token of a role: what AWS knows stands under a URL',
        header: { typ: 'JWT', alg: 'ES384', kid: 'kSTS' },
        payload: {
          iss: 'https://abc12345-def4-56ab-c789-d012ef345678.tokens.sts.global.api.aws',
          aud: 'https://traces.acme.example',
          sub: 'arn:aws:iam::123456789012:role/TraceReader',
          iat: ISSUED,
          exp: ISSUED + 300,
          jti: 'xyz12345',
          'https://sts.amazonaws.com/': {
            aws_account: '123456789012',
            org_id: 'o-abc1234567',
            principal_tags: { team: 'sre' },
          },
        },
        kind: 'unknown',
        says: {
          userName: ['TraceReader', 'sub'],
          tenant: ['123456789012', 'https://sts.amazonaws.com/.aws_account'],
          roles: [['team=sre'], 'https://sts.amazonaws.com/.principal_tags'],
          groups: 'unsupported',
        },
        checks: [
          [{ sub: 'arn:aws:iam::123456789012:role/*', roles: ['team=sre'] }, 'pass'],
          [{ groups: ['sre'] }, 'unknown'],
        ],
      },
    ],
    hints: [
      [
        { description: 'OutboundWebIdentityFederationDisabledException' },
        /EnableOutboundWebIdentityFederation/,
      ],
      [{ error: 'InvalidIdentityToken', description: 'Incorrect token audience' }, /use the ID token/],
      [{ description: "Couldn't retrieve verification key from your identity provider" }, /public https/],
    ],
  },
  {
    id: 'aws-identity-center',
    issuers: [
      'https://acme.awsapps.com/start',
      'https://identitycenter.amazonaws.com/ssoins-1234567890abcdef',
      'https://oidc.eu-west-1.amazonaws.com',
    ],
    clientId: 'none',
    registers: exactly('127.0.0.1'),
    tokens: [],
    hints: [[{ where: 'discovery', error: 'not-found' }, /no ID tokens/]],
  },
]
