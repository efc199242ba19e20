import type { TraceTree } from '../../tree/trace-tree.ts'

/** A row of a process in the picture: its spans lie beside or inside each other. Both numbers count from 1. */
export interface Lane {
  /** The number of its service. */
  readonly process: number
  /** Counted through all processes. */
  readonly id: number
}

/** The lane of each node, and all there are. */
export interface Lanes {
  readonly of: (node: number) => Lane
  readonly all: readonly Lane[]
}

/** When a span ends, as readers draw it: one without a usable end goes on for good. Nanoseconds after the tree's start. */
export const endIn = (tree: TraceTree, node: number): number =>
  tree.isEndless(node) ? Number.POSITIVE_INFINITY : tree.endOf(node)

/**
 * Puts each span right into its parent where that runs in the same service, lasts as long and has no other child just
 * then; else into a lane of its service that is free, or a new one. So siblings that overlap never share a lane. Behind a span
 * that never ends a lane is never free: a reader would take what comes next for a part of it.
 */
export function planLanes(tree: TraceTree): Lanes {
  const byStart = [...tree.spans.keys()].sort(
    (a, b) => tree.startOf(a) - tree.startOf(b) || byNumber(endIn(tree, b), endIn(tree, a)) || a - b,
  )
  const byEnd = [...tree.spans.keys()].sort((a, b) => byNumber(endIn(tree, a), endIn(tree, b)))
  const all: Lane[] = []
  const lanes: Lane[] = new Array(tree.count)
  /** By lane: the nodes that are open, each inside of the one before it. */
  const open: number[][] = []
  /** By process: the lanes in which nothing runs. */
  const free: Lane[][] = tree.services.texts.map(() => [])
  // 1 by node: when it ends, its lane is free.
  const isOuter = new Uint8Array(tree.count)
  let ended = 0

  const freeUntil = (moment: number) => {
    for (; ended < byEnd.length && endIn(tree, byEnd[ended]!) <= moment; ended++) {
      const node = byEnd[ended]!
      if (isOuter[node] === 1) free[lanes[node]!.process - 1]!.push(lanes[node]!)
    }
  }
  const insideParent = (node: number): Lane | undefined => {
    const parent = tree.parent(node)
    if (parent < 0 || tree.services.indexOf(parent) !== tree.services.indexOf(node)) return undefined
    const lane = lanes[parent]
    const nodes = lane && open[lane.id - 1]!
    while (nodes && nodes.length > 0 && endIn(tree, nodes[nodes.length - 1]!) <= tree.startOf(node))
      nodes.pop()
    return nodes?.at(-1) === parent && endIn(tree, parent) >= endIn(tree, node) ? lane : undefined
  }
  for (const node of byStart) {
    freeUntil(tree.startOf(node))
    const index = tree.services.indexOf(node)
    let lane = insideParent(node)
    if (!lane) {
      lane = free[index]!.pop()
      if (!lane) {
        lane = { process: index + 1, id: all.length + 1 }
        all.push(lane)
      }
      open[lane.id - 1] = []
      // One that takes no time has ended when it begins.
      if (endIn(tree, node) > tree.startOf(node)) isOuter[node] = 1
      else free[index]!.push(lane)
    }
    lanes[node] = lane
    open[lane.id - 1]!.push(node)
  }
  return { of: (node) => lanes[node]!, all }
}

/** Two that never end are equal; one less the other would be no number. */
const byNumber = (a: number, b: number): number => (a === b ? 0 : a - b)
