import { type Breakdown, type BreakdownRow, BreakdownSum } from '../../../trace/breakdown/breakdown.ts'
import { type CallEdge, CallGraphSum } from '../../../trace/breakdown/call-graph.ts'
import type { Callee } from '../../../trace/breakdown/callee.ts'
import type { BreakdownBy, ListFormat } from '../../../trace/formats/output-choices.ts'
import type { TableOptions } from '../../../trace/render/table/figure-table.ts'
import type { TraceFilter } from '../../../trace/search.ts'
import { redeliveredText } from '../../../trace/tree/redelivered.ts'
import { buildTree } from '../../../trace/tree/trace-tree.ts'
import type { CliCommand, Typed } from '../../cli-command.ts'
import { type Invocation, tell } from '../../invocation.ts'
import { Clocks } from '../clocks.ts'
import { tellNoRoom } from '../no-room.ts'
import { printData, readFormat } from '../print-rows.ts'
import { openSearch } from './open-search.ts'
import { readManyTracesFilter } from './read-filter.ts'
import { type FoundTraces, isComplete, readFound, tellFound } from './read-found.ts'

interface TraceBreakdownOptions {
  readonly filter: TraceFilter
  readonly file: string | undefined
  /** Undefined: operations, and services in the graph. */
  readonly by: BreakdownBy | undefined
  readonly graph: boolean
  readonly format: ListFormat
  /** Correct for clock skew. */
  readonly skew: boolean
  readonly showSensitive: boolean
}

/** `ls-auth trace breakdown`: where the time of many traces goes, by service and operation, or who calls whom. */
export const traceBreakdown: CliCommand<TraceBreakdownOptions> = { read, run }

function read(typed: Typed): TraceBreakdownOptions {
  const { flags } = typed
  return {
    filter: readManyTracesFilter(typed).filter,
    file: flags.file as string | undefined,
    by: flags.by as BreakdownBy | undefined,
    graph: flags.graph === true,
    format: readFormat<ListFormat>(typed, 'list'),
    skew: flags.skew === true,
    showSensitive: flags.showSensitive === true,
  }
}

async function run(invocation: Invocation, options: TraceBreakdownOptions): Promise<void> {
  const search = await openSearch(invocation, options.file)
  const clocks = new Clocks(options.skew)
  const times = new BreakdownSum(options.by ?? 'operation')
  const calls = options.graph ? new CallGraphSum(options.by ?? 'service') : undefined
  const found = await readFound(invocation, search, options, (trace) => {
    const tree = clocks.add(buildTree(trace))
    times.add(tree)
    calls?.add(tree)
  })
  const breakdown = times.result()
  await write(invocation, options, { found, breakdown, clocks, edges: calls?.edges() })
  const again = redeliveredText(breakdown.redelivered)
  if (again !== undefined) tell(invocation, `note: ${again}`)
  // Who calls whom is the same by any clock.
  if (options.skew || !options.graph) clocks.tell(invocation)
  tellFound(invocation, found)
}

/** What is to be written. */
interface Found {
  readonly found: FoundTraces
  readonly breakdown: Breakdown
  readonly clocks: Clocks
  readonly edges: readonly CallEdge[] | undefined
}

async function write(invocation: Invocation, { format }: TraceBreakdownOptions, all: Found): Promise<void> {
  const { breakdown, edges } = all
  const whole = (rows: readonly unknown[]) => ({ ...summaryToJson(all), rows })
  if (format !== 'list') {
    if (edges) return printData(invocation, format, { rows: edges, toJson: edgeToJson, whole })
    return printData(invocation, format, { rows: breakdown.rows, toJson: rowToJson, whole })
  }
  const { renderBreakdown, renderCallGraph } = await import('../../../trace/render/table/breakdown-table.ts')
  const { terminal } = invocation.ports
  const leftOut: string[] = []
  const options: TableOptions = {
    width: terminal.columns,
    unicode: terminal.unicode,
    style: await terminal.style('out'),
    leftOut,
  }
  await terminal.page(edges ? renderCallGraph(edges, options) : renderBreakdown(breakdown, options), '\n')
  tellNoRoom(invocation, leftOut)
}

function summaryToJson({ breakdown, found, clocks }: Found) {
  return {
    traces: breakdown.traces,
    spans: breakdown.spans,
    errors: breakdown.errors,
    redelivered_spans: breakdown.redelivered,
    root_ns: breakdown.rootNanos,
    between_roots_ns: breakdown.gapNanos,
    between_roots_traces: breakdown.gapTraces,
    unfinished_traces: breakdown.unfinishedTraces.unfinished,
    tail_ns: breakdown.tailNanos,
    tail_traces: breakdown.tailTraces,
    after_known_ns: breakdown.afterKnownNanos,
    after_known_traces: breakdown.afterKnownTraces,
    rootless_ns: breakdown.rootlessNanos,
    rootless_traces: breakdown.rootlessTraces,
    skewed_traces: clocks.skewed,
    moved_spans: clocks.moved,
    partial_traces: found.partial,
    complete: isComplete(found),
    truncated: found.truncated,
  }
}

const calleeToJson = ({ service, operation }: Callee) => ({ service, operation: operation ?? null })

function rowToJson(row: BreakdownRow) {
  return {
    ...calleeToJson(row),
    ...figuresToJson(row),
    self_ns: row.selfNanos ?? null,
    self_unknown: row.selfUnknown,
    critical_path_ns: row.pathNanos,
    critical_path_share: row.pathShare,
  }
}

function edgeToJson(edge: CallEdge) {
  const { service, operation } = calleeToJson(edge.caller)
  return {
    caller_service: service,
    caller_operation: operation,
    ...calleeToJson(edge),
    without_spans: edge.withoutSpans,
    ...figuresToJson(edge),
  }
}

const figuresToJson = ({
  calls,
  traces,
  unfinished,
  p50Nanos,
  p99Nanos,
  errors,
}: BreakdownRow | CallEdge) => ({
  calls,
  traces,
  unfinished,
  p50_ns: p50Nanos ?? null,
  p99_ns: p99Nanos ?? null,
  errors,
})
