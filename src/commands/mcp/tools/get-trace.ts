import { MOST_ROWS } from '../../../trace/render/agent/limits.ts'
import type { Tool } from '../tool.ts'
import { TRACE_ID } from './shared-arguments.ts'

/** One trace: findings, critical path, folded tree. */
export const getTrace: Tool = {
  name: 'get_trace',
  title: 'Read one trace',
  description:
    'One trace as text of at most 16 kB: where errors began (first those that reached the top), the slowest spans, repeated calls (N+1), the critical path, then the tree with repeated siblings folded into one row. Each row begins with a span id. Begin here; it says what was left out and how to ask for it.',
  arguments: [
    TRACE_ID,
    {
      name: 'span_id',
      type: 'string',
      description: 'Only this span, whole, and the tree below it.',
      flag: 'span',
    },
    {
      name: 'with_errors',
      type: 'boolean',
      description: 'Only failed spans, and those above them.',
      flag: 'error',
    },
    { name: 'service_name', type: 'string', description: 'Only spans of this service.', flag: 'service' },
    {
      name: 'duration_min',
      type: 'string',
      description: 'Only spans that took at least this long: 5ms, 1.5s.',
      flag: 'min',
    },
    {
      name: 'depth',
      type: 'integer',
      description: 'Only so many levels of the tree, from the top.',
      flag: 'depth',
    },
    {
      name: 'max_spans',
      type: 'integer',
      description: 'Rows at most; 100 when not given.',
      most: MOST_ROWS,
    },
  ],
  load: async () => (await import('./answers/get-trace.ts')).traceAnswer,
}
