import type { ComparedOperation, Comparison, TimeChange } from './comparison.ts'

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
  const ranked = rankedRows({ rows }).filter((row) => isCause(rows[row]!))
  return change === 'faster' ? ranked.reverse() : ranked
}

/** The change is in this operation, and not only below it. */
export const isCause = ({ selfChange }: Pick<ComparedOperation, 'selfChange'>): boolean => isSure(selfChange)

const isSure = (change: TimeChange): boolean => change === 'slower' || change === 'faster'

/** The rows whose self time differs, but by what may be chance: the largest difference first. */
export function unsureRows({ rows }: Pick<Comparison, 'rows'>): number[] {
  const size = (row: number) => Math.abs(selfDelta(rows[row]!))
  return [...rows.keys()]
    .filter((row) => rows[row]!.selfChange === 'unsure')
    .sort((a, b) => size(b) - size(a))
}

/** Nothing is sure, and something may be chance: more traces would tell. */
export function isTooFew({ rows, change: whole }: Judgements): boolean {
  if (isSure(whole) || rows.some(isCause)) return false
  return [whole, ...rows.flatMap(({ change, selfChange }) => [change, selfChange])].includes('unsure')
}

interface Judgements extends Pick<Comparison, 'change'> {
  readonly rows: readonly Pick<ComparedOperation, 'change' | 'selfChange'>[]
}

/** The tops of what only one side has: what stands below them is new or gone with them. */
export function topsOf({ rows }: Pick<Comparison, 'rows'>, change: 'new' | 'gone'): number[] {
  return [...rows.keys()].filter((row) => {
    const { parent } = rows[row]!
    return rows[row]!.change === change && (parent < 0 || rows[parent]!.change !== change)
  })
}
