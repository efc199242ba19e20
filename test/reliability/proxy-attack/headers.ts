import type { Attack, AttackGroup, Scene } from './attack.ts'
import type { Reached } from './echo-api.ts'
import { rawAttack, request } from './raw.ts'

const MARK = 'i-am-somebody-else'
const valuesFor = ({ headers }: Reached, name: string): string[] =>
  headers.filter((_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === name)

/** The request may pass; what it claims may not. */
const claim = (name: string, headers: readonly string[] = [`${name}: ${MARK}`]): Attack =>
  rawAttack(
    name,
    (door) => request(door, `GET /${door.secret}/api/search HTTP/1.1`, headers),
    (reached) => JSON.stringify(reached).includes(MARK),
  )
/** The token of the owner is sent, once, whatever the caller does. */
const without = (name: string, ...headers: string[]): Attack => ({
  ...claim(name, headers),
  through: (reached, { token }: Scene) =>
    reached.some((one) => valuesFor(one, 'authorization').join() !== `Bearer ${token}`),
})

/** Who proxies, gateways and single sign-on say that somebody is. */
const NAMES = [
  'Authorization',
  'Proxy-Authorization',
  'Cookie',
  'Forwarded',
  'Via',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Forwarded-User',
  'X-Forwarded-Email',
  'X-Forwarded-Groups',
  'X-Forwarded-Access-Token',
  'X-Forwarded-Client-Cert',
  'X-Real-IP',
  'True-Client-IP',
  'X-Remote-User',
  'Remote-User',
  'X-Auth-Request-Email',
  'X-Authenticated-User',
  'X-User',
  'X-User-Id',
  'X-WEBAUTH-USER',
  'X-SSL-Client-Cert',
  'X-JWT-Assertion',
  'X-Amzn-Oidc-Data',
  'X-Goog-IAP-JWT-Assertion',
  'X-Goog-Authenticated-User-Email',
  'Cf-Access-Jwt-Assertion',
  'X-Ms-Client-Principal',
  'X-Ms-Token-Aad-Access-Token',
  'X-Consumer-Username',
  'X-Pomerium-Jwt-Assertion',
  'Impersonate-User',
  'Impersonate-Group',
  'X-Grafana-User',
  'X-Grafana-Org-Id',
  'X-Access-Token',
  'X-Id-Token',
  'X-Api-Key',
  'X-Scope-OrgID',
  'X-Tenant',
  'X-HTTP-Method-Override',
  'X-HTTP-Method',
  'X-Method-Override',
  'X-Original-URL',
  'X-Original-Method',
  'X-Rewrite-URL',
  'User-Agent',
  'X-Request-Reason',
  'Traceparent',
  'AccountID',
  'ProjectID',
  'THANOS-TENANT',
  'X-Org-Id',
  'X-Grafana-Id',
  'X-DS-Authorization',
  'OIDC_CLAIM_sub',
  'X-OIDC-Claims',
  'SHIB-Session',
  'eppn',
  'Grpc-Metadata-Authorization',
  'X-Envoy-Original-Path',
  'X-Istio-Attributes',
  'CF-Connecting-IP',
  'X-Vault-Token',
  'X-Amz-Security-Token',
  'X-Logged-In-User',
  'X-Host',
  'Baggage',
  'Range',
  'If-Range',
  'X_Forwarded_User',
  'X_SCOPE_ORGID',
  'REMOTE_USER',
  'X_Request_Reason',
]

/** What a caller says about who asks, why, and what is asked. */
export const headers: AttackGroup = {
  name: 'header',
  attacks: [
    ...NAMES.map((name) => claim(name)),
    claim('two Authorization headers', ['Authorization: Bearer a', `Authorization: Bearer ${MARK}`]),
    claim('a tenant in capitals', [`X-SCOPE-ORGID: ${MARK}`]),
    claim('a tenant behind blanks', [`X-Scope-OrgID:   \t ${MARK}`]),
    claim('a traceparent with more behind it', [
      `traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-${MARK}`,
    ]),
    claim('a header that Connection names', [`Connection: X-Claim`, `X-Claim: ${MARK}`]),
    without('Connection names Authorization', 'Connection: Authorization'),
    without('Connection names Host', 'Connection: Host, Authorization, User-Agent'),
    without('an Authorization that is empty', 'Authorization:'),
    without('Authorization with an underscore', 'Authorization_: Basic x'),
  ],
}
