import { expect } from 'vitest'
import type { Behaviour } from '../../world/simulator/behaviour.ts'
import { AUTH0_API, auth0 } from '../../world/simulator/behaviours/auth0.ts'
import { cognito } from '../../world/simulator/behaviours/cognito.ts'
import { DEX_API, dex } from '../../world/simulator/behaviours/dex.ts'
import { ENTRA_API, entra } from '../../world/simulator/behaviours/entra.ts'
import { google } from '../../world/simulator/behaviours/google.ts'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { okta } from '../../world/simulator/behaviours/okta.ts'

/** A value of `whoami --json`, the claim it stood in and the token. */
export type Told = readonly [value: unknown, claim: string, token: 'id' | 'access']

/** What one provider's whole story must show. */
export interface Expected {
  readonly behaviour: Behaviour
  /** Lines of the profile beside issuer and client. */
  readonly settings: readonly string[]
  readonly redirect: RegExp
  /** Parameters of the authorization request; null: must not be there. */
  readonly asks: Readonly<Record<string, string | null>>
  readonly identity: Readonly<Record<string, Told | 'absent' | 'unsupported'>>
  /** Assertions that hold, and what they are held against. */
  readonly holds: readonly string[]
  /** Assertions that do not: the line that says so. */
  readonly doubts: readonly (readonly [flags: string, line: RegExp])[]
  readonly prints: 'access' | 'id'
  readonly signsOut: 'refresh token revoked' | 'offers no revocation: the tokens were only deleted here'
}

const REVOKED = 'refresh token revoked'
const NOT_OFFERED = 'offers no revocation: the tokens were only deleted here'
const STANDARD = 'openid profile email offline_access'
const GROUP = 'dddddddd-0000-4000-8000-000000000004'

