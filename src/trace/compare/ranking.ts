import type { ComparedOperation, Comparison } from './comparison.ts'

/** How much longer (below zero: shorter) it takes in B, its calls together, in nanoseconds. */
export const totalDelta = ({ a, b }: ComparedOperation): number => b.totalNanos - a.totalNanos

/** The same without what it calls. */
export const selfDelta = ({ a, b }: ComparedOperation): number => b.selfNanos - a.selfNanos

/** All row numbers: what got slowest in itself first, what got fastest last. Equal ones in the order of the tree. */
export function rankedRows({ rows }: Pick<Comparison, 'rows'>): number[] {
  const deltas = Float64Array.from(rows, selfDelta)
  return [...rows.keys()].sort((a, b) => deltas[b]! - deltas[a]!)
}

/** The rows where the change is, ranked; of a trace that got faster, the fastest first. */
export function causes({ rows, change }: Pick<Comparison, 'rows' | 'change'>): number[] {
  const ranked = rankedRows({ rows }).filter((row) => rows[row]!.isCause)
  return change === 'faster' ? ranked.reverse() : ranked
}

/** The tops of what only one side has: what stands below them is new or gone with them. */
export function topsOf({ rows }: Pick<Comparison, 'rows'>, change: 'new' | 'gone'): number[] {
  return [...rows.keys()].filter((row) => {
    const { parent } = rows[row]!
    return rows[row]!.change === change && (parent < 0 || rows[parent]!.change !== change)
  })
}
