import type { Argument, Tool } from '../tool.ts'
import { TRACE_ID } from './shared-arguments.ts'

/** One trace against another. */
export const diffTraces: Tool = {
  name: 'diff_traces',
  title: 'Compare two traces',
  description:
    'What got slower or faster from trace A to trace B: the operations that the difference comes from, by self time, what is new and what is gone, then the merged tree of what changed. Take as A a good request like B. At most 16 kB.',
  arguments: [
    side('trace_id_a', 'The trace to compare with, such as a usual request'),
    side('trace_id_b', 'The trace in question'),
  ],
  load: async () => (await import('./answers/diff-traces.ts')).diffAnswer,
}

function side(name: string, what: string): Argument {
  return { ...TRACE_ID, name, description: `${what}: its id, a traceparent or the address of its page.` }
}
