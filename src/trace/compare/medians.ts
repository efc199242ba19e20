import type { SpanKind } from '../model.ts'
import { rootsTime, type UnfinishedTrace, unfinishedOf, unfinishedText } from '../tree/known-times.ts'
import { UNFINISHED_WORDS } from '../tree/span-facts.ts'
import type { TraceTree } from '../tree/trace-tree.ts'

/** The typical trace of one side. Columns are by path; times in nanoseconds. */
export interface Medians {
  readonly traces: number
  readonly durationNanos: number
  readonly spans: number
  readonly occurs: Int32Array
  readonly calls: Float64Array
  /** `NaN`: not known of more than half of the traces that have the path. */
  readonly totals: Float64Array
  readonly selfs: Float64Array
  /** Of each trace, sorted. */
  readonly durations: Float64Array
  timesOf(column: 'totals' | 'selfs', path: number): Times
}

/** The times of a path, of those traces that have it and of which they are known. */
export interface Times {
  readonly values: Float64Array
  /** How many traces they stand for: with those that do not have the path, and so spent no time there. */
  readonly traces: number
}

/**
 * Medians over traces, see {@link medianOf}. A trace without a path counts as 0 there. Otherwise a branch of one trace in a
 * hundred would stand beside the work of all. A trace with an unknown time there is left out.
 */
export function mediansOf(traces: readonly TraceSums[], pathCount: number): Medians {
  const occurs = new Int32Array(pathCount)
  for (const { paths } of traces) for (const path of paths) occurs[path]! += 1
  const starts = new Int32Array(pathCount + 1)
  for (const [path, count] of occurs.entries()) starts[path + 1] = starts[path]! + count
  const values = {
    calls: valuesByPath(traces, 'calls', starts),
    totals: valuesByPath(traces, 'totals', starts),
    selfs: valuesByPath(traces, 'selfs', starts),
  }
  const valuesOf = (column: keyof typeof values, path: number): Times => {
    const all = values[column].subarray(starts[path]!, starts[path + 1]!)
    const known = all.some(Number.isNaN) ? all.filter((time) => !Number.isNaN(time)) : all
    return { values: known, traces: traces.length - (all.length - known.length) }
  }
  const byPath = (column: keyof typeof values): Float64Array =>
    Float64Array.from(occurs, (all, path) => {
      const times = valuesOf(column, path)
      return (all - times.values.length) * 2 > all ? Number.NaN : medianWithZeros(times)
    })
  const sorted = (pick: (trace: TraceSums) => number) => Float64Array.from(traces, pick).sort()
  const durations = sorted((trace) => trace.durationNanos)
  return {
    traces: traces.length,
    durationNanos: medianOf(durations),
    spans: medianOf(sorted((trace) => trace.spans)),
    occurs,
    calls: byPath('calls'),
    totals: byPath('totals'),
    selfs: byPath('selfs'),
    durations,
    timesOf: valuesOf,
  }
}

/** One flat array: the values of a path begin at `starts[path]`. */
function valuesByPath(
  traces: readonly TraceSums[],
  column: 'calls' | 'totals' | 'selfs',
  starts: Int32Array,
): Float64Array {
  const next = starts.slice()
  const values = new Float64Array(starts.at(-1) ?? 0)
  for (const trace of traces) {
    for (const [i, path] of trace.paths.entries()) {
      values[next[path]!] = trace[column][i]!
      next[path]! += 1
    }
  }
  return values
}

/**
 * The value in the middle; of an even number of values the mean of the two there, rounded up to a whole number. With the lower
 * one alone, a side with half of its traces slower would be as fast as before. A and B could not change places.
 */
export function medianOf(sorted: Float64Array): number {
  return medianWithZeros({ values: sorted, traces: sorted.length })
}

/** The median of as many values as there are traces, of which all but those given are zero. Sorts what is given. */
function medianWithZeros({ values, traces }: Times): number {
  values.sort()
  const zeros = traces - values.length
  const at = (rank: number) => (rank < zeros ? 0 : values[rank - zeros]!)
  const low = at(Math.floor((traces - 1) / 2))
  const high = at(Math.floor(traces / 2))
  return Math.round(low + (high - low) / 2)
}

/** The work, without when, where and how often. */
export interface Operation {
  readonly service: string
  readonly name: string
  /** `unspecified` is read as `internal`, as OpenTelemetry allows: not every format has kinds. */
  readonly kind: SpanKind
}

/** An operation below the same operations, up to the root. */
interface OperationPath {
  readonly operation: Operation
  /** The number of the path above it; -1 for a top. */
  readonly parent: number
  readonly isDetached: boolean
}

