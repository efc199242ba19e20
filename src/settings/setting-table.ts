import { PLACE_NAMES, type PlaceName, placeVariable } from '../backends/backend.ts'
import { BACKEND_IDS, BACKENDS, listed } from '../backends/table.ts'
import type { SettingKey } from './setting-key.ts'

/** The rows of {@link SETTING_TABLE}, with their literal types. */
const SETTING_KEYS = [
  {
    key: 'issuer',
    shape: 'text',
    flag: 'issuer',
    variable: 'LS_AUTH_ISSUER',
    help: 'issuer URL of the identity provider',
  },
  {
    key: 'client_id',
    shape: 'text',
    flag: 'clientId',
    variable: 'LS_AUTH_CLIENT_ID',
    help: 'client id registered for ls-auth',
  },
  {
    key: 'provider',
    shape: 'text',
    flag: 'provider',
    help: 'preset to use, if the issuer is on your own domain',
  },
  {
    key: 'scopes',
    shape: 'words',
    flag: 'scopes',
    help: "scopes to request instead of the profile's (space separated)",
    addFlag: 'scope',
    addHelp: 'request this scope too (repeatable)',
  },
  { key: 'audience', shape: 'text', flag: 'audience', help: 'audience of the token: the API it is for' },
  {
    key: 'resource',
    shape: 'text',
    mayBeEmpty: true,
    flag: 'resource',
    help: 'the identifier of the API (RFC 8707), sent with each request for tokens; "": none is sent',
  },
  {
    key: 'client_id_document',
    shape: 'text',
    help: 'URL of a client id metadata document, used where the server takes it in place of a registration',
  },
  {
    key: 'audience_style',
    shape: ['audience', 'resource', 'scope', 'cross-client', 'server', 'mapper', 'none'],
    help: 'how to request the audience: as a parameter (audience, resource), as a scope (scope, cross-client), or not (server, mapper, none)',
  },
  { key: 'use_token', shape: ['access', 'id'], help: 'token to send to the API' },
  {
    key: 'groups_claim',
    shape: 'text',
    help: 'claim with the groups, if it has an unusual name',
  },
  {
    key: 'redirect_host',
    shape: ['127.0.0.1', 'localhost', '[::1]'],
    help: 'host of the redirect address on this machine',
  },
  {
    key: 'redirect_ports',
    shape: 'ports',
    flag: 'port',
    help: 'port of the redirect address (repeatable)',
  },
  { key: 'redirect_path', shape: 'redirect-path', help: 'path of the redirect address' },
  {
    key: 'backend',
    shape: BACKEND_IDS,
    flag: 'backend',
    variable: 'LS_AUTH_BACKEND',
    help: `back end at the API: ${listed(BACKEND_IDS, 'or')}`,
  },
  {
    key: 'api',
    shape: 'text',
    flag: 'api',
    variable: 'LS_AUTH_API',
    help: 'base URL of the gateway or trace API',
  },
  ...PLACE_NAMES.map(placeRow),
  {
    key: 'ui',
    shape: 'text',
    help: 'base URL of the UI with the pages of traces, for trace get --web',
  },
  {
    key: 'authorization',
    shape: 'text',
    flag: 'authorization',
    help: 'how to send the token: bearer, another scheme, or none to send no token',
    default: 'bearer',
  },
  {
    key: 'authorization_header',
    shape: 'header-name',
    flag: 'authorizationHeader',
    variable: 'LS_AUTH_AUTHORIZATION_HEADER',
    help: 'header for the token, if not Authorization, such as X-JWT-Assertion',
    default: 'Authorization',
  },
  {
    key: 'reason',
    shape: 'header',
    flag: 'reason',
    variable: 'LS_AUTH_REASON',
    help: "why you ask, such as a ticket; goes into the API's log and the record here",
    ofOneRun: true,
  },
  {
    key: 'require_reason',
    shape: 'boolean',
    help: 'true: require a reason for every request and token',
  },
  {
    key: 'dpop',
    shape: 'boolean',
    flag: 'dpop',
    variable: 'LS_AUTH_DPOP',
    help: "true: use DPoP (a stolen token is useless without this machine's key)",
  },
  {
    key: 'account',
    shape: 'text',
    flag: 'account',
    help: 'any name; keeps the sign-ins of two people apart',
    default: 'default',
  },
  {
    key: 'store',
    shape: ['keychain', 'file'],
    flag: 'store',
    variable: 'LS_AUTH_STORE',
    help: 'where to store the session: keychain or file',
    default: 'keychain',
  },
  {
    key: 'store_key_file',
    shape: 'path',
    flag: 'storeKeyFile',
    variable: 'LS_AUTH_STORE_KEY_FILE',
    help: 'key file of the file store; created if missing',
  },
  {
    key: 'client_auth',
    shape: ['none', 'client_secret_basic', 'client_secret_post'],
    help: 'client authentication; none for a public client',
  },
  {
    key: 'client_secret',
    shape: 'text',
    help: 'only for secrets that ship with every copy of a program; type any other at login',
  },
  {
    key: 'client_secret_max_age',
    shape: 'text',
    default: '90d',
    help: 'doctor warns if the client secret is older',
  },
  {
    key: 'device_flow',
    shape: ['yes', 'no', 'if-advertised', 'separate-client'],
    help: 'whether this client may use the device flow',
  },
  {
    key: 'pushed_requests',
    flag: 'pushedRequests',
    shape: ['if-required', 'yes'],
    help: "push browser sign-ins first (PAR): yes, or if-required (by the provider's metadata)",
  },
  {
    key: 'authorization_parameters',
    flag: 'authorizationParameter',
    shape: 'parameters',
    help: 'name=value to send with a browser sign-in, such as organization=org_1 (repeatable)',
  },
  {
    key: 'dead_refresh_codes',
    shape: 'words',
    help: 'error codes of a renewal that end the sign-in',
  },
  { key: 'revoke', shape: 'words', help: 'tokens to revoke at sign-out: refresh, access, both, or nothing' },
  {
    key: 'endpoint_hosts',
    shape: 'words',
    help: "allowed hosts of the provider's endpoints besides the issuer's; * is one or more labels",
  },
  {
    key: 'leeway',
    shape: 'text',
    help: 'allowed clock difference for times in tokens; 5m at most',
  },
  { key: 'proxy', shape: 'text', help: 'HTTP proxy for all requests, as http://host:port' },
  {
    key: 'ca_file',
    shape: 'path',
    help: "more CA certificates to trust (PEM), for a company CA; ls-auth does not read the system's store",
  },
  {
    key: 'client_cert',
    shape: 'path',
    help: 'client certificate (PEM)',
  },
  {
    key: 'client_key',
    shape: 'path',
    help: 'key of client_cert (PEM), private to you and without a passphrase',
  },
  {
    key: 'workload',
    shape: 'table',
    help: 'how a program gets tokens without a person; see below',
  },
  {
    key: 'identity',
    shape: 'table',
    help: "the company's provider, where the person signs in for this API's own issuer; see below",
  },
  { key: 'expect', shape: 'table', help: 'claims that a token must have; see below', byKey: true },
  {
    key: 'access',
    shape: 'table',
    help: 'scopes and groups for read, write and admin; see below',
  },
] as const satisfies readonly SettingKey[]

/** A name in config.toml. */
export type SettingName = (typeof SETTING_KEYS)[number]['key']

/**
 * Every setting of a profile. This table drives parsing, validation, `profile add`, `profile show` and the flags of
 * `login`.
 */
export const SETTING_TABLE: readonly SettingKey[] = SETTING_KEYS

/** The settings that say which API a command asks, how and why. */
export const API_SETTINGS: readonly SettingName[] = [
  'backend',
  'api',
  ...PLACE_NAMES,
  'authorization',
  'authorization_header',
  'reason',
]

/** Names of the back ends that use a setting, for its help. */
function backendsUsing(name: PlaceName): string {
  return BACKENDS.filter(({ needs, takes }) => needs.includes(name) || takes.includes(name))
    .map((row) => row.name)
    .join(', ')
}

function placeRow(key: PlaceName) {
  return {
    key,
    shape: 'text',
    flag: key,
    variable: placeVariable(key),
    help: `${backendsUsing(key)} ${key}`,
  } as const
}
