import type { Behaviour, Facts } from '../behaviour.ts'
import { ADA } from './people.ts'

const TENANT = '11111111-2222-3333-4444-555555555555'
const OID = 'bbbbbbbb-0000-4000-8000-000000000002'
const GROUP = 'dddddddd-0000-4000-8000-000000000004'
/** The GUID of the API; in a v2 token it is the audience. */
export const ENTRA_API = 'eeeeeeee-0000-4000-8000-000000000005'
const GRAPH = '00000003-0000-0000-c000-000000000000'

const trace = (code: number, text: string) =>
  `AADSTS${code}: ${text}\r\nTrace ID: 00000000-0000-0000-0000-000000000000\r\nTimestamp: 2026-09-21 14:13:20Z`

const refusal = (status: number, error: string, code: number, text: string) => ({
  status,
  body: {
    error,
    error_description: trace(code, text),
    error_codes: [code],
    trace_id: '00000000-0000-0000-0000-000000000000',
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  },
})

/** Claims that both tokens carry. */
const person = ({ issuer, now, expires, serial }: Facts) => ({
  iss: issuer,
  iat: now,
  nbf: now,
  exp: expires,
  aio: 'opaque',
  rh: '0.opaque',
  name: ADA.name,
  oid: OID,
  preferred_username: ADA.email,
  tid: TENANT,
  uti: serial,
  ver: '2.0',
})

/** Microsoft Entra ID, v2: the port is ignored, a scope names the API, nothing can be revoked, no PKCE in metadata. */
export const entra: Behaviour = {
  id: 'entra',
  clientId: 'aaaaaaaa-0000-4000-8000-000000000001',
  issuerPath: `/${TENANT}/v2.0`,
  paths: {
    authorize: `/${TENANT}/oauth2/v2.0/authorize`,
    token: `/${TENANT}/oauth2/v2.0/token`,
    jwks: `/${TENANT}/discovery/v2.0/keys`,
    device: `/${TENANT}/oauth2/v2.0/devicecode`,
    endSession: `/${TENANT}/oauth2/v2.0/logout`,
  },
  elsewhere: [],
  metadata: {
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    tenant_region_scope: 'EU',
  },
  redirect: {
    compare: 'without-port',
    registered: ['http://localhost'],
    mismatch: 'AADSTS50011: The redirect URI specified in the request does not match the ones configured.',
  },
  redirectExtras: { session_state: 'cccccccc-0000-4000-8000-000000000003' },
  scopes: {
    known: [
      'openid',
      'profile',
      'email',
      'offline_access',
      /^api:\/\/[^/]+\/(traces\.(read|query)|\.default)$/,
    ],
    unknown: 'refuse',
  },
  offline: 'offline_access',
  audience: { by: 'scope', pattern: /^api:\/\/([^/]+)\// },
  refusedParameters: {
    resource: {
      error: 'invalid_request',
      description: trace(901002, "The 'resource' request parameter is not supported."),
    },
  },
  accessSeconds: 4500,
  // A new one each time, and the old one goes on working.
  rotation: { kind: 'rotate', graceSeconds: Number.POSITIVE_INFINITY, family: false },
  deadRefresh: refusal(400, 'invalid_grant', 700082, 'The refresh token has expired due to inactivity.'),
  device: {
    // No verification_uri_complete; a message of its own.
    answer: {
      verification_uri: '{page}',
      expires_in: 900,
      interval: 5,
      message: 'To sign in, use a web browser to open the page and enter the code.',
    },
    pending: refusal(400, 'authorization_pending', 70016, 'The request has not yet been authorized.'),
    slowDown: { status: 400, body: { error: 'slow_down' } },
    declined: refusal(400, 'authorization_declined', 70000, 'declined'),
    expired: refusal(400, 'bad_verification_code', 70019, 'The verification code has expired.'),
    pkce: 'ignored',
  },
  revokes: [],
  keys: ['kEntra1'],
  refreshPrefix: '0.AXXX',
  idToken: (facts) => ({
    header: { typ: 'JWT', kid: 'kEntra1' },
    claims: {
      ...person({ ...facts, expires: facts.now + 3900 }),
      aud: facts.clientId,
      ...(facts.nonce === undefined ? {} : { nonce: facts.nonce }),
      roles: ['Traces.Reader'],
      sid: 'cccccccc-0000-4000-8000-000000000003',
      sub: 'pairwise-ID-HKZpfaHyWadeOouYlitjrI',
      groups: [GROUP],
    },
  }),
  accessToken: (facts) => ({
    header: { typ: 'JWT', kid: 'kEntra1' },
    claims: {
      ...person(facts),
      aud: facts.audience ?? GRAPH,
      azp: facts.clientId,
      azpacr: '0',
      scp: facts.scopes
        .filter((scope) => scope.startsWith('api://'))
        .map((scope) => scope.slice(scope.lastIndexOf('/') + 1))
        .join(' '),
      roles: ['Traces.Reader'],
      groups: [GROUP],
      sub: 'pairwise-API-l3_roISQU222bULS9yi2k0Xpq',
    },
  }),
  tokenExtras: ({ scopes }) => ({ scope: named(scopes).join(' '), ext_expires_in: 4500 }),
}

/** Of an API's scopes the answer names those alone; OpenID's own it names for Microsoft Graph only. */
function named(scopes: readonly string[]): readonly string[] {
  const ofApi = scopes.filter((scope) => scope.startsWith('api://'))
  return ofApi.length > 0 ? ofApi : scopes.filter((scope) => scope !== 'offline_access')
}

/** Its real origin: what a shared issuer stands for is decided by this name. */
export const ENTRA_ORIGIN = 'https://login.microsoftonline.com'
const inTenant = (facts: Facts): Facts => ({ ...facts, issuer: `${ENTRA_ORIGIN}/${TENANT}/v2.0` })

/** The issuer that many tenants share: its metadata name none of them, its tokens the tenant of the person. */
export const entraShared: Behaviour = {
  ...entra,
  issuerPath: '/organizations/v2.0',
  paths: {
    authorize: '/organizations/oauth2/v2.0/authorize',
    token: '/organizations/oauth2/v2.0/token',
    jwks: '/organizations/discovery/v2.0/keys',
    endSession: '/organizations/oauth2/v2.0/logout',
  },
  metadata: { ...entra.metadata, issuer: `${ENTRA_ORIGIN}/{tenantid}/v2.0` },
  idToken: (facts) => entra.idToken(inTenant(facts)),
  accessToken: (facts) => entra.accessToken(inTenant(facts)),
}

/** A person in more groups than fit: the token says where they could be read instead. */
export const entraWithOverage: Behaviour = {
  ...entra,
  idToken: (facts) => withoutGroups(entra.idToken(facts)),
  accessToken: (facts) => {
    const shape = entra.accessToken(facts)
    return typeof shape === 'string' ? shape : withoutGroups(shape)
  },
}

function withoutGroups<T extends { readonly claims: Readonly<Record<string, unknown>> }>(shape: T): T {
  const { groups: _, ...claims } = shape.claims
  const endpoint = `https://graph.windows.net/${TENANT}/users/${OID}/getMemberObjects`
  return {
    ...shape,
    claims: { ...claims, _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } },
  }
}
