import { count, grouped } from '../text/count.ts'
import type { Trace } from './model.ts'
import { type SpanFilter, spanTest } from './search.ts'
import { RootView } from './span-view.ts'
import { leastTimes } from './tree/known-times.ts'
import type { TraceTree } from './tree/trace-tree.ts'

/** Which spans of a trace a person wants to see. All given conditions must hold. */
export interface Selection extends SpanFilter {
  /** Levels from the top, 1 = the roots only. */
  readonly depth?: number
  /** Only spans that were running at some moment between the two, in nanoseconds after the tree's start. */
  readonly fromNanos?: number
  readonly toNanos?: number
}

export function matchingNodes(tree: TraceTree, selection: Selection): Uint8Array {
  const { depth = Number.POSITIVE_INFINITY } = selection
  const { fromNanos = Number.NEGATIVE_INFINITY, toNanos = Number.POSITIVE_INFINITY } = selection
  const { minNanos, ...others } = selection
  const matches = spanTest(others)
  // A span without a usable end took at least so long as is known.
  const least = minNanos === undefined ? undefined : leastTimes(tree)
  return new Uint8Array(tree.count).map((_, node) => {
    if (tree.depth(node) >= depth || tree.endOf(node) < fromNanos || tree.startOf(node) > toNanos) return 0
    if (least !== undefined && least[node]! < Number(minNanos)) return 0
    return matches(tree.span(node)) ? 1 : 0
  })
}

/** 1 for each matching node and its ancestors, so that they form a tree. `depth` limits all of them. */
export function nodesInView(tree: TraceTree, selection: Selection): Uint8Array {
  const shown = matchingNodes(tree, selection)
  // Ancestors come before their descendants.
  for (let node = shown.length - 1; node >= 0; node--) {
    if (shown[node] === 1 && tree.parent(node) >= 0) shown[tree.parent(node)] = 1
  }
  return shown
}

/**
 * The span with this id and its descendants, as a trace, and its node; undefined when there is none. `asRoot` drops its
 * parent id, so that it is drawn as a root and not as an orphan.
 */
export function subtree(
  tree: TraceTree,
  spanId: string,
  asRoot: boolean,
): { readonly top: number; readonly trace: Trace } | undefined {
  const top = tree.spans.findIndex((span) => span.spanId === spanId)
  if (top < 0) return undefined
  const spans = tree.spans.slice(top, tree.after(top))
  const trace = { ...tree.trace, spans: asRoot ? [new RootView(tree.span(top)), ...spans.slice(1)] : spans }
  return { top, trace }
}

/** How many of the spans the flags leave, `view`, and what shows the others. */
export function shownText(shown: number, tree: TraceTree, view = ''): string {
  const flags = view.includes(' --') ? 'these flags' : 'this flag'
  // Rows that were folded by hand came about without a flag.
  const rest = view.startsWith('--') ? `; without ${flags}, all` : ''
  return `${grouped(shown)} of ${count(tree.count, 'span')} shown (${view})${rest}`
}
