import { depthFirst } from '../tree/attach.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import {
  areRootsElsewhere,
  countIncomplete,
  type IncompleteSide,
  isIncomplete,
  isUnknown,
  type Medians,
  medianOf,
  mediansOf,
  type Operation,
  OperationPaths,
  type TraceSums,
} from './medians.ts'
import {
  differs,
  isTendencyOf,
  Significance,
  type Tendency,
  type Threshold,
  thresholdFor,
} from './significance.ts'

/**
 * - `slower`, `faster`: a time differs by enough to count, see {@link Threshold}, and where both sides have several traces
 *   chance is ruled out. `unsure`: it is not. Else `same`.
 * - `unknown`: a span has no end, or of the whole: a trace is incomplete.
 */
export type TimeChange = 'slower' | 'faster' | 'unsure' | 'same' | 'unknown'

/** - `new`: no trace of A has it. `gone`: no trace of B has it. Else what became of its total time. */
export type Change = TimeChange | 'new' | 'gone'

/** What one side of a row is: of one trace, or medians over several. */
export interface RowSide {
  readonly calls: number
  /** Undefined: not known, since spans have no end. */
  readonly totalNanos: number | undefined
  /** Undefined: not known, since spans have no end, or spans right below have none. */
  readonly selfNanos: number | undefined
  readonly traces: number
}

/** One operation on one path, in A and in B. */
export interface ComparedOperation extends Operation {
  /** The row above it; -1 for a top. Rows come in depth-first order, so those below it follow it at once. */
  readonly parent: number
  readonly depth: number
  /** Rows in its subtree, itself included. */
  readonly size: number
  /** The top of spans that hang on no root. */
  readonly isDetached: boolean
  /** It runs beside the request, which waits neither for it nor for its caller. */
  readonly isBeside: boolean
  readonly a: RowSide
  readonly b: RowSide
  readonly change: Change
  /** What became of its self time: where it is slower or faster, the change is here, and not only below. */
  readonly selfChange: TimeChange
}

/** One side as a whole: of one trace, or medians over several. */
export interface ComparedSide extends Pick<Medians, 'spans'>, IncompleteSide {
  /** Undefined: too many of its traces are incomplete, see {@link isUnknown}. */
  readonly durationNanos: number | undefined
  /** It took at least so long, up to the last end that is known. */
  readonly leastNanos: number
}

export interface Comparison {
  readonly a: ComparedSide
  readonly b: ComparedSide
  readonly change: TimeChange
  /** What B tends to be as a whole, whatever the medians. Undefined: a side has one trace. */
  readonly tendency: Tendency | undefined
  /**
   * The durations of the whole differ by more than chance, by however little. Where their medians differ by enough to count, it
   * is in the direction of these. Undefined: a side has one trace.
   */
  readonly isSignificant: boolean | undefined
  /** Where so few traces can show nothing: how many it takes on each side at least. Undefined too where a side has one. */
  readonly leastTraces: number | undefined
  /** Most traces of both sides have no root, so that none is incomplete for that. */
  readonly rootsAreElsewhere: boolean
  readonly threshold: Threshold
  /** The merged tree: siblings as A has them, then those that only B has. */
  readonly rows: readonly ComparedOperation[]
}

/** Takes the traces of both sides one by one, so that none but the last is held in memory. */
export class Comparer {
  readonly #paths = new OperationPaths()
  readonly #sides: Readonly<Record<'a' | 'b', TraceSums[]>> = { a: [], b: [] }

  /** Add those of A first: rows stand in the order in which they are met. */
  add(side: 'a' | 'b', tree: TraceTree): void {
    this.#sides[side].push(this.#paths.add(tree))
  }

