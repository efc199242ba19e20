import { ISSUED, type Row } from './row.ts'

const REALM = 'https://sso.acme.example/realms/traces'
const DEX = 'https://dex.acme.example/dex'
const LIVE = { iat: ISSUED, exp: ISSUED + 3600 }

export const HOSTED: readonly Row[] = [
  {
    id: 'keycloak',
    issuers: [REALM, 'https://sso.acme.example/auth/realms/traces'],
    clientId: 'ls-auth',
    registers: ['http://127.0.0.1/callback'],
    tokens: [
      {
        what: 'ID token, named in the payload',
        header: { alg: 'RS256', typ: 'JWT', kid: 'kKC' },
        payload: {
          iss: REALM,
          aud: 'ls-auth',
          sub: '838d3785-4aeb-4923-b272-000000000000',
          typ: 'ID',
          azp: 'ls-auth',
          sid: '3d936071',
          acr: '1',
          preferred_username: 'ada',
          groups: ['/acme/traces-readers'],
          ...LIVE,
        },
        kind: 'id',
        says: { tenant: ['traces', 'iss'], sessionId: ['3d936071', 'sid'], mfa: 'absent' },
        checks: [
          [{ groups: ['/acme/traces-readers'] }, 'pass'],
          [{ groups: ['traces-readers'] }, 'fail'],
        ],
      },
      {
        what: 'access token: roles of the realm and of clients',
        header: { alg: 'RS256', typ: 'JWT', kid: 'kKC' },
        payload: {
          iss: REALM,
          aud: ['traces-api', 'account'],
          sub: '838d3785-4aeb-4923-b272-000000000000',
          typ: 'Bearer',
          azp: 'ls-auth',
          realm_access: { roles: ['offline_access'] },
          resource_access: { 'traces-api': { roles: ['reader'] } },
          scope: 'openid email profile offline_access',
          ...LIVE,
        },
        kind: 'access',
        says: {
          roles: [
            ['realm:offline_access', 'traces-api:reader'],
            'realm_access.roles + resource_access.*.roles',
          ],
          groups: 'absent',
        },
        checks: [
          [{ audience: ['traces-api'], roles: ['traces-api:reader'] }, 'pass'],
          [{ audience: ['ls-auth'] }, 'fail'],
        ],
      },
      {
        what: 'refresh token, which is a JWT there too: never taken for one that opens an API',
        header: { alg: 'RS256', typ: 'JWT', kid: 'kKC' },
        payload: { iss: REALM, aud: REALM, typ: 'Offline', scope: 'openid', ...LIVE },
        kind: 'refresh',
        says: {},
        checks: [[{}, 'fail']],
      },
    ],
    hints: [
      [{ where: 'authorization', description: 'Invalid parameter: redirect_uri' }, /127\.0\.0\.1\/callback/],
      [
        { error: 'invalid_grant', description: 'Client not allowed OAuth 2.0 Device Authorization Grant' },
        /Turn on/,
      ],
      [{ where: 'device', error: 'invalid_grant', description: 'Device code not valid' }, /already used/],
      [
        { error: 'unauthorized_client', description: 'Invalid client or Invalid client credentials' },
        /"Client authentication" off/,
      ],
      [
        { error: 'not_allowed', description: 'Offline tokens not allowed for the user or client' },
        /offline_access/,
      ],
      [
        {
          where: 'token',
          error: 'invalid_grant',
          description: 'Maximum allowed refresh token reuse exceeded',
        },
        /used twice/,
      ],
      [{ where: 'discovery', error: 'issuer-mismatch' }, /hostname/],
    ],
  },
  {
    id: 'dex',
    issuers: [DEX, 'http://127.0.0.1:5556/dex'],
    clientId: 'ls-auth',
    registers: ['http://127.0.0.1/callback'],
    tokens: [
      {
        what: 'ID token for two clients',
        header: { alg: 'RS256', kid: 'kDex' },
        payload: {
          iss: DEX,
          sub: 'CgcyMzQyNzQ5EgZnaXRodWI',
          aud: ['traces-api', 'ls-auth'],
          azp: 'ls-auth',
          nonce: 'n-0S6_WzA2Mj',
          at_hash: 'bi96gOXZShvlWYtal9Eqiw',
          groups: ['acme:traces-readers'],
          preferred_username: 'ada',
          federated_claims: { connector_id: 'github', user_id: '2342749' },
          ...LIVE,
        },
        kind: 'id',
        says: {
          tenant: ['github', 'federated_claims.connector_id'],
          client: ['ls-auth', 'azp'],
          roles: 'unsupported',
        },
        checks: [
          [{ audience: ['traces-api'], groups: ['acme:traces-readers'] }, 'pass'],
          [{ roles: ['x'] }, 'unknown'],
        ],
      },
      {
        what: 'access token in the shape of an ID token: the kind cannot be told',
        header: { alg: 'RS256', kid: 'kDex' },
        payload: { iss: DEX, sub: 'Cgcy', aud: 'traces-api', ...LIVE },
        responseScope: 'openid groups',
        kind: 'unknown',
        says: { scopes: [['openid', 'groups'], 'token response'] },
        checks: [[{ audience: ['traces-api'] }, 'pass']],
      },
    ],
    hints: [
      [{ description: 'Unregistered redirect_uri ("http://x").' }, /redirectURIs/],
      [
        {
          where: 'token',
          error: 'invalid_request',
          description: 'Refresh token is invalid or has already been claimed by another client.',
        },
        /ls-auth login/,
      ],
      [{ where: 'device', error: 'invalid_request', description: 'Invalid Device code.' }, /already used/],
      [{ error: 'unsupported_grant_type' }, /grantTypes/],
    ],
  },
]
