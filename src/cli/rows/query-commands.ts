import { BACKENDS, listed } from '../../backends/table.ts'
import type { VerbRow } from '../verb-row.ts'

/** `UQL (Lightstep) or …`. */
const QUERY_LANGUAGES = listed(
  BACKENDS.flatMap(({ name, queryLanguage }) =>
    queryLanguage === undefined ? [] : [`${queryLanguage} (${name})`],
  ),
  'or',
)

const QUERY: VerbRow = {
  usage: 'query <text>',
  description: `show time series: <text> is ${QUERY_LANGUAGES}`,
  verb: async () => (await import('../../verbs/query.ts')).query,
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
export const QUERY_COMMANDS: readonly VerbRow[] = [QUERY, SERVICES, ATTRIBUTES]
