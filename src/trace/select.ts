import { type Attributes, attribute, type Span, type Trace } from './model.ts'
import type { TraceNode, TraceTree } from './tree.ts'

/** Which spans of a trace a person wants to see. All given conditions must hold. */
export interface Selection {
  readonly errors?: boolean
  readonly service?: string
  readonly minNanos?: number
  /** Levels from the top, 1 = the roots only. */
  readonly depth?: number
  /** Values as text; looked for in the span, then in its resource. */
  readonly attributes?: readonly (readonly [key: string, value: string])[]
}

/** The spans that fit. */
export function matchingNodes(tree: TraceTree, selection: Selection): Set<TraceNode> {
  return new Set(tree.nodes.filter((node) => fits(node, selection)))
}

/** The spans that fit and everything above them, so that a tree of them stays one. `depth` holds for all. */
export function nodesInView(tree: TraceTree, selection: Selection): Set<TraceNode> {
  const shown = new Set<TraceNode>()
  for (const node of matchingNodes(tree, selection)) {
    for (let at: TraceNode | undefined = node; at && !shown.has(at); at = at.parent) shown.add(at)
  }
  return shown
}

function fits(node: TraceNode, selection: Selection): boolean {
  const { errors, service, minNanos, depth, attributes = [] } = selection
  const { span } = node
  if (depth !== undefined && node.depth >= depth) return false
  if (errors && span.status !== 'error') return false
  if (service !== undefined && span.service !== service) return false
  if (minNanos !== undefined && span.durationNanos < minNanos) return false
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
  const top = tree.nodes.find((node) => node.span.spanId === spanId)
  if (!top) return undefined
  // Depth first, so a subtree is one stretch.
  const from = tree.nodes.indexOf(top)
  const spans = tree.nodes.slice(from, from + top.size).map(({ span }) => span)
  return { ...tree.trace, spans: asRoot ? [withoutParent(top.span), ...spans.slice(1)] : spans }
}

function withoutParent(span: Span): Span {
  const { parentId: _, ...rest } = span
  // These three may be getters, which a spread leaves out.
  return { ...rest, attributes: span.attributes, events: span.events, links: span.links }
}
