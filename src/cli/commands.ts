import { BACKENDS, listed } from '../backends/table.ts'
import type { OpenMcpDoor } from '../commands/proxy/open-proxy.ts'
import { firstScreen } from './first-screen.ts'
import type { Table } from './verb-row.ts'

/** `UQL (Lightstep) or …`. */
const QUERY_LANGUAGES = listed(
  BACKENDS.flatMap(({ name, queryLanguage }) =>
    queryLanguage === undefined ? [] : [`${queryLanguage} (${name})`],
  ),
  'or',
)

/** Commands know no agents: what serves them MCP is handed to them here. */
const openMcp: OpenMcpDoor = async (...asked) =>
  (await import('../mcp/connect/http-door.ts')).openMcpDoor(...asked)

/** All commands. */
export const COMMANDS: Table = [
  {
    usage: 'login [url]',
    description: 'sign in with your identity provider',
    verb: async () => (await import('../verbs/login.ts')).login,
  },
  {
    usage: 'logout',
    description: 'sign out: delete the session here and revoke it at the provider',
    verb: async () => (await import('../verbs/logout.ts')).logout,
  },
  {
    usage: 'status',
    description: 'show all sign-ins on this machine',
    verb: async () => (await import('../verbs/status.ts')).status,
  },
  {
    usage: 'token [word]',
    description: 'print a valid access token and nothing else',
    verb: async () => (await import('../verbs/token.ts')).token,
  },
  {
    usage: 'exec [command...]',
    description: 'run a command as you: exec -- CMD...',
    verb: async () => (await import('../verbs/exec.ts')).execWith(openMcp),
  },
  {
    usage: 'proxy',
    description: 'run a local proxy that adds your token to requests of other programs',
    verb: async () => (await import('../verbs/proxy.ts')).proxyWith(openMcp),
  },
  {
    usage: 'api <path>',
    description: 'send one request to the API as you and print the answer',
    verb: async () => (await import('../verbs/api.ts')).api,
  },
  {
    usage: 'whoami',
    description: 'show who you are: the claims of your tokens',
    verb: async () => (await import('../verbs/whoami.ts')).whoami,
  },
  {
    usage: 'check',
    description: 'verify the claims of your token: exit 5 when one is false or unknown',
    verb: async () => (await import('../verbs/check.ts')).check,
  },
  {
    usage: 'doctor',
    description: 'check everything from settings to trace API, with a fix for each failure',
    verb: async () => (await import('../verbs/doctor.ts')).doctor,
  },
  {
    usage: 'trace',
    description: 'read traces',
    examples: [
      { does: 'find the traces that failed', line: 'ls-auth trace search --service checkout --error' },
      { does: 'then open one', line: 'ls-auth trace get 4bf92f3577b34da6a3ce929d0e0e4736' },
    ],
    rows: [
      {
        usage: 'get [id]',
        description:
          'show one trace; [id] is a trace or span id, a traceparent, the address of a trace page, a file, or -',
        verb: async () => (await import('../verbs/trace-get.ts')).traceGet,
      },
      {
        usage: 'view [id]',
        description: 'browse one trace with keys (? lists them); [id] as in trace get',
        verb: async () => (await import('../verbs/trace-view.ts')).traceView,
      },
      {
        usage: 'search',
        description: 'find traces by their spans',
        verb: async () => (await import('../verbs/trace-search.ts')).traceSearch,
      },
      {
        usage: 'diff [a] [b]',
        description: 'compare two traces; [a] and [b] as in trace get, or --a and --b are searches',
        verb: async () => (await import('../verbs/trace-diff.ts')).traceDiff,
      },
      {
        usage: 'why',
        description: 'find attributes that failed or slow spans have in common',
        verb: async () => (await import('../verbs/trace-why.ts')).traceWhy,
      },
      {
        usage: 'breakdown',
        description: 'show where many traces spend time, by service and operation',
        verb: async () => (await import('../verbs/trace-breakdown.ts')).traceBreakdown,
      },
    ],
  },
  {
    usage: 'query <text>',
    description: `show time series; <text> is ${QUERY_LANGUAGES}`,
    verb: async () => (await import('../verbs/query.ts')).query,
  },
  {
    usage: 'services',
    description: 'list the services that report spans',
    verb: async () => (await import('../verbs/services.ts')).services,
  },
  {
    usage: 'attributes [name]',
    description: 'list span attributes, or the values of one',
    verb: async () => (await import('../verbs/attributes.ts')).attributes,
  },
  {
    usage: 'mcp',
    description: 'serve traces to an agent (Model Context Protocol on stdin and stdout)',
    verb: async () => (await import('../mcp/mcp.ts')).mcpWith(COMMANDS),
  },
  {
    usage: 'skill',
    description: 'print what an agent should know about ls-auth (SKILL.md), or install it',
    verb: async () => (await import('../verbs/skill.ts')).skill,
  },
  {
    usage: 'profile',
    description: 'settings for an identity provider and a trace API',
    examples: [
      { does: 'list your profiles', line: 'ls-auth profile list' },
      { does: 'show each setting and its source', line: 'ls-auth profile show' },
    ],
    rows: [
      {
        usage: 'add [name]',
        description: 'make a profile, without signing in',
        verb: async () => (await import('../verbs/profile-add.ts')).profileAdd,
      },
      {
        usage: 'list',
        description: 'show all profiles, and who is signed in',
        verb: async () => (await import('../verbs/profile-list.ts')).profileList,
      },
      {
        usage: 'show [name]',
        description: 'show each setting and its source',
        verb: async () => (await import('../verbs/profile-show.ts')).profileShow,
      },
      {
        usage: 'set <key> [value...]',
        description: 'change one setting of a profile',
        verb: async () => (await import('../verbs/profile-set.ts')).profileSet,
      },
      {
        usage: 'use <name>',
        description: 'make a profile the default',
        verb: async () => (await import('../verbs/profile-use.ts')).profileUse,
      },
      {
        usage: 'export <name>',
        description: 'print a profile as TOML, for your team to import',
        verb: async () => (await import('../verbs/profile-export.ts')).profileExport,
      },
      {
        usage: 'remove <name>',
        description: 'sign out of a profile and remove it',
        verb: async () => (await import('../verbs/profile-remove.ts')).profileRemove,
      },
    ],
  },
  {
    usage: 'aws-credentials',
    description: 'print AWS role credentials, for credential_process in ~/.aws/config',
    verb: async () => (await import('../verbs/aws-credentials.ts')).awsCredentials,
  },
  {
    usage: 'audit',
    description: 'show the record of this machine',
    examples: [
      { does: 'the last day', line: 'ls-auth audit list --since 24h' },
      { does: 'for a program', line: 'ls-auth audit list -o ndjson' },
    ],
    rows: [
      {
        usage: 'list',
        description: 'list sign-ins, renewals, tokens, requests and sign-outs, latest last',
        verb: async () => (await import('../verbs/audit-list.ts')).auditList,
      },
    ],
  },
  {
    usage: 'completion [shell]',
    description: 'print the completion script for bash, zsh, fish or powershell',
    verb: async () => (await import('../verbs/completion.ts')).completion,
  },
  {
    usage: 'version',
    description: 'print the version',
    verb: async () => (await import('../verbs/version.ts')).version,
  },
]

/** `ls-auth --help`. */
export const mainHelp = (columns: number): string => firstScreen(COMMANDS, columns)
