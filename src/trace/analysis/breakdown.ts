import type { BreakdownBy } from '../formats/output-choices.ts'
import { type GenAi, genAiOf } from '../gen-ai.ts'
import { percentile } from '../tree/fold.ts'
import { unfinishedOf } from '../tree/known-times.ts'
import { whyEndless } from '../tree/span-facts.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { rootsPath } from './critical-path.ts'

/** Tokens of models. Undefined: no span says them. */
export interface TokenFigures {
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
}

/** One service or operation. Of models and tools the name stands in place of the service; without one it is empty. */
export interface BreakdownRow extends Callee, CallFigures, TokenFigures {
  /** Time in these spans themselves, without their calls, where it is known. Undefined: it is known of none. */
  readonly selfNanos: number | undefined
  /** How many of these spans have an unknown self time, since they or spans right below them have no usable end. */
  readonly selfUnknown: number
  /** Time on the critical paths of the traces' roots; of models and tools with all that is below their calls. */
  readonly pathNanos: number
  /** The same as a share of all time of the roots, from 0 to 1. */
  readonly pathShare: number
}

/** Where the time of many traces went. */
export interface Breakdown extends TokenFigures {
  readonly by?: BreakdownBy
  readonly traces: number
  readonly spans: number
  readonly errors: number
  /** Spans that were left out, since they came again. */
  readonly redelivered: number
  /**
   * The durations of the traces together, each from its first root to its last (where it is missing: its longest part). Exactly
   * the sum of `pathNanos` over the rows and of `gapNanos`.
   */
  readonly rootNanos: number
  /** Time between two roots of a trace, in which none ran, and in how many traces. */
  readonly gapNanos: number
  readonly gapTraces: number
  /** Traces of unknown duration: `rootNanos` has their known time. */
  readonly unfinishedTraces: number
  /** Time that spans went on after the end of their last root (asynchronous work), and in how many traces. */
  readonly tailNanos: number
  readonly tailTraces: number
  /** The largest share of the critical path first; of models and tools the most tokens. */
  readonly rows: readonly BreakdownRow[]
}

interface RowSum {
  readonly callee: Callee
  readonly calls: CallSum
  selfNanos: number
  selfUnknown: number
  pathNanos: number
  inputTokens: number | undefined
  outputTokens: number | undefined
}

/** Sums traces up, one after the other. */
export class BreakdownSum {
  readonly #by: BreakdownBy
  readonly #rows = new Map<string, RowSum>()
  #traces = 0
  #spans = 0
  #errors = 0
  #redelivered = 0
  #rootNanos = 0
  #gapNanos = 0
  #gapTraces = 0
  #unfinished = 0
  #tailNanos = 0
  #tailTraces = 0

  constructor(by: BreakdownBy) {
    this.#by = by
  }

  add(tree: TraceTree): void {
    const trace = this.#traces++
    this.#spans += tree.count
    this.#errors += tree.errors
    this.#redelivered += tree.trace.redelivered ?? 0
    const onPath = this.#addRoots(tree)
    if (this.#by === 'model' || this.#by === 'tool') this.#addUses(tree, this.#by, trace, onPath)
    else this.#addCalls(tree, this.#by, trace, onPath)
  }

  #addCalls(tree: TraceTree, by: 'operation' | 'service', trace: number, onPath: Float64Array): void {
    // By the tree's own numbers: far fewer keys are built than there are spans.
    const known = new Map<number, RowSum>()
    for (let node = 0; node < tree.count; node++) {
      const number = tree.callKey(node)
      const row = known.get(number) ?? this.#rowOf(calleeOf(tree, node, by))
      known.set(number, row)
      addCall(row, tree, node, trace)
      row.pathNanos += onPath[node]!
    }
  }

