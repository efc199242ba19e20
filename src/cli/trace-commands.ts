import { type Command, Option } from 'commander'
import { BACKENDS, listed } from '../backends/table.ts'
import { API_SETTINGS } from '../settings/setting-table.ts'
import { LIST_FORMATS, SCALES, SERIES_FORMATS, TRACE_FORMATS } from '../trace/formats/output-choices.ts'
import { choice, collect, type Group, type Row } from './command.ts'
import { OF_THE_API } from './exit-statuses.ts'

/** `UQL (Lightstep) or …`. */
const QUERY_LANGUAGES = listed(
  BACKENDS.flatMap(({ name, queryLanguage }) =>
    queryLanguage === undefined ? [] : [`${queryLanguage} (${name})`],
  ),
  'or',
)

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
      line: 'ls-auth trace get 4bf92f3577b34da6a3ce929d0e0e4736 --errors',
    },
    { does: 'from a file, without signing in', line: 'ls-auth trace get trace.json --service checkout' },
    {
      does: 'many, one a line; the same command goes on where it was stopped',
      line: 'ls-auth trace get --ids ids.txt -o otlp --resume traces.ndjson',
    },
  ],
  load: async () => (await import('../commands/trace/trace-get.ts')).traceGet,
}

const SEARCH: Row = {
  usage: 'search',
  description: 'find traces that have a span as described',
  options: searchOptions,
  settings: API_SETTINGS,
  variables: ['LS_AUTH_TOKEN'],
  exits: OF_THE_API,
  examples: [
    {
      does: 'what failed in the last quarter of an hour?',
      line: 'ls-auth trace search --service checkout --errors --since 15m',
    },
    {
      does: 'slow requests of one customer',
      line: 'ls-auth trace search --attr customer.id=42 --min 500ms --limit 50',
    },
    {
      does: 'in the words of the back end (TraceQL)',
      line: "ls-auth trace search --query '{ span.http.response.status_code >= 500 }'",
    },
    { does: 'in a file', line: 'ls-auth trace search --file traces.json --name "GET /cart"' },
  ],
  load: async () => (await import('../commands/trace/trace-search.ts')).traceSearch,
}

const QUERY: Row = {
  usage: 'query <text>',
  description: `show time series: <text> is ${QUERY_LANGUAGES}`,
  options: (command) =>
    sensitive(
      withTimes(command)
        .option('--step <duration>', 'the time between two values (about 60 values when not given)')
        // Taken to say why not: no file can be queried.
        .addOption(new Option('--file <file>').hideHelp()),
    ).addOption(
      choice('-o, --output <format>', 'when not given: chart on a terminal, else table', SERIES_FORMATS),
    ),
  settings: API_SETTINGS,
  variables: ['LS_AUTH_TOKEN'],
  exits: OF_THE_API,
  examples: [
    {
      does: 'in UQL: requests of a service',
      line: 'ls-auth query \'spans count | rate | filter service == "checkout" | group_by [], sum\'',
    },
    {
      does: 'in TraceQL: how slow the slowest are, over a day',
      line: "ls-auth query '{ } | quantile_over_time(duration, .99)' --since 1d --step 1h",
    },
    {
      does: 'for a spreadsheet',
      line: "ls-auth query '{ } | rate() by (resource.service.name)' -o csv > rate.csv",
    },
  ],
  load: async () => (await import('../commands/trace/query.ts')).query,
}

const SERVICES: Row = {
  usage: 'services',
  description: 'list the services that report spans',
  options: (command) => listFormat(fromFile(command)),
  settings: API_SETTINGS,
  variables: ['LS_AUTH_TOKEN'],
  exits: OF_THE_API,
  examples: [
    { does: 'for people', line: 'ls-auth services' },
    { does: 'for scripts', line: 'ls-auth services --json' },
    { does: 'of a trace file', line: 'ls-auth services --file trace.json' },
  ],
  load: async () => (await import('../commands/trace/services.ts')).services,
}

const ATTRIBUTES: Row = {
  usage: 'attributes [name]',
  description: 'list the attributes of spans, or the values of the one that is named',
  options: (command) => listFormat(sensitive(fromFile(withTimes(command)))),
  settings: API_SETTINGS,
  variables: ['LS_AUTH_TOKEN'],
  exits: OF_THE_API,
  examples: [
    { does: 'what can I search by?', line: 'ls-auth attributes' },
    { does: 'which values does one have?', line: 'ls-auth attributes http.route --since 1d' },
    { does: 'of a trace file', line: 'ls-auth attributes --file trace.json' },
  ],
  load: async () => (await import('../commands/trace/attributes.ts')).attributes,
}