/** One trace summed by path. The arrays go together: one entry for each path that the trace has. */
export interface TraceSums {
  readonly paths: readonly number[]
  readonly calls: readonly number[]
  /**
   * Durations of all calls, in nanoseconds. Calls that ran at the same time count twice. `NaN`: a call has no usable
   * end.
   */
  readonly totals: readonly number[]
  /** Self times of all calls, in nanoseconds. `NaN` too where a call below has no usable end: it may have taken all of it. */
  readonly selfs: readonly number[]
  /** Of an unfinished one as much of it as is known. */
  readonly durationNanos: number
  /** Why its duration may not be known; undefined: it is. */
  readonly incomplete?: Incomplete | undefined
  readonly spans: number
}

/** Stand for the parent of a root, and of a span whose parent is missing. */
const NO_PARENT = -1
const LOST_PARENT = -2

/** The paths of all traces that were added, each once. A path has a higher number than the path above it. */
export class OperationPaths {
  readonly paths: OperationPath[] = []
  readonly #operations = new Map<string, { readonly number: number; readonly operation: Operation }>()
  /** Of which some call was waited for. */
  readonly #awaited = new Set<number>()
  /** By `parent operation`. */
  readonly #numbers = new Map<string, number>()

  add(tree: TraceTree): TraceSums {
    const pathOf = new Int32Array(tree.count)
    const slots = new Map<number, number>()
    const sums = {
      paths: [] as number[],
      calls: [] as number[],
      totals: [] as number[],
      selfs: [] as number[],
    }
    const operationOf = this.#operationsOf(tree)
    for (let node = 0; node < tree.count; node++) {
      const path = this.#pathOf(parentOf(tree, node, pathOf), operationOf(node))
      if (tree.isAwaited(node)) this.#awaited.add(path)
      pathOf[node] = path
      let slot = slots.get(path)
      if (slot === undefined) {
        slot = sums.paths.push(path) - 1
        slots.set(path, slot)
        sums.calls.push(0)
        sums.totals.push(0)
        sums.selfs.push(0)
      }
      sums.calls[slot]! += 1
      sums.totals[slot]! += tree.durationNanos(node)
      sums.selfs[slot]! += tree.selfNanos(node) ?? Number.NaN
      if (tree.isEndless(node)) sums.totals[slot] = Number.NaN
    }
    const incomplete = incompleteOf(tree)
    const durationNanos = incomplete?.unfinished === undefined ? durationOf(tree) : tree.endNanos
    return { ...sums, durationNanos, incomplete, spans: tree.count }
  }

  /**
   * By path, when all traces are added: 1 where it runs beside the request, since no caller waited for it (a consumer, or
   * `FOLLOWS_FROM`).
   */
  beside(): Uint8Array {
    const beside = new Uint8Array(this.paths.length)
    for (const [path, { parent }] of this.paths.entries())
      if (parent >= 0 && (beside[parent] === 1 || !this.#awaited.has(path))) beside[path] = 1
    return beside
  }

  #pathOf(parent: number, { number, operation }: { number: number; operation: Operation }): number {
    const key = `${parent} ${number}`
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.paths.length)
    return (
      this.paths.push({
        operation,
        parent: Math.max(NO_PARENT, parent),
        isDetached: parent === LOST_PARENT,
      }) - 1
    )
  }

  /** By node. Each service, name and kind of a tree is looked up once, not for each of 100,000 spans. */
  #operationsOf(tree: TraceTree): (node: number) => { number: number; operation: Operation } {
    const known = new Map<string, { number: number; operation: Operation }>()
    return (node) => {
      const span = tree.span(node)
      const kind = span.kind === 'unspecified' ? 'internal' : span.kind
      const key = `${tree.callKey(node)} ${kind}`
      const found = known.get(key) ?? this.#operation({ service: span.service, name: span.name, kind })
      known.set(key, found)
      return found
    }
  }

  #operation(operation: Operation): { number: number; operation: Operation } {
    const key = JSON.stringify([operation.service, operation.name, operation.kind])
    const found = this.#operations.get(key) ?? { number: this.#operations.size, operation }
    this.#operations.set(key, found)
    return found
  }
}

function parentOf(tree: TraceTree, node: number, pathOf: Int32Array): number {
  const parent = tree.parent(node)
  if (parent >= 0) return pathOf[parent]!
  return tree.place(node) === 'root' ? NO_PARENT : LOST_PARENT
}

/** How long a trace took: from its first root to its last; without a root, from first start to last end. */
function durationOf(tree: TraceTree): number {
  const { startNanos, endNanos } = rootsTime(tree) ?? { startNanos: 0, endNanos: tree.endNanos }
  return endNanos - startNanos
}

