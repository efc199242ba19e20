import { Option } from 'commander'
import { BACKENDS, listed } from '../../backends/table.ts'
import { OF_THE_API } from '../../frame/exit-statuses.ts'
import { API_SETTINGS } from '../../settings/setting-table.ts'
import { SERIES_FORMATS } from '../../trace/formats/output-choices.ts'
import { choice, type Row } from '../command.ts'
import type { VerbRow } from '../verb-row.ts'
import { sensitive, withTimes } from './trace-options.ts'

/** `UQL (Lightstep) or …`. */
const QUERY_LANGUAGES = listed(
  BACKENDS.flatMap(({ name, queryLanguage }) =>
    queryLanguage === undefined ? [] : [`${queryLanguage} (${name})`],
  ),
  'or',
)

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
  load: async () => (await import('../../commands/trace/query.ts')).query,
}

const SERVICES: VerbRow = {
  usage: 'services',
  description: 'list the services that report spans',
  verb: async () => (await import('../../verbs/services.ts')).services,
}

const ATTRIBUTES: VerbRow = {
  usage: 'attributes [name]',
  description: 'list the attributes of spans, or the values of the one that is named',
  verb: async () => (await import('../../verbs/attributes.ts')).attributes,
}

/** Commands that ask what a back end holds, not for a trace. */
export const QUERY_COMMANDS: readonly (Row | VerbRow)[] = [QUERY, SERVICES, ATTRIBUTES]
