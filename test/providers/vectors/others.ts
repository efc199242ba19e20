import { exactly, ISSUED, type Row } from './row.ts'

const PING = 'https://auth.pingone.com/77777777-bbbb-4bbb-8bbb-777777777777/as'
const LIVE = { iat: ISSUED, exp: ISSUED + 3600 }

export const OTHERS: readonly Row[] = [
  {
    id: 'pingone',
    issuers: [PING, 'https://auth.pingone.eu/x/as'],
    clientId: '66666666-aaaa-4aaa-8aaa-666666666666',
    registers: exactly('127.0.0.1'),
    tokens: [
      {
        what: 'access token',
        header: { alg: 'RS256', kid: 'default' },
        payload: {
          client_id: '66666666-aaaa-4aaa-8aaa-666666666666',
          iss: PING,
          aud: ['https://traces.acme.example'],
          scope: 'openid traces:read',
          sub: '88888888-cccc-4ccc-8ccc-888888888888',
          env: '77777777-bbbb-4bbb-8bbb-777777777777',
          org: '99999999-dddd-4ddd-8ddd-999999999999',
          sid: 'sid-example',
          acr: 'Single_Factor',
          ...LIVE,
        },
        kind: 'access',
        says: { tenant: ['99999999-dddd-4ddd-8ddd-999999999999', 'org'], mfa: 'absent', groups: 'absent' },
        checks: [[{ scopes: ['traces:read'], audience: ['https://traces.acme.example'] }, 'pass']],
      },
    ],
    hints: [
      [{ error: 'invalid_scope' }, /one custom resource/],
      [{ error: 'invalid_scope' }, /offline_access/],
      [{ where: 'token', error: 'no-refresh-token' }, /"Refresh Token".*offline_access under Resources/],
    ],
  },
  {
    id: 'onelogin',
    issuers: ['https://acme.onelogin.com/oidc/2'],
    clientId: 'cli-1',
    registers: exactly('127.0.0.1'),
    tokens: [
      {
        what: 'ID token',
        header: { alg: 'RS256', kid: 'k' },
        payload: {
          iss: 'https://acme.onelogin.com/oidc/2',
          sub: '7',
          aud: 'cli-1',
          nonce: 'n',
          groups: ['ops'],
          ...LIVE,
        },
        kind: 'id',
        says: { groups: [['ops'], 'groups'], client: ['cli-1', 'aud'] },
        checks: [[{ groups: ['ops'] }, 'pass']],
      },
    ],
    hints: [
      [{ error: 'invalid_client' }, /None \(PKCE\)/],
      [{ error: 'redirect_uri_mismatch' }, /Redirect URIs/],
    ],
  },
  {
    id: 'jumpcloud',
    issuers: ['https://oauth.id.jumpcloud.com/'],
    clientId: 'cli-1',
    registers: exactly('127.0.0.1'),
    tokens: [
      {
        what: 'ID token, groups under a name of the administrator’s',
        header: { alg: 'RS256', kid: 'k' },
        payload: {
          iss: 'https://oauth.id.jumpcloud.com/',
          sub: '7',
          aud: ['cli-1'],
          nonce: 'n',
          memberOf: ['ops'],
          ...LIVE,
        },
        kind: 'id',
        says: { groups: [['ops'], 'memberOf'] },
        checks: [
          [{ groups: ['ops'] }, 'pass'],
          [{ groups: ['dev'] }, 'fail'],
        ],
      },
    ],
    hints: [
      [{ where: 'token', error: 'no-refresh-token' }, /Refresh Token/],
      [{ error: 'invalid_client' }, /Public \(None PKCE\)/],
    ],
  },
  {
    id: 'generic',
    issuers: ['https://id.acme.example', 'https://login.acme.example/oauth2/other'],
    clientId: 'cli-1',
    registers: exactly('127.0.0.1'),
    tokens: [
      {
        what: 'access token (RFC 9068)',
        header: { alg: 'RS256', typ: 'application/at+jwt', kid: 'k' },
        payload: {
          iss: 'https://id.acme.example',
          sub: '7',
          aud: 'api',
          client_id: 'cli-1',
          scope: 'a b',
          ...LIVE,
        },
        kind: 'access',
        says: { scopes: [['a', 'b'], 'scope'], client: ['cli-1', 'client_id'], groups: 'absent' },
        checks: [
          [{ scopes: ['a', 'b'] }, 'pass'],
          [{ groups: ['ops'] }, 'unknown'],
        ],
      },
    ],
    hints: [
      [{ where: 'discovery', error: 'issuer-mismatch' }, /must match the provider exactly/],
      [{ where: 'discovery', error: 'not-found' }, /well-known/],
      [{ where: 'authorization', error: 'redirect_uri_mismatch' }, /8765/],
      [{ where: 'token', error: 'invalid_grant' }, /ls-auth login/],
      [{ where: 'device', error: 'expired_token' }, /not entered in time/],
      [{ error: 'invalid_target' }, /audience/],
      [{ error: 'temporarily_unavailable' }, /try again/],
    ],
  },
]
