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

/** Where a change comes from: rows by their self time, the largest part first. */
export interface Origin {
  readonly rows: readonly number[]
  /** False: each of them may be chance. */
  readonly isSure: boolean
}

/** Rows that are sure, or where none is, those that may be chance. Of what got slower no row that got faster, and the reverse. */
export function originOf(comparison: Pick<Comparison, 'rows' | 'change'>): Origin {
  const sure = causes(comparison)
  return sure.length > 0 ? { rows: sure, isSure: true } : { rows: unsureRows(comparison), isSure: false }
}

/** The rows that explain the change, ranked; of a trace that got faster, the fastest first. Else both directions. */
export function causes({ rows, change }: Pick<Comparison, 'rows' | 'change'>): number[] {
  const ranked = rankedRows({ rows }).filter((row) => isCause(rows[row]!) && explains(rows[row]!, change))
  return change === 'faster' ? ranked.reverse() : ranked
}

/** What got faster is no cause of a trace that got slower. */
function explains(row: ComparedOperation, whole: TimeChange): boolean {
  if (whole === 'slower') return selfDelta(row) > 0
  return whole !== 'faster' || selfDelta(row) < 0
}

/** The change is in this operation, and not only below it. */
export const isCause = ({ selfChange }: Pick<ComparedOperation, 'selfChange'>): boolean => isSure(selfChange)

const isSure = (change: TimeChange): boolean => change === 'slower' || change === 'faster'

/** The rows whose self time differs, but by what may be chance: the largest difference first. Directions as of {@link causes}. */
export function unsureRows({ rows, change }: Pick<Comparison, 'rows' | 'change'>): number[] {
  const size = (row: number) => Math.abs(selfDelta(rows[row]!))
  return [...rows.keys()]
    .filter((row) => rows[row]!.selfChange === 'unsure' && explains(rows[row]!, change))
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
