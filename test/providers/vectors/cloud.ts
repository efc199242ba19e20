import { exactly, ISSUED, type Row } from './row.ts'

const POOL = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123'
const COGNITO_CLIENT = '57cbishk4j24pabc1234567890'
const SUB = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'
const GOOGLE_CLIENT = '1234567890-abc.apps.googleusercontent.com'

export const COGNITO: Row = {
  id: 'cognito',
  issuers: [POOL, 'https://acme-traces.auth.eu-west-1.amazoncognito.com'],
  clientId: COGNITO_CLIENT,
  registers: exactly('localhost'),
  tokens: [
    {
      what: 'ID token',
      header: { kid: 'kCogId=', alg: 'RS256' },
      payload: {
        at_hash: '4dWkz0ExampleExample0Q',
        sub: SUB,
        'cognito:groups': ['traces-readers'],
        email_verified: 'true',
        iss: POOL,
        'cognito:username': 'ada',
        origin_jti: '11111111-aaaa-4aaa-8aaa-111111111111',
        aud: COGNITO_CLIENT,
        token_use: 'id',
        auth_time: ISSUED - 10,
        exp: ISSUED + 3590,
        iat: ISSUED - 10,
        jti: '22222222-aaaa-4aaa-8aaa-222222222222',
        email: 'ada@acme.example',
        'custom:groups': '[ops, traces-readers]',
        'custom:cost_center': '42',
      },
      kind: 'id',
      says: {
        subject: [SUB, 'sub'],
        userName: ['ada', 'cognito:username'],
        emailVerified: [true, 'email_verified'],
        client: [COGNITO_CLIENT, 'aud'],
        groups: [['traces-readers'], 'cognito:groups'],
        tenant: ['eu-west-1_AbCdEf123', 'iss'],
        sessionId: ['11111111-aaaa-4aaa-8aaa-111111111111', 'origin_jti'],
      },
      checks: [[{ audience: [COGNITO_CLIENT], groups: ['traces-readers'] }, 'pass']],
    },
    {
      what: 'ID token of a person from another provider: groups squeezed into text',
      header: { kid: 'kCogId=', alg: 'RS256' },
      payload: {
        sub: SUB,
        iss: POOL,
        aud: COGNITO_CLIENT,
        token_use: 'id',
        iat: ISSUED,
        exp: ISSUED + 3600,
        'custom:groups': '[ops, traces-readers]',
      },
      kind: 'id',
      says: { groups: [['ops', 'traces-readers'], 'custom:groups'] },
      checks: [[{ groups: ['ops'] }, 'pass']],
    },
    {
      what: 'access token: no audience, the client instead',
      header: { kid: 'kCogAt=', alg: 'RS256' },
      payload: {
        sub: SUB,
        'cognito:groups': ['traces-readers'],
        iss: POOL,
        version: 2,
        client_id: COGNITO_CLIENT,
        origin_jti: '11111111-aaaa-4aaa-8aaa-111111111111',
        token_use: 'access',
        scope: 'openid email traces/read',
        auth_time: ISSUED - 10,
        exp: ISSUED + 3590,
        iat: ISSUED - 10,
        jti: '33333333-aaaa-4aaa-8aaa-333333333333',
        username: 'ada',
      },
      kind: 'access',
      says: {
        userName: ['ada', 'username'],
        client: [COGNITO_CLIENT, 'client_id'],
        audience: 'absent',
        email: 'absent',
        scopes: [['openid', 'email', 'traces/read'], 'scope'],
      },
      checks: [
        [{ client: [COGNITO_CLIENT], scopes: ['traces/read'] }, 'pass'],
        [{ audience: [COGNITO_CLIENT] }, 'unknown'],
      ],
    },
  ],
  hints: [
    [{ error: 'redirect_mismatch' }, /localhost:8765/],
    [{ where: 'token', error: 'unauthorized_client' }, /not allowed to use this grant/],
    [{ where: 'token', error: 'invalid_client' }, /without a secret/],
    [{ where: 'authorization', error: 'invalid_scope' }, /no offline_access/],
  ],
}

export const GOOGLE: Row = {
  id: 'google',
  issuers: ['https://accounts.google.com', 'accounts.google.com'],
  clientId: GOOGLE_CLIENT,
  registers: ['http://127.0.0.1/callback'],
  tokens: [
    {
      what: 'ID token: no groups ever, no scopes',
      header: { alg: 'RS256', kid: 'kGoog1', typ: 'JWT' },
      payload: {
        iss: 'https://accounts.google.com',
        azp: GOOGLE_CLIENT,
        aud: GOOGLE_CLIENT,
        sub: '110169484474386276334',
        hd: 'acme.example',
        email: 'ada@acme.example',
        email_verified: true,
        at_hash: 'HK6E_P6Dh8Y93mRNtsDB1Q',
        nonce: 'n-0S6_WzA2Mj',
        name: 'Ada Example',
        iat: ISSUED,
        exp: ISSUED + 3600,
      },
      kind: 'id',
      says: {
        userName: ['ada@acme.example', 'email'],
        client: [GOOGLE_CLIENT, 'azp'],
        tenant: ['acme.example', 'hd'],
        groups: 'unsupported',
        scopes: 'unsupported',
        authTime: 'unsupported',
        mfa: 'absent',
      },
      checks: [
        [{ audience: [GOOGLE_CLIENT], client: [GOOGLE_CLIENT] }, 'pass'],
        [{ groups: ['ops'] }, 'unknown'],
        [{ scopes: ['openid'] }, 'unknown'],
      ],
    },
  ],
  hints: [
    [{ error: 'invalid_request', description: 'client_secret is missing.' }, /non-confidential/],
    [{ error: 'redirect_uri_mismatch' }, /Desktop app/],
    [{ where: 'device', error: 'invalid_client', description: 'Invalid client type.' }, /Limited Input/],
    ...['access_denied', 'org_internal', 'admin_policy_enforced'].map(
      (error) => [{ where: 'authorization' as const, error }, /administrator blocks/] as const,
    ),
    [{ where: 'token', error: 'invalid_grant' }, /after seven days/],
  ],
}
