import type { BreakdownBy } from '../formats/output-choices.ts'
import type { TraceTree } from '../tree/trace-tree.ts'

/** What is called: a service, or one operation of it. */
export interface Callee {
  readonly service: string
  /** Absent where the services themselves are counted. */
  readonly operation?: string
}

/** What the span of a node belongs to. */
export function calleeOf(tree: TraceTree, node: number, by: BreakdownBy): Callee {
  const { service, name } = tree.span(node)
  return by === 'service' ? { service } : { service, operation: name }
}

/** A grouping key. */
export const calleeKey = ({ service, operation = '' }: Callee): string => `${service}\0${operation}`

/** By service, then by operation; by code unit, so the same on every machine. */
export function compareCallees(a: Callee, b: Callee): number {
  const [x, y] = [calleeKey(a), calleeKey(b)]
  return Number(x > y) - Number(x < y)
}
