import { type SettingKey, typedFlag } from '../../src/settings/setting-key.ts'
import { SETTING_TABLE } from '../../src/settings/setting-table.ts'
import { EXPECT_KEYS, WORKLOAD_KEYS } from '../../src/settings/tables.ts'
import { PRESET_KEYS } from './preset-keys.ts'

/** What each key of `expect` asks of a token. */
const EXPECT: Readonly<Record<(typeof EXPECT_KEYS)[number], string>> = {
  issuer: 'it is from one of these issuers',
  audience: 'it is for at least one of these',
  scopes: 'it has all of these scopes',
  groups: 'the person is in at least one of these groups',
  roles: 'the person has at least one of these roles',
  client: 'it was given to one of these clients',
  min_ttl: 'it is valid for at least this long',
  max_token_lifetime: 'its whole life is at most this long',
  sub: 'it is of exactly this subject',
  strict: '`true`: what cannot be told is refused as well',
}

/** What each key of `workload` says. */
const WORKLOAD: Readonly<Record<(typeof WORKLOAD_KEYS)[number], string>> = {
  source:
    'where the proof of what the program is comes from: `github` (asked for at the runner), `gitlab` (the variable `LS_AUTH_ID_TOKEN`), `env:NAME`, `file:PATH` (read again each time), `aws` (`sts:GetWebIdentityToken`, by the credentials in the environment or of the AWS CLI), `none`',
  grant:
    'what is done with it: `as-is` (sent to the API), `token-exchange` (RFC 8693), `jwt-bearer` (RFC 7523), `client-credentials`; the last where the source is `none` or `client_auth` is `source_token`, else `as-is`',
  audience:
    'the audience that the proof is asked for; else the one that the provider wants of every client assertion, else `audience` of the profile, else (where it is exchanged) the issuer',
  client_auth:
    'how the client authenticates: `none` (the default), `client_secret_basic` or `client_secret_post` (the file in `LS_AUTH_CLIENT_SECRET_FILE`), `private_key_jwt`, `source_token` (the proof is the client assertion)',
  assertion_key: 'for `private_key_jwt`: a file of mode 0600 with the private key, PEM or JWK',
  assertion_key_id: 'the `kid` of the assertions; else the one in the JWK',
}

/** Variables that are no setting of a profile. */
const VARIABLES: readonly (readonly [string, string])[] = [
  ['LS_AUTH_PROFILE', 'profile to use, as `--profile`'],
  ['LS_AUTH_TOKEN', 'an access token to use in place of a sign-in; set and empty is an error'],
  ['LS_AUTH_TOKEN_PROFILE', 'set by `exec`, for the record: the profile that `LS_AUTH_TOKEN` is of'],
  ['LS_AUTH_PROXY', '`1`: `LS_AUTH_API` is the address of `ls-auth proxy`, so no token is sent to it'],
  ['LS_AUTH_PROXY_PROFILE', 'set by `exec --proxy`: the profile that the proxy was started with'],
  ['LS_AUTH_CLIENT_SECRET_FILE', 'a file with the client secret, for `login` and for a workload'],
  ['LS_AUTH_ID_TOKEN', 'the proof of a GitLab job'],
  [
    'ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN',
    'set by GitHub: where a job asks for its proof',
  ],
  [
    'AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
    'for `source = "aws"`, as the AWS CLI version 2 reads them; without keys among them that program, `aws`, is asked',
  ],
  ['HTTPS_PROXY, HTTP_PROXY, NO_PROXY', 'the proxy, before `proxy` of the profile'],
  ['NODE_EXTRA_CA_CERTS', 'certificates to trust, as `ca_file`'],
  [
    'XDG_CONFIG_HOME, XDG_STATE_HOME',
    'where `ls-auth/config.toml` and the state are, in place of [those of the system](../install.md#where-files-are)',
  ],
]

/** The settings reference as Markdown, from the table of settings. */
export const settingsReference = (): string => `# Settings

<!-- Made from the table of settings by test/settings/reference.test.ts: npx vitest run test/settings -u -->

\`ls-auth profile show --all\` prints every value and where it comes from. \`ls-auth profile set KEY VALUE\` changes one,
\`ls-auth profile set KEY --unset\` takes it back.

What counts, from the first to the last: flag, environment variable, the profile in your \`config.toml\`, the same profile in
\`/etc/ls-auth/config.toml\`, the preset of the identity provider, the default. No file of the working directory is read.

## In a profile

Each stands under \`[profiles.NAME]\`.

| key | flag | variable | default | what it does |
|---|---|---|---|---|
${SETTING_TABLE.map(rowOf).join('\n')}

The flags of \`backend\`, \`api\`, \`organization\`, \`project\`, \`tenant\`, \`authorization\` and \`reason\` are taken by every command that asks the
API, the others by \`login\` and \`profile add\`. An API on this machine that is named without an issuer has \`authorization = "none"\`.

## \`[profiles.NAME.expect]\`

\`login\` refuses a token that is otherwise, \`check\` and \`doctor\` report it, each renewal checks it again. What your file and
\`/etc/ls-auth/config.toml\` set counts key by key. \`access\`, \`identity\` and \`workload\` of yours replace all of the other.

| key | the token is good when |
|---|---|
${EXPECT_KEYS.map((key) => `| \`${key}\` | ${EXPECT[key]} |`).join('\n')}

## \`[profiles.NAME.identity]\`

The company's provider: \`issuer\` and \`client_id\`. See [one sign-in at the company](../providers.md#one-sign-in-at-the-company).

## \`[profiles.NAME.workload]\`

For a program without a person: there is no \`login\`, and every command asks for a token itself ([examples](../ci.md)). The scopes
are those of the profile alone, none where it has none. \`expect\` is checked for each new token.

| key | what it says |
|---|---|
${WORKLOAD_KEYS.map((key) => `| \`${key}\` | ${WORKLOAD[key]} |`).join('\n')}

## \`[profiles.NAME.access]\`

\`read\`, \`write\` and \`admin\`, each a table with \`scopes\` and \`groups\`: \`read = { scopes = ["traces:read"], groups = ["ops"] }\`.
\`whoami\`, \`check\` and \`doctor\` tell where the scopes of a token and the groups of its person disagree.

## At the top of the file

| key | what it does |
|---|---|
| \`default_profile\` | the profile that is used without \`--profile\`; \`ls-auth profile use NAME\` sets it |

## Variables that are no setting of a profile

| variable | what it does |
|---|---|
${VARIABLES.map(([names, does]) => `| ${names.split(', ').map(code).join(', ')} | ${does} |`).join('\n')}
`

const code = (text: string): string => `\`${text}\``

function rowOf(row: SettingKey): string {
  const { key, shape, flag, addFlag, variable, help, addHelp } = row
  const flags = [flag, addFlag].flatMap((name) => (name === undefined ? [] : [code(typedFlag(name))]))
  const choices =
    Array.isArray(shape) && !shape.every((word) => help.includes(word))
      ? ` (${shape.map(code).join(', ')})`
      : ''
  const text = addFlag === undefined ? help : `${help}; ${code(typedFlag(addFlag))}: ${addHelp}`
  const cells = [
    code(key),
    flags.join(', '),
    variable === undefined ? '' : code(variable),
    defaultOf(row),
    text + choices,
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

const defaultOf = ({ key, default: value }: SettingKey): string =>
  value !== undefined ? code(value) : PRESET_KEYS.has(key) ? 'preset' : ''
