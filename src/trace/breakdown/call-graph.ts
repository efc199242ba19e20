import type { BreakdownBy } from '../formats/output-choices.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { type CallFigures, CallSum } from './call-figures.ts'
import { type Callee, calleeKey, calleeOf, compareCallees } from './callee.ts'

/** One arrow of the graph: who calls whom. */
export interface CallEdge extends Callee, CallFigures {
  readonly caller: Callee
}

interface EdgeSum {
  readonly caller: Callee
  readonly callee: Callee
  readonly calls: CallSum
}

/**
 * Sums up who calls whom, trace by trace: a span is called by its parent. Calls inside of one service are no arrow between
 * services.
 */
export class CallGraphSum {
  readonly #by: BreakdownBy
  readonly #edges = new Map<string, EdgeSum>()
  #traces = 0

  constructor(by: BreakdownBy) {
    this.#by = by
  }

  add(tree: TraceTree): void {
    const trace = this.#traces++
    for (let node = 0; node < tree.count; node++) {
      const parent = tree.parent(node)
      if (parent < 0) continue
      const callee = calleeOf(tree, node, this.#by)
      const caller = calleeOf(tree, parent, this.#by)
      if (this.#by === 'service' && caller.service === callee.service) continue
      this.#edgeOf(caller, callee).calls.add(tree, node, trace)
    }
  }

  /** By caller, its most frequent calls first. */
  edges(): CallEdge[] {
    return [...this.#edges.values()]
      .map(({ caller, callee, calls }) => ({ caller, ...callee, ...calls.figures() }))
      .sort((a, b) => compareCallees(a.caller, b.caller) || b.calls - a.calls || compareCallees(a, b))
  }

  #edgeOf(caller: Callee, callee: Callee): EdgeSum {
    const key = `${calleeKey(caller)}\0${calleeKey(callee)}`
    const known = this.#edges.get(key)
    if (known) return known
    const edge = { caller, callee, calls: new CallSum() }
    this.#edges.set(key, edge)
    return edge
  }
}
