import type { ComparedOperation, ComparedSide, Comparison, TimeChange } from './comparison.ts'

/** How much longer (below zero: shorter) B took as a whole, and of how long A took. Undefined: a side is incomplete. */
export function deltaOf({
  a,
  b,
}: Pick<Comparison, 'a' | 'b'>): { nanos: number; ofNanos: number } | undefined {
  if (a.durationNanos === undefined || b.durationNanos === undefined) return undefined
  return { nanos: b.durationNanos - a.durationNanos, ofNanos: a.durationNanos }
}

/** How much longer (below zero: shorter) it takes in B, its calls together, in nanoseconds. Undefined: not known. */
export const totalDelta = ({ a, b }: ComparedOperation): number | undefined =>
  lessOf(a.totalNanos, b.totalNanos)

/** The same without what it calls. */
export const selfDelta = ({ a, b }: ComparedOperation): number | undefined => lessOf(a.selfNanos, b.selfNanos)

const lessOf = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : b - a

/** Of rows in an order: those whose time is not known stand with those that did not change. */
const selfOrder = (row: ComparedOperation): number => selfDelta(row) ?? 0

/** All row numbers: what got slowest in itself first, what got fastest last. Equal ones in the order of the tree. */
export function rankedRows({ rows }: Pick<Comparison, 'rows'>): number[] {
  const deltas = Float64Array.from(rows, selfOrder)
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

/** The rows that explain the change, the largest difference first; where the whole is neither slower nor faster, of both directions. */
export const causes = (comparison: Pick<Comparison, 'rows' | 'change'>): number[] =>
  bySize(comparison, isCause)

/** The same of rows whose self time differs, but by what may be chance. */
export const unsureRows = (comparison: Pick<Comparison, 'rows' | 'change'>): number[] =>
  bySize(comparison, ({ selfChange }) => selfChange === 'unsure')

function bySize(
  { rows, change }: Pick<Comparison, 'rows' | 'change'>,
  isOne: (row: ComparedOperation) => boolean,
): number[] {
  const size = (row: number) => Math.abs(selfOrder(rows[row]!))
  return [...rows.keys()]
    .filter((row) => isOne(rows[row]!) && explains(rows[row]!, change))
    .sort((a, b) => size(b) - size(a))
}

/** What got faster isn't a cause of a trace that got slower, and neither is work beside the request. */
function explains(row: ComparedOperation, whole: TimeChange): boolean {
  if (row.isBeside && (whole === 'slower' || whole === 'faster')) return false
  if (whole === 'slower') return selfOrder(row) > 0
  return whole !== 'faster' || selfOrder(row) < 0
}

/** The change is in this operation, and not only below it. */
export const isCause = ({ selfChange }: Pick<ComparedOperation, 'selfChange'>): boolean => isSure(selfChange)

const isSure = (change: TimeChange): boolean => change === 'slower' || change === 'faster'

/**
 * Chance is ruled out, and yet the medians differ the other way round. Fast traces got faster and slow ones slower, for
 * instance.
 */
export const isAgainstMedians = ({ change, tendency }: Pick<Comparison, 'change' | 'tendency'>): boolean =>
  change === 'unsure' && (tendency === 'slower' || tendency === 'faster')

/** The traces are too few to judge the whole, or to show anything, and something differs. */
export function isTooFew({ rows, change, tendency, leastTraces }: Judgements): boolean {
  if (change === 'unsure') return !isAgainstMedians({ change, tendency })
  return leastTraces !== undefined && rows.some(isUnsure)
}

/** Its total or its self time differs by what may be chance. */
export const isUnsure = ({ change, selfChange }: Pick<ComparedOperation, 'change' | 'selfChange'>): boolean =>
  change === 'unsure' || selfChange === 'unsure'

interface Judgements extends Pick<Comparison, 'change' | 'tendency' | 'leastTraces'> {
  readonly rows: readonly Pick<ComparedOperation, 'change' | 'selfChange'>[]
}

/** What tells in how many of the traces an operation is. */
export interface Counted extends Pick<Comparison, 'rows'> {
  readonly a: Pick<ComparedSide, 'traces'>
  readonly b: Pick<ComparedSide, 'traces'>
}

/** More traces could tell of an operation that is unsure whether it is chance. */
export function isDecidable(comparison: Counted): boolean {
  const { rows } = comparison
  const leaping = leapingRows(comparison)
  const isStill = (row: number) => !leaping.some((leap) => leap >= row && leap < row + rows[row]!.size)
  return [...rows.keys()].some((row) => isUnsure(rows[row]!) && isStill(row))
}

/**
 * The operations that about half of the traces have. However many traces there are, their medians leap between 0, half and all
 * of their time, and so do the times of their callers.
 */
const leapingRows = ({ rows, a, b }: Counted): number[] =>
  [...rows.keys()].filter((row) => {
    const [inA, inB] = [rows[row]!.a.traces, rows[row]!.b.traces]
    if (inA === 0 || inB === 0 || !isAboutHalf(inA, a.traces) || !isAboutHalf(inB, b.traces)) return false
    // More traces may separate sides that differ by more than one standard error.
    const apart = Math.abs(inA / a.traces - inB / b.traces)
    if (apart > Math.sqrt(0.25 / a.traces + 0.25 / b.traces)) return false
    const [sideA, sideB] = [Math.sign(2 * inA - a.traces), Math.sign(2 * inB - b.traces)]
    return sideA !== sideB || sideA === 0
  })

/**
 * The operation that about half of the traces have, and whose leaps are most of the whole difference. No number of traces can
 * show whether that is chance. Undefined: there is none, or the whole is not unsure, or so few traces could show nothing at
 * all.
 */
export function undecidableRow(comparison: Comparison): number | undefined {
  const { rows, change, leastTraces } = comparison
  if (change !== 'unsure' || isAgainstMedians(comparison)) return undefined
  if (leastTraces !== undefined || isDecidable(comparison)) return undefined
  const { nanos } = deltaOf(comparison) ?? { nanos: 0 }
  const share = (row: number) => (totalDelta(rows[row]!) ?? 0) / nanos
  const [row] = leapingRows(comparison).sort((a, b) => share(b) - share(a))
  return row !== undefined && share(row) > 0.5 ? row : undefined
}

/** Within two standard errors of a half (of a binomial distribution). */
const isAboutHalf = (count: number, traces: number): boolean =>
  Math.abs(2 * count - traces) <= 2 * Math.sqrt(traces)

export const endlessRows = ({ rows }: Pick<Comparison, 'rows'>, side: 'a' | 'b'): number[] =>
  [...rows.keys()].filter((row) => rows[row]![side].totalNanos === undefined)

/** The tops of what only one side has: what stands below them is new or gone with them. */
export function topsOf({ rows }: Pick<Comparison, 'rows'>, change: 'new' | 'gone'): number[] {
  return [...rows.keys()].filter((row) => {
    const { parent } = rows[row]!
    return rows[row]!.change === change && (parent < 0 || rows[parent]!.change !== change)
  })
}
