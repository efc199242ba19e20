import type { Command } from 'commander'
import { BACKENDS } from '../../backends/table.ts'
import { API_SETTINGS } from '../../settings/setting-table.ts'
import type { Row } from '../command.ts'
import type { Table, VerbRow } from '../verb-row.ts'
import { QUERY_COMMANDS } from './query-commands.ts'

const GET: VerbRow = {
  usage: 'get [id]',
  description:
    'show one trace; [id] is a trace or span id in any form, a traceparent, the address of a page of your trace UI, a file, or -',
  verb: async () => (await import('../../verbs/trace-get.ts')).traceGet,
}

const VIEW: VerbRow = {
  usage: 'view <id>',
  description:
    'walk through one trace with keys: fold, find, next error, critical path, details; ? shows the keys; <id> as in trace get',
  verb: async () => (await import('../../verbs/trace-view.ts')).traceView,
}

const SEARCH: VerbRow = {
  usage: 'search',
  description: 'find traces that have a span as described',
  verb: async () => (await import('../../verbs/trace-search.ts')).traceSearch,
}

const DIFF: VerbRow = {
  usage: 'diff [a] [b]',
  description:
    'show what got slower from one trace to another; [a] and [b] are what trace get takes, or --a and --b are searches',
  verb: async () => (await import('../../verbs/trace-diff.ts')).traceDiff,
}

const WHY: VerbRow = {
  usage: 'why',
  description: 'show what failed or slow spans have in common that the others have not',
  verb: async () => (await import('../../verbs/trace-why.ts')).traceWhy,
}

const BREAKDOWN: VerbRow = {
  usage: 'breakdown',
  description: 'show where the time of many traces goes, by service and operation',
  verb: async () => (await import('../../verbs/trace-breakdown.ts')).traceBreakdown,
}

const MCP: Row = {
  usage: 'mcp',
  description: 'read traces for an agent: a Model Context Protocol server on standard input and output',
  options: (command) =>
    ownFlags(
      command
        .option('--max-calls <count>', 'answer at most this many calls (500 when not given)')
        .option('--max-bytes <size>', 'and at most so much text in all (4MB when not given)'),
    ),
  settings: API_SETTINGS,
  variables: ['LS_AUTH_TOKEN', 'LS_AUTH_PROXY'],
  exits: [130, 143],
  examples: [
    { does: 'Claude Code', line: 'claude mcp add traces -- ls-auth mcp --profile work' },
    { does: 'any other agent starts this line', line: 'ls-auth mcp --profile work' },
    { does: 'an agent that may ask little', line: 'ls-auth mcp --max-calls 50 --max-bytes 500kB' },
  ],
  load: async () => (await import('../../mcp/mcp.ts')).mcp,
}

/** Commands that read traces. */
export const TRACE_COMMANDS: Table = [
  {
    usage: 'trace',
    description: 'read traces',
    examples: [
      { does: 'find the traces that failed', line: 'ls-auth trace search --service checkout --error' },
      { does: 'then look at one', line: 'ls-auth trace get 4bf92f3577b34da6a3ce929d0e0e4736' },
    ],
    rows: [GET, VIEW, SEARCH, DIFF, WHY, BREAKDOWN],
  },
  ...QUERY_COMMANDS,
  MCP,
]

/** Options of single back ends. */
function ownFlags(command: Command): Command {
  for (const { name, flags = [] } of BACKENDS) {
    for (const { flag, help } of flags) command.option(flag, `${name}: ${help}`)
  }
  return command
}
