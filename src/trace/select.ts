import { type Attributes, attribute, type Trace } from './model.ts'
import { RootView } from './span-view.ts'
import type { TraceTree } from './tree/tree.ts'

/** Which spans of a trace a person wants to see. All given conditions must hold. */
export interface Selection {
  readonly errors?: boolean
  readonly service?: string
  readonly minNanos?: number
  /** Levels from the top, 1 = the roots only. */
  readonly depth?: number
  /** Values as text; looked for in the span, then in its resource. */
  readonly attributes?: readonly (readonly [key: string, value: string])[]
  /** Only spans that were running at some moment between the two, in nanoseconds after the tree's start. */
  readonly fromNanos?: number
  readonly toNanos?: number
}

/** 1 for each node that fits. */
export function matchingNodes(tree: TraceTree, selection: Selection): Uint8Array {
  return new Uint8Array(tree.count).map((_, node) => (fits(tree, node, selection) ? 1 : 0))
}

/** 1 for each node that fits and for everything above it, so that a tree of them stays one. `depth` holds for all. */
export function nodesInView(tree: TraceTree, selection: Selection): Uint8Array {
  const shown = matchingNodes(tree, selection)
  // What is above a node comes before it.
  for (let node = shown.length - 1; node >= 0; node--) {
    if (shown[node] === 1 && tree.parent(node) >= 0) shown[tree.parent(node)] = 1
  }
  return shown
}

function fits(tree: TraceTree, node: number, selection: Selection): boolean {
  const { errors, service, minNanos, depth, attributes = [], fromNanos, toNanos } = selection
  const span = tree.span(node)
  if (depth !== undefined && tree.depth(node) >= depth) return false
  if (errors && span.status !== 'error') return false
  if (service !== undefined && span.service !== service) return false
  if (minNanos !== undefined && span.durationNanos < minNanos) return false
  if (fromNanos !== undefined && tree.endOf(node) < fromNanos) return false
  if (toNanos !== undefined && tree.startOf(node) > toNanos) return false
  return attributes.every(
    ([key, value]) => holds(span.attributes, key, value) || holds(span.resource, key, value),
  )
}

function holds(attributes: Attributes, key: string, value: string): boolean {
  const found = attribute(attributes, key)
  return found !== undefined && found !== null && String(found) === value
}

/**
 * The span of this id and everything below it, as a trace; undefined when there is none. `asRoot`: its parent is
 * forgotten, so that it is drawn as a root and not as an orphan.
 */
export function subtree(tree: TraceTree, spanId: string, asRoot: boolean): Trace | undefined {
  const top = tree.spans.findIndex((span) => span.spanId === spanId)
  if (top < 0) return undefined
  const spans = tree.spans.slice(top, tree.after(top))
  return { ...tree.trace, spans: asRoot ? [new RootView(tree.span(top)), ...spans.slice(1)] : spans }
}
