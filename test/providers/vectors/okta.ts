import { exactly, ISSUED, type Row, type TokenVector } from './row.ts'

const UID = '00u1abcDEF2345ghI6j7'
const ISSUER = 'https://acme.okta.example/oauth2/aus1tracesAPI0001'
const CLIENT = '0oa1cliABC2345defG6h7'

const idToken: TokenVector = {
  what: 'ID token',
  header: { kid: 'kOkta1', alg: 'RS256' },
  payload: {
    sub: UID,
    name: 'Ada Example',
    ver: 1,
    iss: ISSUER,
    aud: CLIENT,
    iat: ISSUED,
    exp: ISSUED + 3600,
    jti: 'ID.u1Fh0xExample',
    amr: ['mfa', 'otp', 'pwd'],
    idp: '00o1orgABC2345defG6h7',
    nonce: 'n-0S6_WzA2Mj',
    preferred_username: 'ada@acme.example',
    auth_time: ISSUED - 10,
    at_hash: 'cpqKfdQA5eH891Ff5oJr_Q',
    email: 'ada@acme.example',
    email_verified: true,
    groups: ['Everyone', 'traces-readers'],
  },
  kind: 'id',
  says: {
    subject: [UID, 'sub'],
    userName: ['ada@acme.example', 'preferred_username'],
    email: ['ada@acme.example', 'email'],
    emailVerified: [true, 'email_verified'],
    client: [CLIENT, 'aud'],
    groups: [['Everyone', 'traces-readers'], 'groups'],
    mfa: [true, 'amr'],
    authTime: [ISSUED - 10, 'auth_time'],
    tenant: ['acme.okta.example', 'iss'],
    tokenId: ['ID.u1Fh0xExample', 'jti'],
    scopes: 'absent',
  },
  checks: [
    [{ audience: [CLIENT], groups: ['traces-readers'], sub: UID }, 'pass'],
    [{ scopes: ['traces.read'] }, 'unknown'],
    [{ groups: ['ops'] }, 'fail'],
  ],
}

const accessToken: TokenVector = {
  what: 'access token: sub is the login, scp a list, groups under a name of the administrator’s',
  header: { kid: 'kOkta1', alg: 'RS256' },
  payload: {
    ver: 1,
    jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
    iss: ISSUER,
    aud: 'api://traces',
    iat: ISSUED,
    exp: ISSUED + 3600,
    cid: CLIENT,
    uid: UID,
    scp: ['openid', 'offline_access', 'traces.read'],
    auth_time: ISSUED - 10,
    sub: 'ada@acme.example',
    Groups: ['Everyone', 'traces-readers'],
  },
  kind: 'access',
  says: {
    subject: [UID, 'uid'],
    userName: ['ada@acme.example', 'sub'],
    client: [CLIENT, 'cid'],
    audience: [['api://traces'], 'aud'],
    scopes: [['openid', 'offline_access', 'traces.read'], 'scp'],
    groups: [['Everyone', 'traces-readers'], 'Groups'],
    mfa: 'absent',
    sessionId: 'unsupported',
  },
  checks: [
    [{ audience: ['api://traces'], client: [CLIENT], scopes: ['traces.read'], sub: UID }, 'pass'],
    [{ audience: ['api://default'] }, 'fail'],
    [{ scopes: ['traces.write'] }, 'fail'],
    [{ maxTokenLifetimeSeconds: 600 }, 'fail'],
  ],
}

const hints: Row['hints'] = [
  [
    {
      description: "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings",
    },
    /Sign-in redirect URIs.*127\.0\.0\.1:8765/,
  ],
  [
    { error: 'access_denied', description: 'Policy evaluation failed for this request' },
    /a rule that allows this client/,
  ],
  [{ error: 'access_denied', description: 'no_matching_policy' }, /a rule that allows this client/],
  [{ error: 'access_denied', description: 'User is not assigned to the client application.' }, /assign/],
  [{ error: 'invalid_scope', description: 'One or more scopes are not configured' }, /does not define/],
  [
    { error: 'invalid_scope', description: 'Custom scopes are not allowed for this request' },
    /oauth2\/default/,
  ],
  [
    { error: 'invalid_client', description: 'Browser requests to the token endpoint must use PKCE' },
    /Origin header/,
  ],
  [{ error: 'invalid_client', description: 'No client credentials found.' }, /Native Application/],
  [
    { error: 'invalid_client', description: 'Client authentication failed' },
    /^Check client_id .*Native Application/,
  ],
  [{ error: 'unmet_authentication_requirements' }, /--acr/],
  [{ error: 'server_error', description: 'The groups claim exceeds 100 groups.' }, /more than 100 groups/],
  [{ error: 'invalid_request', description: 'PKCE code challenge is required' }, /PKCE/],
  [
    { where: 'discovery', error: 'not-found', description: '{"errorCode":"E0000015"}' },
    /API Access Management/,
  ],
  [{ where: 'device', error: 'unauthorized_client' }, /Device Authorization/],
  [{ where: 'device', error: 'unsupported_grant_type' }, /Device Authorization/],
  [{ where: 'token', error: 'invalid_grant' }, /ls-auth login/],
]

export const OKTA: readonly Row[] = [
  {
    id: 'okta',
    issuers: ['https://acme.okta.com/oauth2/default', 'https://acme.oktapreview.com/oauth2/aus7', ISSUER],
    clientId: CLIENT,
    registers: exactly('127.0.0.1'),
    tokens: [idToken, accessToken],
    hints,
  },
  {
    id: 'okta-org',
    issuers: ['https://acme.okta.com', 'https://acme.okta-emea.com'],
    clientId: CLIENT,
    registers: exactly('127.0.0.1'),
    tokens: [
      { ...idToken, payload: { ...idToken.payload, iss: 'https://acme.okta.com' }, says: {} },
      {
        ...accessToken,
        what: 'access token for Okta itself: nobody else can check it, so nothing passes and it is not called wrong',
        payload: { ...accessToken.payload, iss: 'https://acme.okta.com', aud: 'https://acme.okta.com' },
        says: { audience: [['https://acme.okta.com'], 'aud'] },
        checks: [
          [{}, 'unknown'],
          [{ scopes: ['traces.read'] }, 'unknown'],
          [{ audience: ['api://traces'] }, 'fail'],
        ],
      },
    ],
    hints: [...hints, [{ error: 'opaque-token' }, /Use the ID token/]],
  },
]
