import type { Invocation } from '../../commands/invocation.ts'
import { openSource } from '../../commands/trace/open-source.ts'
import { readReference } from '../../commands/trace/trace-argument.ts'
import { Failure } from '../../errors.ts'
import { maskTrace } from '../../trace/masking.ts'
import { buildTree, type TraceTree } from '../../trace/tree/trace-tree.ts'
import { withheldNote } from '../../trace/withheld.ts'
import { spentNotes, toldTo } from './told.ts'

/** A trace that was read and masked. */
export interface ReadTrace {
  readonly tree: TraceTree
  /** Of the back end, for people. */
  readonly name: string
  /** What the reader should know of all of it. */
  readonly notes: readonly string[]
}

/** Reads one trace from the back end of the profile; masked, whatever is asked. Failures: `usage`, `not-found`, and those of the request. */
export async function readTrace(invocation: Invocation, id: string): Promise<ReadTrace> {
  const reference = readReference(id)
  if (reference instanceof Failure) throw reference
  const told: string[] = []
  const source = await openSource(toldTo(told, invocation), 'trace')
  const { trace } = maskTrace(await source.trace(reference))
  const withheld = withheldNote(trace.spans)
  return {
    tree: buildTree(trace),
    name: source.name,
    notes: [
      ...(trace.partial === undefined ? [] : ['Note: Only a part of the trace is here.']),
      ...spentNotes(told),
      ...(withheld === undefined ? [] : [`Note: ${withheld}.`]),
    ],
  }
}