  #addUses(tree: TraceTree, by: 'model' | 'tool', trace: number, onPath: Float64Array): void {
    for (const [node, { within, isCall, tokens, name }] of genAiUses(tree, by).entries()) {
      if (within !== undefined) this.#rowOf({ service: within }).pathNanos += onPath[node]!
      const row = isCall || tokens ? this.#rowOf({ service: name ?? '' }) : undefined
      if (row && (isCall || name === undefined)) addCall(row, tree, node, trace)
      if (row && tokens) {
        row.inputTokens = sumOf(row.inputTokens, tokens.input)
        row.outputTokens = sumOf(row.outputTokens, tokens.output)
      }
    }
  }

  result(): Breakdown {
    const rootNanos = this.#rootNanos
    const rows = [...this.#rows.values()].map(
      ({ callee, calls, selfUnknown, pathNanos, inputTokens, outputTokens, ...row }) => {
        const figures = calls.figures()
        const selfNanos = selfUnknown === figures.calls ? undefined : row.selfNanos
        const pathShare = rootNanos === 0 ? 0 : pathNanos / rootNanos
        return {
          ...callee,
          ...figures,
          selfNanos,
          selfUnknown,
          pathNanos,
          pathShare,
          inputTokens,
          outputTokens,
        }
      },
    )
    const tokensOf = ({ inputTokens = 0, outputTokens = 0 }: TokenFigures) => inputTokens + outputTokens
    return {
      by: this.#by,
      inputTokens: rows.map((row) => row.inputTokens).reduce(sumOf, undefined),
      outputTokens: rows.map((row) => row.outputTokens).reduce(sumOf, undefined),
      traces: this.#traces,
      spans: this.#spans,
      errors: this.#errors,
      redelivered: this.#redelivered,
      rootNanos,
      gapNanos: this.#gapNanos,
      gapTraces: this.#gapTraces,
      unfinishedTraces: this.#unfinished,
      tailNanos: this.#tailNanos,
      tailTraces: this.#tailTraces,
      rows: rows.sort(
        (a, b) =>
          tokensOf(b) - tokensOf(a) ||
          b.pathNanos - a.pathNanos ||
          (b.selfNanos ?? 0) - (a.selfNanos ?? 0) ||
          compareCallees(a, b),
      ),
    }
  }

  #addRoots(tree: TraceTree): Float64Array {
    const onPath = new Float64Array(tree.count)
    if (tree.count === 0) return onPath
    // All that is known of the roots' time is on the path, or between them.
    const { path, nanos, endNanos, gapNanos } = rootsPath(tree)
    for (const { node, startNanos, endNanos } of path) onPath[node]! += endNanos - startNanos
    const isUnfinished = unfinishedOf(tree) !== undefined
    if (isUnfinished) this.#unfinished += 1
    this.#rootNanos += nanos
    this.#gapNanos += gapNanos
    if (gapNanos > 0) this.#gapTraces += 1
    // Where a root has no usable end, what comes after it may be its time.
    if (!isUnfinished && tree.roots.length > 0 && tree.endNanos > endNanos) {
      this.#tailNanos += tree.endNanos - endNanos
      this.#tailTraces += 1
    }
    return onPath
  }

  #rowOf(callee: Callee): RowSum {
    const key = calleeKey(callee)
    const known = this.#rows.get(key)
    if (known) return known
    const tokens = { inputTokens: undefined, outputTokens: undefined }
    const row = { callee, calls: new CallSum(), selfNanos: 0, selfUnknown: 0, pathNanos: 0, ...tokens }
    this.#rows.set(key, row)
    return row
  }
}

function addCall(row: RowSum, tree: TraceTree, node: number, trace: number): void {
  row.calls.add(tree, node, trace)
  const selfNanos = tree.selfNanos(node)
  row.selfNanos += selfNanos ?? 0
  if (selfNanos === undefined) row.selfUnknown += 1
}

const sumOf = (a: number | undefined, b: number | undefined): number | undefined =>
  b === undefined ? a : (a ?? 0) + b

/** Figures of many calls of one kind. Durations in nanoseconds; percentiles by nearest rank, of the calls that have an end. */
export interface CallFigures {
  readonly calls: number
  readonly traces: number
  /** Calls without a usable end, so of unknown duration. */
  readonly unfinished: number
  /** Undefined: no call has an end. */
  readonly p50Nanos: number | undefined
  readonly p99Nanos: number | undefined
  readonly errors: number
}

/** Sums calls of one kind up, trace by trace. */
export class CallSum {
  readonly #durations: number[] = []
  #errors = 0
  #unfinished = 0
  #traces = 0
  #lastTrace = -1