/** Commands that read traces. */
export const TRACE_COMMANDS: readonly (Row | Group)[] = [
  {
    usage: 'trace',
    description: 'read traces',
    examples: [
      { does: 'find the traces that failed', line: 'ls-auth trace search --service checkout --errors' },
      { does: 'then look at one', line: 'ls-auth trace get 4bf92f3577b34da6a3ce929d0e0e4736' },
    ],
    rows: [GET, SEARCH],
  },
  QUERY,
  SERVICES,
  ATTRIBUTES,
]

function getOptions(command: Command): void {
  command
    .addOption(choice('-o, --output <format>', 'how to print it', TRACE_FORMATS))
    .option('--errors', 'only failed spans (and, in a tree, the spans above them)')
    .option('--service <name>', 'only spans of this service')
    .option(
      '--attr <key=value>',
      'only spans with this attribute (repeatable; also key!=value, key>=500, key=~regex)',
      collect,
    )
    .option('--min <duration>', 'only spans that took at least this long (5ms)')
    .option('--depth <levels>', 'only this many levels of the tree, from the top')
    .option('--span <id>', 'this span, whole (attributes, events, exception, links), and what is below it')
    .option('--details', 'the same of every span that is drawn')
    .option('--show-ids', 'span ids on the rows')
    .option('--full', 'leave nothing out of long values, stacks and lists')
    .option('--from <time>', 'only from this moment on: 120ms on the axis, or a time (RFC 3339)')
    .option('--to <time>', 'only up to this moment')
    .option('--trace <id>', 'which trace, when a file holds several')
    .option('--unfold', 'show every span; without it, repeated siblings share one row')
    .addOption(
      choice(
        '--scale <kind>',
        'the time axis: linear cuts long tails off, fit and log show them, critical shows the time of the root only',
        SCALES,
      ),
    )
    .option('--skew', 'correct wrong clocks: move spans that lie outside their parents')
    .option('--no-bars', 'show the tree without bars')
    .option(
      '--ids <file>',
      'many traces instead, one a line: a file with one id a line, or NDJSON with traceId (- for standard input)',
    )
    .option('--resume <file>', 'with --ids: write into this file, and fetch only what is not in it yet')
    .option('--plain', 'indented text without drawing characters, for screen readers and grep')
  sensitive(ownFlags(command))
}

function searchOptions(command: Command): void {
  command
    .option('--service <name>', 'a span of this service')
    .option('--name <name>', 'a span of exactly this name')
    .option(
      '--attr <key=value>',
      'a span with this attribute (repeatable; also key!=value, key>=500, key=~regex)',
      collect,
    )
    .option(
      '--min <duration>',
      'a span that took at least this long (without other filters: the whole trace)',
    )
    .option('--max <duration>', 'a span that took at most this long (without other filters: the whole trace)')
    .option('--errors', 'a span that failed')
    // Alias for compatibility.
    .addOption(new Option('--error').hideHelp())
    .option('--query <text>', "a query in the back end's own language instead (TraceQL)")
    .option('--limit <count>', 'at most this many traces (20 when not given)')
  listFormat(sensitive(fromFile(withTimes(ownFlags(command)))))
}

/** The options for the time range. */
const withTimes = (command: Command): Command =>
  command
    .option('--since <duration>', 'how far back to look (1h when not given)')
    .option('--from <time>', 'from this time on (RFC 3339)')
    .option('--to <time>', 'up to this time (RFC 3339)')

const fromFile = (command: Command): Command =>
  command.option('--file <file>', 'read a trace file instead of the back end (- for standard input)')
/** Options of single back ends. */
function ownFlags(command: Command): Command {
  for (const { name, flags = [] } of BACKENDS) {
    for (const { flag, help } of flags) command.option(flag, `${name}: ${help}`)
  }
  return command
}
const sensitive = (command: Command): Command =>
  command.option('--show-sensitive', 'do not mask what looks like secrets or personal data')
const listFormat = (command: Command): Command =>
  command.addOption(choice('-o, --output <format>', 'how to print it', LIST_FORMATS))
