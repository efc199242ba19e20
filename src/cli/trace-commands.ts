import type { SettingName } from '../settings/keys.ts'
import { choice, collect, type Group, type Row, withSettings } from './command.ts'

const TARGET: readonly SettingName[] = ['api', 'organization', 'project']
const TRACE_FORMATS = ['waterfall', 'json', 'ndjson', 'otlp', 'jaeger', 'csv', 'md']
const listFormat = () => choice('-o, --output <format>', 'list, json or ndjson', ['list', 'json', 'ndjson'])

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
        options: (command) =>
          withSettings(command, TARGET)
            .addOption(choice('-o, --output <format>', 'how to write it', TRACE_FORMATS))
            .option('--errors', 'only failed spans (a tree keeps what is above them)')
            .option('--service <name>', 'only spans of this service')
            .option('--attr <key=value>', 'only spans with this attribute (repeatable: all of)', collect)
            .option('--min <duration>', 'only spans that took at least this long (5ms)')
            .option('--depth <levels>', 'only so many levels from the top')
            .option('--span <id>', 'only this span and what is below it')
            .option('--trace <id>', 'which trace of a file that holds several')
            .option('--unfold', 'show every span, also repeated siblings')
            .option('--no-bars', 'the tree without bars')
            .option('--show-sensitive', 'do not mask what looks like secrets or personal data'),
        load: async () => (await import('../commands/trace-get.ts')).traceGet,
      },
      {
        usage: 'search',
        description: 'find traces with a span that fits (Tempo, Jaeger)',
        options: (command) =>
          withSettings(command, TARGET)
            .option('--service <name>', 'a span of this service')
            .option('--name <name>', 'a span of exactly this name')
            .option('--attr <key=value>', 'with this attribute (repeatable: all of)', collect)
            .option('--min <duration>', 'that took at least this long (alone: the whole trace)')
            .option('--max <duration>', 'that took at most this long (alone: the whole trace)')
            .option('--error', 'that failed')
            .option('--query <text>', 'in the back end’s own language instead (TraceQL)')
            .option('--since <duration>', 'how far back (1h when not given)')
            .option('--from <time>', 'from this time on (RFC 3339)')
            .option('--to <time>', 'up to this time')
            .option('--limit <count>', 'at most so many traces (20 when not given)')
            .option('--show-sensitive', 'do not mask what looks like secrets or personal data')
            .addOption(listFormat()),
        load: async () => (await import('../commands/trace-search.ts')).traceSearch,
      },
    ],
  },
  {
    usage: 'services',
    description: 'the services that report spans',
    options: (command) => withSettings(command, TARGET).addOption(listFormat()),
    load: async () => (await import('../commands/services.ts')).services,
  },
]
