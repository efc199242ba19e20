import type { Command } from 'commander'
import { OF_THE_API } from '../../frame/exit-statuses.ts'
import { API_SETTINGS } from '../../settings/setting-table.ts'
import { SCALES, TRACE_FORMATS } from '../../trace/formats/output-choices.ts'
import { choice, collect, type Row } from '../command.ts'
import type { Table, VerbRow } from '../verb-row.ts'
import { QUERY_COMMANDS } from './query-commands.ts'
import { errorsOption, ownFlags, sensitive } from './trace-options.ts'

const GET: Row = {
  usage: 'get [id]',
  description:
    'show one trace; [id] is a trace or span id in any form, a traceparent, the address of a page of your trace UI, a file, or -',
  options: getOptions,
  settings: API_SETTINGS,
  completes: ['files'],
  variables: ['LS_AUTH_TOKEN'],
  exits: OF_THE_API,
  examples: [
    { does: 'by its id', line: 'ls-auth trace get 4bf92f3577b34da6a3ce929d0e0e4736' },
    {
      does: 'only what failed and what led there',
      line: 'ls-auth trace get 4bf92f3577b34da6a3ce929d0e0e4736 --error',
    },
    { does: 'from a file, without signing in', line: 'ls-auth trace get trace.json --service checkout' },
    {
      does: 'many, one a line; the same command goes on where it was stopped',
      line: 'ls-auth trace get --ids ids.txt -o otlp --resume traces.ndjson',
    },
  ],
  load: async () => (await import('../../commands/trace/trace-get.ts')).traceGet,
}

const VIEW: Row = {
  usage: 'view <id>',
  description:
    'walk through one trace with keys: fold, find, next error, critical path, details; ? shows the keys; <id> as in trace get',
  options: (command) =>
    sensitive(ownFlags(withScale(command.option('--trace <id>', 'which trace, when a file holds several')))),
  settings: API_SETTINGS,
  completes: ['files'],
  variables: ['LS_AUTH_TOKEN'],
  exits: [...OF_THE_API, 130, 143],
  examples: [
    { does: 'by its id', line: 'ls-auth trace view 4bf92f3577b34da6a3ce929d0e0e4736' },
    { does: 'from a file, without signing in', line: 'ls-auth trace view trace.json' },
  ],
  load: async () => (await import('../../commands/trace/view/view.ts')).traceView,
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

const withScale = (command: Command): Command =>
  command.addOption(
    choice(
      '--scale <kind>',
      'the time axis: linear cuts long tails off and idle time out, fit and log show them, critical shows the time of the root only',
      SCALES,
    ),
  )

function getOptions(command: Command): void {
  const choosing = command
    .addOption(choice('-o, --output <format>', 'how to print it', TRACE_FORMATS))
    .option('--error', 'only failed spans (and, in a tree, the spans above them)')
    .addOption(errorsOption())
    .option('--service <name>', 'only spans of this service')
    .option(
      '--attr <key=value>',
      'only spans with this attribute (repeatable; also key!=value, key>=500, key=~regex for the whole value)',
      collect,
    )
    .option('--min <duration>', 'only spans that took at least this long (5ms)')
    .option('--depth <levels>', 'only this many levels of the tree, from the top')
    .option('--span <id>', 'this span, whole (attributes, events, exception, links), and what is below it')
    .option('--details', 'the same of every span that is drawn')
    .option('--show-ids', 'span ids on the rows')
    .option('--full', 'leave nothing out of long values, stacks and lists')
    .option('--from <time>', 'only from this moment on: 120ms on the axis, or a time (now-1h, RFC 3339)')
    .option('--to <time>', 'only up to this moment')
    .option('--trace <id>', 'which trace, when a file holds several')
    .option('--unfold', 'show every span; without it, repeated siblings share one row')
  withScale(choosing)
    .option('--skew', 'correct wrong clocks: move spans of other hosts that lie outside their parents')
    .option('--no-bars', 'show the tree without bars')
    .option(
      '--ids <file>',
      'many traces instead, one a line: a file with one id a line, or NDJSON with traceId (- for standard input)',
    )
    .option('--resume <file>', 'with --ids: write into this file, and fetch only what is not in it yet')
    .option('--plain', 'indented text without drawing characters, for screen readers and grep')
  sensitive(ownFlags(command))
}
