import { rootCauses, slowestSelf } from '../../trace/analysis/findings.ts'
import type { TraceTree } from '../../trace/tree/trace-tree.ts'
import { commandLine } from '../command-line.ts'
import { type Invocation, tell } from '../invocation.ts'
import type { View } from './output/view-options.ts'

/** Flags of `trace get` that choose spans: another choice takes their place. */
const CHOOSING = { error: undefined, service: undefined, attr: undefined, min: undefined, depth: undefined }
const STRETCH = { from: undefined, to: undefined }

/** To a person at a terminal: the command lines that go on from a drawn trace, typed flags included. */
export function tellStepsFrom(invocation: Invocation, tree: TraceTree, { selection, spanId }: View): void {
  if (!isForPerson(invocation, invocation.args[0])) return
  const node = rootCauses(tree)[0] ?? slowestSelf(tree, 1)[0]
  if (spanId === undefined && node !== undefined && tree.count > 1) {
    const changes = { ...CHOOSING, ...STRETCH, span: tree.span(node).spanId }
    tell(invocation, `one span:     ${commandLine(invocation, changes)}`)
  }
  if (tree.errors > 0 && tree.errors < tree.count && selection.errors !== true)
    tell(invocation, `errors only:  ${commandLine(invocation, { error: true })}`)
}

/** Both streams must be the terminal: behind a pipe to a pager the line would be written into its screen. */
function isForPerson({ ports: { terminal } }: Invocation, source: unknown): boolean {
  return terminal.outIsTTY && terminal.errIsTTY && source !== '-'
}
