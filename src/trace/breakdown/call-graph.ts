import type { BreakdownBy } from '../formats/output-choices.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { type CallFigures, CallSum } from './call-figures.ts'
import { type Callee, calleeKey, calleeOf, compareCallees } from './callee.ts'
import { unansweredCalls } from './peer.ts'

/** One arrow of the graph: who calls whom. */
export interface CallEdge extends Callee, CallFigures {
  readonly caller: Callee
  /** These calls have no spans of what is called: the figures are of the caller's spans. */
  readonly withoutSpans: boolean
  /** The service that is called has spans somewhere in these traces, though it may be none of these calls. */
  readonly isSeen: boolean
}

interface EdgeSum {
  readonly caller: Callee
  readonly callee: Callee
  readonly withoutSpans: boolean
  readonly calls: CallSum
}

/**
 * Sums up who calls whom, trace by trace: a span is called by its parent, and what has no spans by the span that names it. Calls
 * inside of one service are no arrow between services.
 */
export class CallGraphSum {
  readonly #by: BreakdownBy
  readonly #edges = new Map<string, EdgeSum>()
  readonly #services = new Set<string>()
  #traces = 0

  constructor(by: BreakdownBy) {
    this.#by = by
  }

  add(tree: TraceTree): void {
    const trace = this.#traces++
    for (const service of tree.services.texts) this.#services.add(service)
    for (let node = 0; node < tree.count; node++) {
      const parent = tree.parent(node)
      const callee = calleeOf(tree, node, this.#by)
      if (parent >= 0) this.#edgeOf(calleeOf(tree, parent, this.#by), callee, false)?.add(tree, node, trace)
    }
    for (const { node, service } of unansweredCalls(tree)) {
      this.#edgeOf(calleeOf(tree, node, this.#by), { service }, true)?.add(tree, node, trace)
    }
  }

  /** By caller, its most frequent calls first. */
  edges(): CallEdge[] {
    return [...this.#edges.values()]
      .map(({ caller, callee, withoutSpans, calls }) => ({
        ...{ caller, ...callee, withoutSpans, isSeen: this.#services.has(callee.service) },
        ...calls.figures(),
      }))
      .sort(
        (a, b) =>
          compareCallees(a.caller, b.caller) ||
          b.calls - a.calls ||
          compareCallees(a, b) ||
          Number(a.withoutSpans) - Number(b.withoutSpans),
      )
  }

  /** Undefined: it is no arrow. */
  #edgeOf(caller: Callee, callee: Callee, withoutSpans: boolean): CallSum | undefined {
    if (this.#by === 'service' && caller.service === callee.service) return undefined
    const key = `${calleeKey(caller)}\0${calleeKey(callee)}\0${withoutSpans}`
    const known = this.#edges.get(key)
    if (known) return known.calls
    const calls = new CallSum()
    this.#edges.set(key, { caller, callee, withoutSpans, calls })
    return calls
  }
}
