import { BACKEND_IDS, backendsUsing, DEFAULT_BACKEND, listed } from '../backends/table.ts'
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
    help: 'which preset to use, when the issuer is on a domain of your own',
  },
  {
    key: 'scopes',
    shape: 'words',
    flag: 'scopes',
    help: 'the scopes to ask for, in place of those of the profile (space separated)',
    addFlag: 'scope',
    addHelp: 'a scope to ask for beside those of the profile (repeatable)',
  },
  { key: 'audience', shape: 'text', flag: 'audience', help: 'the API the token is for' },
  {
    key: 'audience_style',
    shape: ['audience', 'resource', 'scope', 'cross-client', 'server', 'mapper', 'none'],
    help: 'how the audience is asked for: by a parameter (audience, resource), by a scope (scope, cross-client), or not at all: server, mapper, none',
  },
  { key: 'use_token', shape: ['access', 'id'], help: 'which token goes to the API' },
  {
    key: 'groups_claim',
    shape: 'text',
    help: 'the claim that holds the groups, where it is none of the usual',
  },
  {
    key: 'redirect_host',
    shape: ['127.0.0.1', 'localhost', '[::1]'],
    help: 'host of the address on this machine that the sign-in comes back to',
  },
  {
    key: 'redirect_ports',
    shape: 'ports',
    flag: 'port',
    help: 'port on this machine that the sign-in comes back to (repeatable)',
  },
  { key: 'redirect_path', shape: 'redirect-path', help: 'path of that address' },
  {
    key: 'backend',
    shape: BACKEND_IDS,
    flag: 'backend',
    variable: 'LS_AUTH_BACKEND',
    help: `what answers at the API: ${listed(BACKEND_IDS, 'or')}`,
    default: DEFAULT_BACKEND,
  },
  {
    key: 'api',
    shape: 'text',
    flag: 'api',
    variable: 'LS_AUTH_API',
    help: 'base URL of the gateway or trace API',
  },
  {
    key: 'organization',
    shape: 'text',
    flag: 'organization',
    variable: 'LS_AUTH_ORGANIZATION',
    help: `${backendsUsing('organization')} organization`,
  },
  {
    key: 'project',
    shape: 'text',
    flag: 'project',
    variable: 'LS_AUTH_PROJECT',
    help: `${backendsUsing('project')} project`,
  },
  {
    key: 'tenant',
    shape: 'text',
    flag: 'tenant',
    variable: 'LS_AUTH_TENANT',
    help: `${backendsUsing('tenant')} tenant`,
  },
  {
    key: 'authorization',
    shape: 'text',
    flag: 'authorization',
    help: 'how the API takes the token: bearer, another scheme, or none to send no token',
    default: 'bearer',
  },
  {
    key: 'authorization_header',
    shape: 'header-name',
    flag: 'authorizationHeader',
    variable: 'LS_AUTH_AUTHORIZATION_HEADER',
    help: 'the header the token is sent in, where the gateway reads another one, such as X-JWT-Assertion',
    default: 'Authorization',
  },
  {
    key: 'reason',
    shape: 'header',
    flag: 'reason',
    variable: 'LS_AUTH_REASON',
    help: 'why you ask, such as a ticket: for the log of the API and the record on this machine',
    ofOneRun: true,
  },
  {
    key: 'require_reason',
    shape: 'boolean',
    help: 'true: nothing is asked of the API, and no token is handed out, without a reason',
  },
  {
    key: 'dpop',
    shape: 'boolean',
    flag: 'dpop',
    variable: 'LS_AUTH_DPOP',
    help: 'true: use DPoP, so that a stolen token is useless without the key of this machine',
  },
  {
    key: 'account',
    shape: 'text',
    flag: 'account',
    help: 'a name of your choice; keeps the sign-ins of two people apart',
    default: 'default',
  },
  {
    key: 'store',
    shape: ['keychain', 'file'],
    flag: 'store',
    variable: 'LS_AUTH_STORE',
    help: 'where the session is kept: keychain or file',
    default: 'keychain',
  },
  {
    key: 'store_key_file',
    shape: 'path',
    flag: 'storeKeyFile',
    variable: 'LS_AUTH_STORE_KEY_FILE',
    help: 'key file of the file store; made when it does not exist',
  },
  {
    key: 'client_auth',
    shape: ['none', 'client_secret_basic', 'client_secret_post'],
    help: 'how ls-auth proves to be this client; none for a public client',
  },
  {
    key: 'client_secret',
    shape: 'text',
    help: 'only where the secret ships with every copy of a program and is none; any other is typed at login',
  },
  {
    key: 'client_secret_max_age',
    shape: 'text',
    default: '90d',
    help: 'doctor warns of a client secret that was given longer ago',
  },
  {
    key: 'device_flow',
    shape: ['yes', 'no', 'if-advertised', 'separate-client'],
    help: 'whether the provider has the device flow for this client',
  },
  {
    key: 'pushed_requests',
    flag: 'pushedRequests',
    shape: ['if-required', 'yes'],
    help: 'whether a browser sign-in is pushed to the provider first (PAR): yes, or if-required (where its metadata say so)',
  },
  {
    key: 'authorization_parameters',
    flag: 'authorizationParameter',
    shape: 'parameters',
    help: 'name=value, sent to the page of the provider with a browser sign-in, such as organization=org_1 (repeatable)',
  },
  {
    key: 'dead_refresh_codes',
    shape: 'words',
    help: 'error codes of a renewal after which only a new sign-in helps',
  },
  { key: 'revoke', shape: 'words', help: 'what is revoked at sign-out: refresh, access, both, or nothing' },
  {
    key: 'endpoint_hosts',
    shape: 'words',
    help: 'hosts beside the issuer that its endpoints may be on; * is one or more labels',
  },
  {
    key: 'leeway',
    shape: 'text',
    help: 'how far clocks may be apart when times in tokens are judged; 5m at most',
  },
  { key: 'proxy', shape: 'text', help: 'HTTP proxy for all requests, as http://host:port' },
  {
    key: 'ca_file',
    shape: 'path',
    help: 'certificates to trust beside those that Node.js brings (PEM), for a company CA; the store of the system is not read',
  },
  {
    key: 'client_cert',
    shape: 'path',
    help: 'certificate that is shown to a server that asks for one (PEM)',
  },
  {
    key: 'client_key',
    shape: 'path',
    help: 'key of client_cert (PEM), which only you may read and that has no passphrase',
  },
  {
    key: 'workload',
    shape: 'table',
    help: 'how a program gets its tokens where nobody signs in; see below',
  },
  { key: 'expect', shape: 'table', help: 'what a token must say; see below', byKey: true },
  {
    key: 'access',
    shape: 'table',
    help: 'which scopes and groups amount to read, write and admin; see below',
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
  'organization',
  'project',
  'tenant',
  'authorization',
  'authorization_header',
  'reason',
]