export const EXPECTED: readonly Expected[] = [
  {
    behaviour: okta,
    settings: ['scopes = ["openid", "profile", "email", "offline_access", "traces.read"]'],
    redirect: /^http:\/\/127\.0\.0\.1:\d+\/callback$/,
    asks: { scope: `${STANDARD} traces.read`, audience: null, resource: null, access_type: null },
    identity: {
      subject: ['00u1abcDEF2345ghI6j7', 'sub', 'id'],
      user_name: ['ada@acme.example', 'preferred_username', 'id'],
      client: [okta.clientId, 'cid', 'access'],
      audience: [['api://traces'], 'aud', 'access'],
      scopes: [['openid', 'profile', 'email', 'offline_access', 'traces.read'], 'scp', 'access'],
      groups: [['Everyone', 'traces-readers'], 'Groups', 'access'],
      mfa: [true, 'amr', 'id'],
      session_id: 'unsupported',
    },
    holds: [
      `--audience api://traces --client ${okta.clientId} --group traces-readers --scope traces.read`,
      '--use id --amr mfa --max-age 1d',
    ],
    doubts: [['--group ops', /FAIL +group +ops +held: Everyone, traces-readers/]],
    prints: 'access',
    signsOut: REVOKED,
  },
  {
    behaviour: entra,
    settings: [`scopes = ["openid", "profile", "email", "offline_access", "api://${ENTRA_API}/traces.read"]`],
    redirect: /^http:\/\/localhost:\d+$/,
    asks: { scope: `${STANDARD} api://${ENTRA_API}/traces.read`, audience: null, resource: null },
    identity: {
      subject: ['bbbbbbbb-0000-4000-8000-000000000002', 'oid', 'id'],
      user_name: ['ada@acme.example', 'preferred_username', 'id'],
      email: ['ada@acme.example', 'preferred_username', 'id'],
      client: [entra.clientId, 'azp', 'access'],
      audience: [[ENTRA_API], 'aud', 'access'],
      scopes: [['traces.read'], 'scp', 'access'],
      groups: [[GROUP], 'groups', 'access'],
      roles: [['Traces.Reader'], 'roles', 'access'],
      tenant: ['11111111-2222-3333-4444-555555555555', 'tid', 'id'],
      session_id: ['cccccccc-0000-4000-8000-000000000003', 'sid', 'id'],
      mfa: 'absent',
    },
    holds: [
      `--audience ${ENTRA_API} --client ${entra.clientId} --group ${GROUP} --role Traces.Reader`,
      `--use id --audience ${entra.clientId}`,
    ],
    doubts: [
      [`--audience api://${ENTRA_API}`, /FAIL +audience +api:/],
      ['--amr mfa', /unknown +claim +amr contains mfa.*unknown/],
    ],
    prints: 'access',
    signsOut: NOT_OFFERED,
  },
  {
    behaviour: cognito,
    settings: ['scopes = ["openid", "profile", "email", "traces/read"]'],
    redirect: /^http:\/\/localhost:\d+\/callback$/,
    asks: { scope: 'openid profile email traces/read', audience: null, resource: null, prompt: null },
    identity: {
      subject: ['aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee', 'sub', 'id'],
      user_name: ['ada', 'cognito:username', 'id'],
      client: [cognito.clientId, 'client_id', 'access'],
      audience: [[cognito.clientId], 'aud', 'id'],
      scopes: [['openid', 'profile', 'email', 'traces/read'], 'scope', 'access'],
      groups: [['traces-readers'], 'cognito:groups', 'access'],
      tenant: ['eu-west-1_AbCdEf123', 'iss', 'id'],
      session_id: ['11111111-aaaa-4aaa-8aaa-111111111111', 'origin_jti', 'id'],
    },
    holds: [
      `--client ${cognito.clientId} --group traces-readers --scope traces/read`,
      `--use id --audience ${cognito.clientId} --claim "custom:cost_center == 42"`,
    ],
    doubts: [
      [`--audience ${cognito.clientId}`, /unknown +audience.*unknown[\s\S]*its client can be asserted/],
    ],
    prints: 'access',
    signsOut: REVOKED,
  },
  {
    behaviour: google,
    settings: [],
    redirect: /^http:\/\/127\.0\.0\.1:\d+\/callback$/,
    asks: { scope: 'openid profile email', access_type: 'offline', prompt: 'consent', audience: null },
    identity: {
      subject: ['110169484474386276334', 'sub', 'id'],
      user_name: ['ada@acme.example', 'email', 'id'],
      client: [google.clientId, 'azp', 'id'],
      audience: [[google.clientId], 'aud', 'id'],
      scopes: [
        [
          'openid',
          'https://www.googleapis.com/auth/userinfo.profile',
          'https://www.googleapis.com/auth/userinfo.email',
        ],
        'token response',
        'access',
      ],
      tenant: ['acme.example', 'hd', 'id'],
      groups: 'unsupported',
    },
    holds: [`--audience ${google.clientId} --client ${google.clientId} --claim "hd == acme.example"`],
    doubts: [
      ['--group ops', /unknown +group +ops.*\(unsupported\)/],
      [`--use access --audience ${google.clientId}`, /unknown +audience.*\(opaque\)/],
    ],
    prints: 'id',
    signsOut: REVOKED,
  },
  {
    behaviour: auth0,
    settings: [
      `audience = "${AUTH0_API}"`,
      'scopes = ["openid", "profile", "email", "offline_access", "traces:read"]',
    ],
    redirect: /^http:\/\/127\.0\.0\.1:\d+\/callback$/,
    asks: { scope: `${STANDARD} traces:read`, audience: AUTH0_API, resource: null },
    identity: {
      subject: ['auth0|6553da60a54af58e29493993', 'sub', 'id'],
      user_name: ['ada', 'nickname', 'id'],
      client: [auth0.clientId, 'azp', 'access'],
      groups: [['traces-readers'], 'https://acme.example/groups', 'id'],
      roles: [['viewer'], 'https://acme.example/roles', 'access'],
      tenant: ['org_9ybsU1dN2dKfDkBi', 'org_id', 'id'],
      session_id: [expect.stringMatching(/^[0-9a-f-]{36}$/), 'sid', 'id'],
    },
    holds: [
      `--audience ${AUTH0_API} --client ${auth0.clientId} --scope traces:read --role viewer`,
      '--use id --group traces-readers',
    ],
    doubts: [['--group traces-readers', /unknown +group +traces-readers.*unknown/]],
    prints: 'access',
    signsOut: REVOKED,
  },
  {
    behaviour: keycloak,
    settings: [],
    redirect: /^http:\/\/127\.0\.0\.1:\d+\/callback$/,
    asks: { scope: STANDARD, audience: null, resource: null },
    identity: {
      subject: ['838d3785-4aeb-4923-b272-000000000000', 'sub', 'id'],
      user_name: ['ada', 'preferred_username', 'id'],
      client: [keycloak.clientId, 'azp', 'access'],
      audience: [['traces-api', 'account'], 'aud', 'access'],
      groups: [['/acme/traces-readers'], 'groups', 'access'],
      roles: [
        [
          'realm:default-roles-traces',
          'realm:offline_access',
          'realm:uma_authorization',
          'traces-api:reader',
          'account:view-profile',
        ],
        'realm_access.roles + resource_access.*.roles',
        'access',
      ],
      tenant: ['traces', 'iss', 'id'],
      session_id: [expect.stringMatching(/^[0-9a-f-]{36}$/), 'sid', 'id'],
      mfa: 'absent',
    },
    holds: [
      '--audience traces-api --client ls-auth --group /acme/traces-readers --role traces-api:reader',
      '--claim "realm_access.roles contains offline_access"',
    ],
    doubts: [['--audience ls-auth', /FAIL +audience +ls-auth +held: traces-api, account/]],
    prints: 'access',
    signsOut: REVOKED,
  },
  {
    behaviour: dex,
    settings: [`audience = "${DEX_API}"`],
    redirect: /^http:\/\/127\.0\.0\.1:\d+\/callback$/,
    asks: {
      scope: `openid profile email groups offline_access audience:server:client_id:${DEX_API}`,
      audience: null,
      resource: null,
    },
    identity: {
      subject: ['CgcyMzQyNzQ5EgZnaXRodWI', 'sub', 'id'],
      user_name: ['ada', 'preferred_username', 'id'],
      client: [dex.clientId, 'azp', 'access'],
      audience: [[DEX_API, dex.clientId], 'aud', 'access'],
      groups: [['acme:traces-readers'], 'groups', 'access'],
      tenant: ['github', 'federated_claims.connector_id', 'id'],
      roles: 'unsupported',
    },
    holds: [`--audience ${DEX_API} --client ${dex.clientId} --group acme:traces-readers`],
    doubts: [['--role viewer', /unknown +role +viewer.*\(unsupported\)/]],
    prints: 'access',
    signsOut: NOT_OFFERED,
  },
]
