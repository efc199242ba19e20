import type { Argument, Tool } from '../tool.ts'
import { EXPLAIN } from './limits.ts'
import { searchTraces } from './search-traces.ts'

/** What failed or slow spans have in common. */
export const explainTraces: Tool = {
  name: 'explain_traces',
  title: 'Why do spans fail, or take long?',
  description:
    'Which attribute values failed spans (with_errors) or slow ones (slower_than) have more often than the other spans that fit, ranked, and whether that may be chance. The conditions say among which spans: one service or operation gives the clearest answer. At most 16 kB.',
  arguments: [
    {
      name: 'with_errors',
      type: 'boolean',
      description: 'Explain the spans that failed. Give this or slower_than.',
      flag: 'error',
    },
    {
      name: 'slower_than',
      type: 'string',
      description: 'Explain the spans that took longer than this: 500ms, or p95 of those that fit.',
      flag: 'slowerThan',
    },
    ...searchTraces.arguments.flatMap(condition),
    {
      name: 'search_depth',
      type: 'integer',
      description: `Traces that are read at most, where the back end does not count by itself; ${EXPLAIN.usual} when not given.`,
      flag: 'limit',
      most: EXPLAIN.most,
    },
  ],
  load: async () => (await import('./answers/explain-traces.ts')).explainAnswer,
}

/** The conditions of search_traces, here of the spans that are compared. */
function condition(argument: Argument): Argument[] {
  return ['with_errors', 'search_depth'].includes(argument.name) ? [] : [argument]
}
