import { type Command, Option } from 'commander'
import { BACKENDS, listed } from '../backends/table.ts'
import type { SettingName } from '../settings/setting-table.ts'
import { LIST_FORMATS, SCALES, SERIES_FORMATS, TRACE_FORMATS } from '../trace/formats/output-choices.ts'
import { choice, collect, type Group, type Row, withSettings } from './command.ts'

const TARGET: readonly SettingName[] = ['api', 'organization', 'project']
/** `UQL (Lightstep) or …`. */
const QUERY_LANGUAGES = listed(
  BACKENDS.flatMap(({ name, queryLanguage }) =>
    queryLanguage === undefined ? [] : [`${queryLanguage} (${name})`],
  ),
  'or',
)

/** Reading traces, and what can be asked for. */
export const TRACE_COMMANDS: readonly (Row | Group)[] = [
  {
    usage: 'trace',
    description: 'read traces',
    rows: [
      {
        usage: 'get <id>',
        description:
          'one trace: ID is a trace or span id in any form, a traceparent, a UI address, a file, or -',
        options: getOptions,
        load: async () => (await import('../commands/trace/trace-get.ts')).traceGet,
      },
      {
        usage: 'search',
        description: 'find traces with a span that fits',
        options: searchOptions,
        load: async () => (await import('../commands/trace/trace-search.ts')).traceSearch,
      },
    ],
  },
  {
    usage: 'query <text>',
    description: `time series for a query: ${QUERY_LANGUAGES}`,
    options: (command) =>
      sensitive(
        withTimes(withSettings(command, TARGET)).option(
          '--step <duration>',
          'one value for each (about 60 values when not given)',
        ),
      ).addOption(choice('-o, --output <format>', 'chart on a terminal, table elsewhere', SERIES_FORMATS)),
    load: async () => (await import('../commands/trace/query.ts')).query,
  },
  {
    usage: 'services',
    description: 'the services that report spans',
    options: (command) => listFormat(fromFile(withSettings(command, TARGET))),
    load: async () => (await import('../commands/trace/services.ts')).services,
  },
  {
    usage: 'attributes [name]',
    description: 'the attributes spans carry, or the values of one',
    options: (command) => listFormat(sensitive(withTimes(withSettings(command, TARGET)))),
    load: async () => (await import('../commands/trace/attributes.ts')).attributes,
  },
]

function getOptions(command: Command): void {
  withSettings(command, TARGET)
    .addOption(choice('-o, --output <format>', 'how to write it', TRACE_FORMATS))
    .option('--errors', 'only failed spans (a tree keeps what is above them)')
    .option('--service <name>', 'only spans of this service')
    .option('--attr <key=value>', 'only spans with this attribute (repeatable: all of)', collect)
    .option('--min <duration>', 'only spans that took at least this long (5ms)')
    .option('--depth <levels>', 'only so many levels from the top')
    .option('--span <id>', 'only this span and what is below it')
    .option('--from <time>', 'only from this moment on: 120ms on the axis, or a time (RFC 3339)')
    .option('--to <time>', 'only up to this moment')
    .option('--trace <id>', 'which trace of a file that holds several')
    .option('--unfold', 'show every span, also repeated siblings')
    .addOption(
      choice(
        '--scale <kind>',
        'the axis: linear clips long tails, fit shows them, critical only the root',
        SCALES,
      ),
    )
    .option('--skew', 'move spans that the clocks of their hosts put outside their parents')
    .option('--no-bars', 'the tree without bars')
    .option('--plain', 'indented text without drawing characters, for screen readers and grep')
  sensitive(ownFlags(command))
}

function searchOptions(command: Command): void {
  withSettings(command, TARGET)
    .option('--service <name>', 'a span of this service')
    .option('--name <name>', 'a span of exactly this name')
    .option('--attr <key=value>', 'with this attribute (repeatable: all of)', collect)
    .option('--min <duration>', 'that took at least this long (alone: the whole trace)')
    .option('--max <duration>', 'that took at most this long (alone: the whole trace)')
    .option('--errors', 'that failed')
    // The first version's name for it.
    .addOption(new Option('--error').hideHelp())
    .option('--query <text>', 'in the back end’s own language instead (TraceQL)')
    .option('--limit <count>', 'at most so many traces (20 when not given)')
  listFormat(sensitive(withTimes(ownFlags(command))))
}

/** The stretch of time a command looks at, and the file it looks at instead of a back end. */
function withTimes(command: Command): Command {
  return fromFile(
    command
      .option('--since <duration>', 'how far back (1h when not given)')
      .option('--from <time>', 'from this time on (RFC 3339)')
      .option('--to <time>', 'up to this time'),
  )
}

const fromFile = (command: Command): Command =>
  command.option('--file <file>', 'a trace file instead of the back end (- for standard input)')
/** Flags that only one back end knows. */
function ownFlags(command: Command): Command {
  for (const { name, flags = [] } of BACKENDS) {
    for (const { flag, help } of flags) command.option(flag, `${name}: ${help}`)
  }
  return command
}
const sensitive = (command: Command): Command =>
  command.option('--show-sensitive', 'do not mask what looks like secrets or personal data')
const listFormat = (command: Command): Command =>
  command.addOption(choice('-o, --output <format>', 'how to write it', LIST_FORMATS))