  /** Both sides must have a trace. */
  compare(): Comparison {
    const pathCount = this.#paths.paths.length
    const elsewhere = areRootsElsewhere(reasonsOf(this.#sides.a), reasonsOf(this.#sides.b))
    const medians = (side: 'a' | 'b') => mediansOf(wholeOnesOf(this.#sides[side], elsewhere), pathCount)
    const [a, b] = [medians('a'), medians('b')]
    const [sideA, sideB] = [sideOf(a, this.#sides.a, elsewhere), sideOf(b, this.#sides.b, elsewhere)]
    const unknown = isUnknown(sideA) || isUnknown(sideB)
    const threshold = thresholdFor(a.traces, b.traces, Math.max(a.durationNanos, b.durationNanos))
    const significance = new Significance(a, b)
    const isTop = (path: number) => this.#paths.paths[path]!.parent < 0
    const endless = (side: 'a' | 'b') => endlessPaths(this.#sides[side]).filter(isTop)
    // Of a side whose duration is not known, the few that are whole do not speak for the roots that have no end.
    const tops = {
      a: new Set(isUnknown(sideA) ? endless('a') : []),
      b: new Set(isUnknown(sideB) ? endless('b') : []),
    }
    const tendency = significance.ofWhole()
    const isSignificant = isTendencyOf(tendency, a.durationNanos, b.durationNanos, threshold)
    return {
      a: sideA,
      b: sideB,
      change: unknown
        ? 'unknown'
        : changeOf(a.durationNanos, b.durationNanos, threshold, () => isSignificant),
      tendency,
      isSignificant,
      leastTraces: significance.leastTraces,
      rootsAreElsewhere: elsewhere,
      threshold,
      rows: rowsOf(
        this.#paths,
        (path) => a.occurs[path]! + b.occurs[path]! > 0,
        (path) => {
          const [rowA, rowB] = [rowSide(a, path, tops.a), rowSide(b, path, tops.b)]
          return judge(rowA, rowB, (column, [aNanos, bNanos]) =>
            changeOf(aNanos, bNanos, threshold, () => significance.ofPath(column, path)),
          )
        },
      ),
    }
  }
}

/** Without incomplete ones, whose times would be too short. They are all there is: then they. */
function wholeOnesOf(traces: readonly TraceSums[], rootsAreElsewhere: boolean): readonly TraceSums[] {
  const whole = traces.filter(({ incomplete }) => !isIncomplete(incomplete, rootsAreElsewhere))
  return whole.length > 0 ? whole : traces
}

const reasonsOf = (sums: readonly TraceSums[]) => sums.map(({ incomplete }) => incomplete)

function sideOf(
  { traces, durationNanos, spans }: Medians,
  sums: readonly TraceSums[],
  rootsAreElsewhere: boolean,
): ComparedSide {
  const counts = countIncomplete(reasonsOf(sums), rootsAreElsewhere)
  // A median of what each took at least is the least of their median.
  const least = Float64Array.from(sums, (one) => one.durationNanos).sort()
  return {
    ...counts,
    traces,
    durationNanos: isUnknown(counts) ? undefined : durationNanos,
    leastNanos: medianOf(least),
    spans,
  }
}

const endlessPaths = (traces: readonly TraceSums[]): number[] =>
  traces.flatMap(({ paths, totals }) => paths.filter((_, i) => Number.isNaN(totals[i])))

function changeOf(
  aNanos: number,
  bNanos: number,
  threshold: Threshold,
  isSignificant: () => boolean | undefined,
): TimeChange {
  if (!differs(aNanos, bNanos, threshold)) return 'same'
  if (isSignificant() === false) return 'unsure'
  return bNanos > aNanos ? 'slower' : 'faster'
}

type Judged = Pick<ComparedOperation, 'a' | 'b' | 'change' | 'selfChange'>

/** A path that no compared trace `has` isn't a row, and so is none below it. */
function rowsOf(
  operations: OperationPaths,
  has: (path: number) => boolean,
  judged: (path: number) => Judged,
): ComparedOperation[] {
  const { paths } = operations
  const beside = operations.beside()
  const parents = Int32Array.from(paths, ({ parent }) => parent)
  const order = inTreeOrder(paths, parents).filter(has)
  const rowOf = new Int32Array(paths.length)
  for (const [row, path] of order.entries()) rowOf[path] = row
  const depths = new Int32Array(paths.length)
  const sizes = Int32Array.from(paths.keys(), (path) => (has(path) ? 1 : 0))
  for (const [path, parent] of parents.entries()) depths[path] = (depths[parent] ?? -1) + 1
  for (let path = paths.length - 1; path >= 0; path--)
    if (parents[path]! >= 0) sizes[parents[path]!]! += sizes[path]!
  return Array.from(order, (path) => {
    const { operation, parent, isDetached } = paths[path]!
    return {
      ...operation,
      parent: parent < 0 ? -1 : rowOf[parent]!,
      depth: depths[path]!,
      size: sizes[path]!,
      isDetached,
      isBeside: beside[path] === 1,
      ...judged(path),
    }
  })
}

/** Siblings by their number, which is the order in which they were met; what hangs on no root comes last. */
function inTreeOrder(paths: OperationPaths['paths'], parents: Int32Array): Int32Array {
  const tops = [...paths.keys()].filter((path) => parents[path]! < 0)
  const roots = tops.filter((path) => !paths[path]!.isDetached)
  const detached = tops.filter((path) => paths[path]!.isDetached)
  const numbers = Float64Array.from(paths.keys())
  return depthFirst([...roots, ...detached], parents, { starts: numbers, ends: numbers })
}

function rowSide(
  { calls, totals, selfs, occurs }: Medians,
  path: number,
  endless: ReadonlySet<number>,
): RowSide {
  const known = (time: number) => (Number.isNaN(time) || endless.has(path) ? undefined : time)
  return {
    calls: calls[path]!,
    totalNanos: known(totals[path]!),
    selfNanos: known(selfs[path]!),
    traces: occurs[path]!,
  }
}

function judge(
  a: RowSide,
  b: RowSide,
  changeIn: (column: 'totals' | 'selfs', nanos: readonly [a: number, b: number]) => TimeChange,
): Judged {
  const of = (column: 'totals' | 'selfs', before?: number, after?: number): TimeChange =>
    before === undefined || after === undefined ? 'unknown' : changeIn(column, [before, after])
  const change = a.traces === 0 ? 'new' : b.traces === 0 ? 'gone' : of('totals', a.totalNanos, b.totalNanos)
  return { a, b, change, selfChange: of('selfs', a.selfNanos, b.selfNanos) }
}

/** Of a deep path only the nearest levels are shown: 72,000 levels are on record, and each row has a path. */
const MOST_LEVELS = 8

/** The names above a row, from the root down, not sanitized; `isWhole`: none is left out. */
export function namesAbove(
  rows: readonly Pick<ComparedOperation, 'name' | 'parent'>[],
  row: number,
): { readonly names: readonly string[]; readonly isWhole: boolean } {
  const names: string[] = []
  let at = rows[row]!.parent
  for (; at >= 0 && names.length < MOST_LEVELS; at = rows[at]!.parent) names.push(rows[at]!.name)
  return { names: names.reverse(), isWhole: at < 0 }
}

/** The names above a row and its own, `…` in place of those left out: `GET /cart > redis GET`. */
export function pathText(rows: readonly Pick<ComparedOperation, 'name' | 'parent'>[], row: number): string {
  const { names, isWhole } = namesAbove(rows, row)
  return [...(isWhole ? [] : ['…']), ...names, rows[row]!.name].join(' > ')
}
