import type { Tool } from '../tool.ts'
import { PATH } from './limits.ts'
import { TRACE_ID } from './shared-arguments.ts'

/** What the answer waited for, moment by moment. */
export const getCriticalPath: Tool = {
  name: 'get_critical_path',
  title: 'What the answer waited for',
  description:
    'The critical path of one trace: the spans that the answer waited for, in order of time, each with the time it took of it and its share. A span that is not in it could be removed and the answer would be no faster. At most 16 kB.',
  arguments: [
    TRACE_ID,
    {
      name: 'max_spans',
      type: 'integer',
      description: `Spans at most, those that took longest; ${PATH.usual} when not given.`,
      most: PATH.most,
    },
  ],
  load: async () => (await import('./answers/get-critical-path.ts')).criticalPathAnswer,
}
