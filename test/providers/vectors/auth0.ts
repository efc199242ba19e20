import { exactly, ISSUED, type Row } from './row.ts'

const AUTH0 = 'https://acme.eu.auth0.example/'
const AUTH0_CLIENT = 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja'
const LIVE = { iat: ISSUED, exp: ISSUED + 3600 }

export const AUTH0_ROW: Row = {
  id: 'auth0',
  issuers: ['https://acme.eu.auth0.com/'],
  clientId: AUTH0_CLIENT,
  registers: exactly('127.0.0.1'),
  tokens: [
    {
      what: 'ID token: groups under a URL of the customer’s',
      header: { alg: 'RS256', typ: 'JWT', kid: 'kA0' },
      payload: {
        'https://acme.example/groups': ['traces-readers'],
        nickname: 'ada',
        email: 'ada@acme.example',
        email_verified: true,
        iss: AUTH0,
        aud: AUTH0_CLIENT,
        sub: 'auth0|6553da60a54af58e29493993',
        sid: 's1d-example',
        nonce: 'n-0S6_WzA2Mj',
        org_id: 'org_9ybsU1dN2dKfDkBi',
        ...LIVE,
      },
      kind: 'id',
      says: {
        userName: ['ada', 'nickname'],
        groups: [['traces-readers'], 'https://acme.example/groups'],
        tenant: ['org_9ybsU1dN2dKfDkBi', 'org_id'],
        sessionId: ['s1d-example', 'sid'],
      },
      checks: [
        [{ issuer: [AUTH0], groups: ['traces-readers'] }, 'pass'],
        [{ issuer: [AUTH0.slice(0, -1)] }, 'fail'],
      ],
    },
    {
      what: 'access token: two audiences, permissions beside scopes',
      header: { alg: 'RS256', typ: 'JWT', kid: 'kA0' },
      payload: {
        'https://acme.example/roles': ['viewer'],
        iss: AUTH0,
        sub: 'auth0|6553da60a54af58e29493993',
        aud: ['https://traces.acme.example', `${AUTH0}userinfo`],
        scope: 'openid profile offline_access traces:read',
        azp: AUTH0_CLIENT,
        permissions: ['traces:read'],
        ...LIVE,
      },
      kind: 'access',
      says: { client: [AUTH0_CLIENT, 'azp'], roles: [['viewer'], 'https://acme.example/roles'] },
      checks: [
        [{ audience: ['https://traces.acme.example'], scopes: ['traces:read'], roles: ['viewer'] }, 'pass'],
      ],
    },
    {
      what: 'access token, RFC 9068 profile',
      header: { alg: 'RS256', typ: 'at+jwt', kid: 'kA0' },
      payload: {
        iss: AUTH0,
        sub: 'auth0|6553da60a54af58e29493993',
        aud: 'https://traces.acme.example',
        scope: 'traces:read',
        client_id: AUTH0_CLIENT,
        jti: '73WakrfVbNJBaAmhQtEeDv',
        ...LIVE,
      },
      kind: 'access',
      says: { client: [AUTH0_CLIENT, 'client_id'], roles: 'absent' },
      checks: [[{ client: [AUTH0_CLIENT] }, 'pass']],
    },
  ],
  hints: [
    [{ description: 'Callback URL mismatch.' }, /Allowed Callback URLs.*8765/],
    [{ error: 'access_denied', description: 'Service not found: https://x' }, /as its identifier/],
    [
      { error: 'unauthorized_client', description: "Grant type 'x' not allowed for the client." },
      /Tick the grant/,
    ],
    [{ error: 'unauthorized', description: 'user is blocked' }, /account is blocked/],
    [{ where: 'token', error: 'mfa_required' }, /second factor.*ls-auth login/],
    [
      { error: 'invalid_request', description: 'parameter organization is required for this client' },
      /--authorization-parameter organization=/,
    ],
    [
      {
        where: 'device',
        error: 'invalid_request',
        description: 'parameter organization is required for this client',
      },
      /an organization, which the device flow cannot send\. Sign in with a browser, without --device\.$/,
    ],
    [
      { where: 'device', error: 'invalid_request', description: 'Service not found: api://nope' },
      /as its identifier/,
    ],
    [{ where: 'token', error: 'no-refresh-token' }, /Allow Offline Access/],
    [{ error: 'opaque-token' }, /Set audience/],
    [{ where: 'device', error: 'invalid_grant' }, /already used/],
    [{ where: 'discovery', error: 'issuer-mismatch' }, /trailing slash/],
  ],
}
