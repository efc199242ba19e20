import { percentile } from './fold.ts'
import { groupBy } from './group.ts'
import { type Attributes, attribute, type Span } from './model.ts'
import type { TraceNode, TraceTree } from './tree.ts'

/** More siblings of one name than this are a suspect (the threshold of Jaeger's N+1 check). */
const REPEATED_OVER = 10

/** Many calls of one kind made by one span, of like length: what a loop around a query looks like. */
export interface RepeatedCalls {
  readonly caller: TraceNode
  /** By start. */
  readonly calls: readonly TraceNode[]
  readonly sumNanos: number
  readonly p50Nanos: number
  /** The most that ran at one moment; 1 = one after another. */
  readonly atOnce: number
}

/** The spans with the most self time, longest first, without those that have none. */
export function slowestSelf(tree: TraceTree, count: number): TraceNode[] {
  // Not by sorting all: of 100,000 spans three are told.
  const slowest: TraceNode[] = []
  for (const node of tree.nodes) {
    const last = slowest.at(-1)
    if (node.selfNanos <= 0 || (slowest.length >= count && last && last.selfNanos >= node.selfNanos)) continue
    const at = slowest.findIndex((slower) => slower.selfNanos < node.selfNanos)
    slowest.splice(at < 0 ? slowest.length : at, 0, node)
    if (slowest.length > count) slowest.pop()
  }
  return slowest
}

/** Failed spans below which nothing failed: where an error began. Deepest first, then earliest. */
export function rootCauses(tree: TraceTree): TraceNode[] {
  return tree.nodes
    .filter((node) => node.span.status === 'error' && node.errors === 1)
    .sort((a, b) => b.depth - a.depth || a.startNanos - b.startNanos)
}

/** What a failed span says about its failure, from the places instrumentation puts it; not yet safe for a terminal. */
export function errorMessage(span: Span): string | undefined {
  const exceptions = span.events
    .filter((event) => event.name === 'exception')
    .map((event) => event.attributes)
  const said = [span.statusMessage, ...[span.attributes, ...exceptions].flatMap(messagesIn)]
  return said.find((text) => text !== undefined && text !== '')
}

function messagesIn(attributes: Attributes): (string | undefined)[] {
  return ['exception.message', 'error.message', 'exception.type', 'error.type'].map((key) => {
    const value = attribute(attributes, key)
    return typeof value === 'string' ? value : undefined
  })
}

/** Suspected N+1 groups, the costliest first. */
export function repeatedCalls(tree: TraceTree): RepeatedCalls[] {
  const found: RepeatedCalls[] = []
  for (const caller of tree.nodes) {
    if (caller.children.length <= REPEATED_OVER) continue
    const groups = groupBy(caller.children, ({ span }) => JSON.stringify([span.service, span.name]))
    for (const calls of groups.values()) {
      const durations = calls.map((call) => call.span.durationNanos).sort((a, b) => a - b)
      if (calls.length <= REPEATED_OVER || !areAlike(durations)) continue
      const sumNanos = durations.reduce((sum, nanos) => sum + nanos, 0)
      found.push({ caller, calls, sumNanos, p50Nanos: percentile(durations, 50), atOnce: mostAtOnce(calls) })
    }
  }
  return found.sort((a, b) => b.sumNanos - a.sumNanos)
}

/** At least half lie within a factor of two of the median: one slow call among many does not acquit a loop. */
function areAlike(sorted: readonly number[]): boolean {
  const median = percentile(sorted, 50)
  const near = sorted.filter((nanos) => nanos >= median / 2 && nanos <= median * 2)
  return near.length * 2 >= sorted.length
}

function mostAtOnce(calls: readonly TraceNode[]): number {
  const ends = calls.map((call) => call.endNanos).sort((a, b) => a - b)
  let most = 1
  let ended = 0
  for (const [i, call] of calls.entries()) {
    while ((ends[ended] as number) <= call.startNanos && ended < i) ended++
    most = Math.max(most, i + 1 - ended)
  }
  return most
}