/** Why the duration of a request stays unknown. All undefined or false: it is whole. */
interface Incomplete {
  /** A root (without one: a part) has no usable end. */
  readonly unfinished: UnfinishedTrace | undefined
  readonly isRootless: boolean
  /** The back end or the file gave only a part of it. */
  readonly isPart: boolean
}

/** Undefined: the trace is whole. */
function incompleteOf(tree: TraceTree): Incomplete | undefined {
  const unfinished = unfinishedOf(tree)
  const isRootless = tree.roots.length === 0
  const isPart = tree.trace.partial !== undefined
  return unfinished || isRootless || isPart ? { unfinished, isRootless, isPart } : undefined
}

/**
 * Most traces of both sides have no root: a service behind a gateway whose spans go elsewhere. Its requests are always so,
 * whole or not: each is compared from its first start to its last end.
 */
export const areRootsElsewhere = (
  a: readonly (Incomplete | undefined)[],
  b: readonly (Incomplete | undefined)[],
): boolean => [a, b].every((side) => countRootless(side) * 2 > side.length)

const countRootless = (traces: readonly (Incomplete | undefined)[]): number =>
  traces.filter((one) => one?.isRootless).length

export interface IncompleteSide {
  readonly traces: number
  /** How many there are, the incomplete ones among them. */
  readonly all: number
  readonly incomplete: number
  /** With a root (without one: a part) without a usable end. */
  readonly unfinished: number
  readonly rootless: number
  /** How many are incomplete since they have no root: none, see {@link areRootsElsewhere}, or all of these. */
  readonly rootMissed: number
  readonly parts: number
  readonly first: Incomplete | undefined
}

/** Counts those of one side. */
export function countIncomplete(
  traces: readonly (Incomplete | undefined)[],
  rootsAreElsewhere: boolean,
): Omit<IncompleteSide, 'traces'> {
  const found = traces.flatMap((one) => (isIncomplete(one, rootsAreElsewhere) ? one : []))
  const rootless = countRootless(traces)
  const unfinished = found.flatMap((one) => one.unfinished ?? [])
  return {
    all: traces.length,
    incomplete: found.length,
    unfinished: unfinished.length,
    rootless,
    rootMissed: rootsAreElsewhere ? 0 : rootless,
    parts: found.filter(({ isPart }) => isPart).length,
    first: found[0],
  }
}

/** Whether a trace is incomplete, where its root need not be there: for another reason than that. */
export const isIncomplete = (one: Incomplete | undefined, rootsAreElsewhere: boolean): one is Incomplete =>
  one !== undefined && (!rootsAreElsewhere || one.unfinished !== undefined || one.isPart)

/** Too many of them are incomplete for the others to speak for all. */
export const isUnknown = ({ incomplete, all }: Pick<IncompleteSide, 'incomplete' | 'all'>): boolean =>
  incomplete * 2 > all

/** `B's root has no end`: why it is unknown which of both took longer. Undefined: it is known. */
export function whyUnknown(sides: {
  readonly a: IncompleteSide
  readonly b: IncompleteSide
}): string | undefined {
  const texts = (['a', 'b'] as const)
    .filter((side) => isUnknown(sides[side]))
    .map((side) => sideText(side.toUpperCase(), sides[side]))
  return texts.length === 0 ? undefined : texts.join(', and ')
}

function sideText(letter: string, side: IncompleteSide): string {
  if (side.all > 1 || side.first === undefined) return `in ${letter} ${incompleteText(side)}`
  const { unfinished, isPart } = side.first
  if (unfinished === undefined) return isPart ? `of ${letter} only a part is here` : `${letter} has no root`
  const whose = {
    'the root': `${letter}'s root`,
    'a root': `a root of ${letter}`,
    'a part': `a part of ${letter}`,
  }
  return `${whose[unfinished.top]} ${UNFINISHED_WORDS[unfinished.why]}`
}

/** `5 of 12 traces have no root, 1 of 12 traces is only in part here`. A trace may be counted in each. */
export function incompleteText(side: IncompleteSide): string {
  const { all, unfinished, rootMissed, parts } = side
  const texts = [
    ...(unfinished > 0 ? [unfinishedText(unfinished, all)] : []),
    ...(rootMissed > 0
      ? [`${rootMissed} of ${all} traces ${rootMissed === 1 ? 'has' : 'have'} no root`]
      : []),
    ...(parts > 0 ? [`${parts} of ${all} traces ${parts === 1 ? 'is' : 'are'} here only in part`] : []),
  ]
  return texts.join(', ')
}
