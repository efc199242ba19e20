import { Failure } from '../../../errors.ts'
import { Comparer } from '../../../trace/compare/comparison.ts'
import { agentComparison } from '../../../trace/render/agent/agent-comparison.ts'
import type { AnswerTool } from '../tool.ts'
import { readTrace } from './one-trace.ts'

/** How an agent goes on from a comparison. */
const MORE = {
  lists: 'get_trace',
  steps: [
    'More: explain_traces with service_name, span_name of a row and slower_than (what its slow spans have in common); get_trace with the id',
    'of one side, and service_name or duration_min.',
  ],
}

/** Answers diff_traces. */
export const diffAnswer: AnswerTool = async (invocation, given) => {
  const comparer = new Comparer()
  // One after the other, so that only one is held in memory.
  const a = await add('a')
  const b = await add('b')
  const same = a.traceId === b.traceId ? ['Note: A and B are the same trace.'] : []
  const notes = [...a.notes, ...b.notes, ...same]
  return agentComparison(comparer.compare(), { a: a.label, b: b.label }, { more: MORE, notes })

  async function add(side: 'a' | 'b') {
    const { tree, name, notes } = await readTrace(invocation, given[`trace_id_${side}`] as string)
    const letter = side.toUpperCase()
    if (tree.count === 0) throw new Failure('not-found', `${letter} has no spans`)
    comparer.add(side, tree)
    const { traceId } = tree.trace
    return {
      traceId,
      label: `trace ${traceId} of ${name}`,
      notes: notes.map((note) => `${letter}: ${note}`),
    }
  }
}