  /** `trace`: the number of the trace, the same for all of its calls; traces come one after the other. */
  add(tree: TraceTree, node: number, trace: number): void {
    const span = tree.span(node)
    if (whyEndless(span) === undefined) this.#durations.push(span.durationNanos)
    else this.#unfinished += 1
    if (tree.hasFailed(node)) this.#errors += 1
    if (this.#lastTrace !== trace) this.#traces += 1
    this.#lastTrace = trace
  }

  figures(): CallFigures {
    const sorted = Float64Array.from(this.#durations).sort()
    const [p50Nanos, p99Nanos] = [50, 99].map((p) =>
      sorted.length === 0 ? undefined : percentile(sorted, p),
    )
    return {
      calls: sorted.length + this.#unfinished,
      traces: this.#traces,
      unfinished: this.#unfinished,
      p50Nanos,
      p99Nanos,
      errors: this.#errors,
    }
  }
}

export interface Callee {
  readonly service: string
  /** Absent where the services themselves are counted. */
  readonly operation?: string
}

export function calleeOf(tree: TraceTree, node: number, by: BreakdownBy): Callee {
  const { service, name } = tree.span(node)
  return by === 'service' ? { service } : { service, operation: name }
}

export const calleeKey = ({ service, operation = '' }: Callee): string => `${service}\0${operation}`

/** By service, then by operation; by code unit, so the same on every machine. */
export function compareCallees(a: Callee, b: Callee): number {
  const [x, y] = [calleeKey(a), calleeKey(b)]
  return Number(x > y) - Number(x < y)
}

/** Of a span of a tree: what it adds to the figures of a model, or of a tool. */
interface GenAiUse {
  /** The nearest call of one at or above it. */
  readonly within: string | undefined
  /** It is that call: no span below it is the same call again, as another library sees it, or one of an agent's models. */
  readonly isCall: boolean
  /**
   * Its tokens, where no span below it has some: an agent says the sum of its turns. A call of a model does not say those of
   * another model that its tool called.
   */
  readonly tokens: Pick<GenAi, 'input' | 'output'> | undefined
  /** Whose tokens these are: the nearest name at or above it. */
  readonly name: string | undefined
}

const isAgent = (one: GenAi | undefined): boolean => /agent|workflow|chain/i.test(one?.operation ?? '')

/** Which spans below have tokens: those below a tool alone, or others, too. */
const BELOW_TOOL = 1
const BELOW = 2

/** By node. */
function genAiUses(tree: TraceTree, by: 'model' | 'tool'): GenAiUse[] {
  const facts = tree.spans.map((span) => genAiOf(tree.trace, span))
  const hasTokens = facts.map((one) => one?.input !== undefined || one?.output !== undefined)
  const tokensBelow = new Uint8Array(tree.count)
  for (let node = tree.count - 1; node > 0; node--) {
    const parent = tree.parent(node)
    if (parent < 0 || !(hasTokens[node] || tokensBelow[node])) continue
    const here = hasTokens[node] ? BELOW : tokensBelow[node]!
    tokensBelow[parent] = Math.max(tokensBelow[parent]!, facts[node]?.tool === undefined ? here : BELOW_TOOL)
  }
  // Nodes come before those below them.
  const naming = new Int32Array(tree.count)
  const isAround = new Uint8Array(tree.count)
  const isInTool = new Uint8Array(tree.count)
  for (let node = 0; node < tree.count; node++) {
    const parent = tree.parent(node)
    const above = parent < 0 ? -1 : naming[parent]!
    const name = facts[node]?.[by]
    // A call of a model does not contain those of its tool.
    isInTool[node] = facts[parent]?.tool !== undefined || (parent !== above && isInTool[parent]) ? 1 : 0
    const isOwn = name !== undefined && (by === 'tool' || isInTool[node] === 0 || isAgent(facts[above]))
    const around = isOwn ? facts[above] : undefined
    if (around && ((by === 'model' && isAgent(around)) || around[by] === name)) isAround[above] = 1
    naming[node] = name === undefined ? above : node
  }
  const uses: GenAiUse[] = []
  for (let node = 0; node < tree.count; node++) {
    const isCall = naming[node] === node && isAround[node] === 0
    const name = facts[naming[node]!]?.[by]
    const within = isCall ? name : uses[tree.parent(node)]?.within
    const most = facts[node]?.model === undefined || isAgent(facts[node]) ? 0 : BELOW_TOOL
    const tokens = hasTokens[node] && tokensBelow[node]! <= most ? facts[node] : undefined
    uses.push({ within, isCall, tokens, name })
  }
  return uses
}
