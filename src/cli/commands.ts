import type { OpenMcpDoor } from '../commands/proxy/open-proxy.ts'
import { firstScreen } from './first-screen.ts'
import type { Table } from './verb-row.ts'

/** Commands know no agents: what serves them MCP is handed to them here. */
const openMcp: OpenMcpDoor = async (...asked) =>
  (await import('../mcp/connect/http-door.ts')).openMcpDoor(...asked)

/** All commands. */
export const COMMANDS: Table = [
  { usage: 'login', verb: async () => (await import('../verbs/login.ts')).login },
  { usage: 'logout', verb: async () => (await import('../verbs/logout.ts')).logout },
  { usage: 'status', verb: async () => (await import('../verbs/status.ts')).status },
  { usage: 'token', verb: async () => (await import('../verbs/token.ts')).token },
  { usage: 'exec', verb: async () => (await import('../verbs/exec.ts')).execWith(openMcp) },
  { usage: 'proxy', verb: async () => (await import('../verbs/proxy.ts')).proxyWith(openMcp) },
  { usage: 'api', verb: async () => (await import('../verbs/api.ts')).api },
  { usage: 'whoami', verb: async () => (await import('../verbs/whoami.ts')).whoami },
  { usage: 'check', verb: async () => (await import('../verbs/check.ts')).check },
  { usage: 'doctor', verb: async () => (await import('../verbs/doctor.ts')).doctor },
  {
    usage: 'trace',
    description: 'read traces',
    examples: [
      { does: 'find the traces that failed', line: 'ls-auth trace search --service checkout --error' },
      { does: 'then open one', line: 'ls-auth trace get 4bf92f3577b34da6a3ce929d0e0e4736' },
    ],
    rows: [
      { usage: 'get', verb: async () => (await import('../verbs/trace-get.ts')).traceGet },
      { usage: 'view', verb: async () => (await import('../verbs/trace-view.ts')).traceView },
      { usage: 'search', verb: async () => (await import('../verbs/trace-search.ts')).traceSearch },
      { usage: 'diff', verb: async () => (await import('../verbs/trace-diff.ts')).traceDiff },
      { usage: 'why', verb: async () => (await import('../verbs/trace-why.ts')).traceWhy },
      { usage: 'breakdown', verb: async () => (await import('../verbs/trace-breakdown.ts')).traceBreakdown },
    ],
  },
  { usage: 'query', verb: async () => (await import('../verbs/query.ts')).query },
  { usage: 'services', verb: async () => (await import('../verbs/services.ts')).services },
  { usage: 'attributes', verb: async () => (await import('../verbs/attributes.ts')).attributes },
  { usage: 'mcp', verb: async () => (await import('../mcp/mcp.ts')).mcpWith(COMMANDS) },
  { usage: 'skill', verb: async () => (await import('../verbs/skill.ts')).skill },
  {
    usage: 'profile',
    description: 'settings for an identity provider and a trace API',
    examples: [
      { does: 'list your profiles', line: 'ls-auth profile list' },
      { does: 'show each setting and its source', line: 'ls-auth profile show' },
    ],
    rows: [
      { usage: 'add', verb: async () => (await import('../verbs/profile-add.ts')).profileAdd },
      { usage: 'list', verb: async () => (await import('../verbs/profile-list.ts')).profileList },
      { usage: 'show', verb: async () => (await import('../verbs/profile-show.ts')).profileShow },
      { usage: 'set', verb: async () => (await import('../verbs/profile-set.ts')).profileSet },
      { usage: 'use', verb: async () => (await import('../verbs/profile-use.ts')).profileUse },
      { usage: 'export', verb: async () => (await import('../verbs/profile-export.ts')).profileExport },
      { usage: 'remove', verb: async () => (await import('../verbs/profile-remove.ts')).profileRemove },
    ],
  },
  {
    usage: 'aws-credentials',
    verb: async () => (await import('../verbs/aws-credentials.ts')).awsCredentials,
  },
  {
    usage: 'audit',
    description: 'show the record of this machine',
    examples: [
      { does: 'the last day', line: 'ls-auth audit list --since 24h' },
      { does: 'for a program', line: 'ls-auth audit list -o ndjson' },
    ],
    rows: [{ usage: 'list', verb: async () => (await import('../verbs/audit-list.ts')).auditList }],
  },
  { usage: 'completion', verb: async () => (await import('../verbs/completion.ts')).completion },
  { usage: 'version', verb: async () => (await import('../verbs/version.ts')).version },
]

/** `ls-auth --help`. */
export const mainHelp = (columns: number): string => firstScreen(COMMANDS, columns)
