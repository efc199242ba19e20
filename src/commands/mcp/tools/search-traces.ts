import type { Tool } from '../tool.ts'
import { SEARCH_ARGUMENTS } from './search-arguments.ts'

/** Traces that have a span as described. */
export const searchTraces: Tool = {
  name: 'search_traces',
  title: 'Find traces',
  description:
    'Traces with a span that fits all that is given, the latest first: id, duration, spans, errors, start, root. Then get_trace with one of the ids.',
  arguments: SEARCH_ARGUMENTS,
  load: async () => (await import('./answers/search-traces.ts')).searchAnswer,
}
