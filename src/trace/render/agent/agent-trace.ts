import { drawnPath } from '../../analysis/roots-path.ts'
import { TimeOnPath } from '../../analysis/time-on-path.ts'
import { nodesInView, type Selection } from '../../select.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import type { Focus } from '../span-details/focus.ts'
import { spanDetails } from '../span-details/span-details.ts'
import { timeWindow, zeroOf } from '../time/window.ts'
import { type AskingForMore, agentPen, agentText } from './agent-text.ts'

/** For `-o agent`: what to type. */
export const BY_FLAGS: AskingForMore = {
  lists: '--error',
  values: '-o json',
  steps: [
    'More: --span SPAN_ID (one span with its attributes and events, and what is below it), --error, --service NAME, --min 5ms,',
    '--depth 3, --from and --to, each beside -o agent. Everything, as data: -o json.',
  ],
}

/** Which spans of a trace are asked for, and in which words; without words all of them. */
interface Asked {
  readonly says: string | undefined
  readonly selection: Selection
}

/**
 * The bounded text of a trace; with a focus the span in it stands above its rows. `name`: where it came from. `most`: rows;
 * see {@link agentText}.
 */
export function agentTrace(
  { tree, focus }: { readonly tree: TraceTree; readonly focus?: Focus | undefined },
  { says, selection }: Asked,
  { name }: { readonly name: string },
  { more, most }: { readonly more: AskingForMore; readonly most?: number | undefined },
): string {
  return agentText(tree, {
    source: name,
    more,
    ...(most !== undefined && { most }),
    ...(focus && { part: { whole: focus.tree, span: detailsFor(focus.tree, focus.node, more) } }),
    ...(says !== undefined && { view: { shown: nodesInView(tree, selection), says } }),
  })
}

/** One span, whole, as lines of data. */
export function detailsFor(tree: TraceTree, node: number, more: AskingForMore): string[] {
  const onPath = new TimeOnPath(tree, drawnPath(tree))
  const zeroNanos = zeroOf(timeWindow(tree))
  return [
    ...spanDetails({ tree, node, onPath, zeroNanos, way: 'steps' }, agentPen(more.values ?? more.lists)),
  ]
}
