import type { TraceNode } from './tree.ts'

/** A stretch of time and the span the trace was waiting for during it. Nanoseconds after the tree's start. */
export interface CriticalSection {
  readonly node: TraceNode
  readonly startNanos: number
  readonly endNanos: number
}

interface Frame {
  readonly node: TraceNode
  readonly lo: number
  /** Everything after this moment is accounted for. */
  cur: number
  readonly children: readonly Clipped[]
  next: number
}

interface Clipped {
  readonly node: TraceNode
  readonly lo: number
  readonly hi: number
}

/**
 * The critical path below `root`: walk back from its end, always into the child that finished last before the
 * moment reached (Uber's CRISP, USENIX ATC '22). In order of time; sections are disjoint, leave no gap, and sum to
 * the root's duration exactly.
 *
 * Two departures from Jaeger's and CRISP's code: a child that ends exactly where the next begins counts (`<=`;
 * they lose back-to-back siblings), and children are consumed in order, so a child of no length cannot be met twice.
 * Consumers are left out: nobody waits for a message to be consumed. A child outliving its parent is clipped to it.
 */
export function criticalPath(root: TraceNode): CriticalSection[] {
  const sections: CriticalSection[] = []
  const emit = (node: TraceNode, startNanos: number, endNanos: number) => {
    if (endNanos > startNanos) sections.push({ node, startNanos, endNanos })
  }
  const stack: Frame[] = [frame({ node: root, lo: root.startNanos, hi: root.endNanos })]
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const child = top.children[top.next++]
    if (!child) {
      emit(top.node, top.lo, top.cur)
      stack.pop()
    } else if (child.hi <= top.cur) {
      emit(top.node, child.hi, top.cur)
      top.cur = child.lo
      stack.push(frame(child))
    }
  }
  return sections.reverse()
}

/** The path of each top span of the tree, by span. Spans that are never waited for are absent. */
export function criticalSections(tops: readonly TraceNode[]): Map<TraceNode, CriticalSection[]> {
  const byNode = new Map<TraceNode, CriticalSection[]>()
  for (const top of tops) {
    for (const section of criticalPath(top)) {
      const sections = byNode.get(section.node)
      if (sections) sections.push(section)
      else byNode.set(section.node, [section])
    }
  }
  return byNode
}

function frame({ node, lo, hi }: Clipped): Frame {
  const children: Clipped[] = []
  for (const child of node.children) {
    if (child.span.kind === 'consumer') continue
    const clipped = { node: child, lo: Math.max(lo, child.startNanos), hi: Math.min(hi, child.endNanos) }
    if (clipped.lo < clipped.hi) children.push(clipped)
  }
  children.sort((a, b) => b.hi - a.hi || a.lo - b.lo)
  return { node, lo, cur: hi, children, next: 0 }
}
