import { diffText } from '../../commands/trace/for-agent/diff-text.ts'
import { Failure } from '../../errors.ts'
import { Comparer } from '../../trace/compare/comparison.ts'
import type { AnswerTool } from '../tool.ts'
import { inToolWords } from '../tool-names.ts'
import { readTrace } from './one-trace.ts'

/** Answers diff_traces. */
export const diffAnswer: AnswerTool = async (invocation, given) => {
  const comparer = new Comparer()
  // One after the other, so that only one is held in memory.
  const a = await add('a')
  const b = await add('b')
  const same = a.traceId === b.traceId ? ['Note: A and B are the same trace.'] : []
  const notes = [...a.notes, ...b.notes, ...same]
  return diffText(comparer.compare(), { a: a.label, b: b.label }, { notes }, inToolWords)

  async function add(side: 'a' | 'b') {
    const { tree, name, notes } = await readTrace(invocation, given[side] as string)
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
