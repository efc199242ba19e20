import type { Command } from 'commander'
import { OF_THE_API } from '../../frame/exit-statuses.ts'
import { API_SETTINGS } from '../../settings/setting-table.ts'
import type { Row } from '../command.ts'
import type { VerbRow } from '../verb-row.ts'
import {
  agentListFormat,
  errorsOption,
  fromFile,
  ownFlags,
  sensitive,
  spanConditions,
  withTimes,
} from './trace-options.ts'

/** `trace why`. */
export const WHY: Row = {
  usage: 'why',
  description: 'show what failed or slow spans have in common that the others have not',
  options: (command) =>
    agentListFormat(
      manyTraces(
        command
          .option('--error', 'explain the spans that failed')
          .addOption(errorsOption())
          .option(
            '--slower-than <limit>',
            'explain the spans that took longer: 500ms, or p95 of those that fit',
          ),
      ),
    ),
  settings: API_SETTINGS,
  variables: ['LS_AUTH_TOKEN'],
  exits: OF_THE_API,
  examples: [
    { does: 'why do calls of a service fail?', line: 'ls-auth trace why --service checkout --error' },
    {
      does: 'what is different about the slowest twentieth?',
      line: 'ls-auth trace why --service checkout --name "POST /order" --slower-than p95 --since 1d',
    },
    { does: 'in a file', line: 'ls-auth trace why --file traces.ndjson --error' },
  ],
  load: async () => (await import('../../commands/trace/found/trace-why.ts')).traceWhy,
}

/** `trace breakdown`. */
export const BREAKDOWN: VerbRow = {
  usage: 'breakdown',
  description: 'show where the time of many traces goes, by service and operation',
  verb: async () => (await import('../../verbs/trace-breakdown.ts')).traceBreakdown,
}

/** Which traces a command reads that looks at many of them. */
function manyTraces(command: Command): Command {
  spanConditions(command)
    .option('--query <text>', "a query in the back end's own language instead (TraceQL)")
    .option('--limit <count>', 'read at most this many traces (100 when not given; of a file, all)')
  return sensitive(fromFile(withTimes(ownFlags(command))))
}
