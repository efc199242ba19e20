import { openSearch } from '../commands/trace/found/open-search.ts'
import { foundNotes, isComplete, readFound } from '../commands/trace/found/read-found.ts'
import { Failure } from '../errors.ts'
import { type Answer, drawnBlock, isPlain, type Step, textBlock } from '../frame/answer.ts'
import { bool, choice } from '../frame/flag.ts'
import { ASKS_API, LIST_FORMATS, verb } from '../frame/verb.ts'
import {
  type BreakdownRow,
  BreakdownSum,
  type Callee,
  type TokenFigures,
} from '../trace/analysis/breakdown.ts'
import { type CallEdge, CallGraphSum } from '../trace/analysis/call-graph.ts'
import { BREAKDOWN_BY } from '../trace/formats/output-choices.ts'
import { breakdownTotals, renderBreakdown, renderCallGraph } from '../trace/render/tables/breakdown-table.ts'
import { redeliveredText } from '../trace/tree/attach.ts'
import { buildTree } from '../trace/tree/trace-tree.ts'
import { manyTracesFilter, manyTracesFlags } from './search-flags.ts'

/** `ls-auth trace breakdown`: where the time of many traces goes, by service and operation, or who calls whom. */
export const traceBreakdown = verb({
  summary: 'show where many traces spend time, by service and operation',
  ...ASKS_API,
  flags: {
    by: choice('<what>', 'one row per operation, service, model or tool (operation)', BREAKDOWN_BY),
    graph: bool('show who calls whom (services, without --by)'),
    ...manyTracesFlags,
  },
  formats: [...LIST_FORMATS, 'csv'],
  examples: [
    {
      does: 'where do slow requests spend their time?',
      line: 'ls-auth trace breakdown --service checkout --min 500ms',
    },
    {
      does: 'by service, over more traces',
      line: 'ls-auth trace breakdown --service checkout --by service --limit 500',
    },
    { does: 'tokens of models', line: 'ls-auth trace breakdown --service agent --by model' },
    { does: 'who calls whom, in a file', line: 'ls-auth trace breakdown --file traces.ndjson --graph' },
  ],
  tools: [
    {
      name: 'breakdown_traces',
      title: 'Where does the time go?',
      asks: 'search',
      description:
        'Calls, durations, self time and share of the critical path of many traces, by service and operation. By model or tool with tokens. With graph: who calls whom. The arguments select the traces. At most 16 kB.',
      takes: [
        'by',
        'graph',
        'service',
        'name',
        'attr',
        'error',
        'min',
        'max',
        'since',
        'from',
        'to',
        'query',
        'limit',
      ],
      most: { limit: 500 },
    },
  ],
  async run(invocation, { by, graph, file, showSensitive, ...conditions }, _, now): Promise<Answer> {
    const isOfGenAi = by === 'model' || by === 'tool'
    if (graph && isOfGenAi)
      throw new Failure('usage', `--graph has no arrows between ${by}s`, { hint: 'Drop --graph or --by.' })
    const filter = manyTracesFilter(conditions, invocation.options, now)
    const search = await openSearch(invocation, file)
    const times = new BreakdownSum(by ?? 'operation')
    const calls = graph ? new CallGraphSum(by === 'operation' ? by : 'service') : undefined
    const found = await readFound(invocation, search, { filter, file, showSensitive }, (trace) => {
      const tree = buildTree(trace)
      times.add(tree)
      calls?.add(tree)
    })
    const breakdown = times.result()
    const edges = calls?.edges()
    const redelivered = redeliveredText(breakdown.redelivered)
    const summary = {
      traces: breakdown.traces,
      spans: breakdown.spans,
      errors: breakdown.errors,
      redelivered_spans: breakdown.redelivered,
      root_ns: breakdown.rootNanos,
      between_roots_ns: breakdown.gapNanos,
      between_roots_traces: breakdown.gapTraces,
      unfinished_traces: breakdown.unfinishedTraces,
      tail_ns: breakdown.tailNanos,
      tail_traces: breakdown.tailTraces,
      partial_traces: found.partial,
      complete: isComplete(found),
      truncated: found.truncated,
      ...(isOfGenAi && tokensToJson(breakdown)),
    }
    const toJson = isOfGenAi
      ? (row: BreakdownRow) => ({ [by]: row.service || null, ...timesToJson(row), ...tokensToJson(row) })
      : rowToJson
    const columns = Object.keys(edges ? edgeToJson(NO_CALL) : toJson(NO_CALL))
    const common = { columns, whole: (rows: readonly unknown[]) => ({ ...summary, rows }) }
    return {
      data: edges
        ? { rows: edges, row: edgeToJson, ...common }
        : { rows: breakdown.rows, row: toJson, ...common },
      blocks: edges
        ? [drawnBlock((pen) => renderCallGraph(edges, pen))]
        : [
            textBlock((pen) => breakdownTotals(breakdown, pen)),
            drawnBlock((pen) => renderBreakdown(breakdown, pen)),
          ],
      notes: [
        redelivered === undefined ? undefined : { code: 'redelivered', text: redelivered },
        ...foundNotes(found),
      ],
      next: isOfGenAi ? [] : stepsFrom(breakdown.rows),
      failure: found.failure,
    }
  },
})

/** The operation where most of the time goes, among its own calls; then what its slow ones have in common. */
function stepsFrom([first]: readonly BreakdownRow[]): Step[] {
  if (first === undefined || !isPlain(first.service)) return []
  const keeps = ['since', 'from', 'to']
  const flags = { service: first.service }
  return [
    { verb: 'trace why', flags: { ...flags, slowerThan: 'p95' }, keeps },
    { verb: 'trace search', flags, keeps },
  ]
}

/** Names the members of a row. */
const NO_CALL = { caller: {} } as CallEdge & BreakdownRow

const calleeToJson = ({ service, operation }: Callee) => ({ service, operation: operation ?? null })
const rowToJson = (row: BreakdownRow) => ({ ...calleeToJson(row), ...timesToJson(row) })
const timesToJson = (row: BreakdownRow) => ({
  ...figuresToJson(row),
  self_ns: row.selfNanos ?? null,
  self_unknown: row.selfUnknown,
  critical_path_ns: row.pathNanos,
  critical_path_share: row.pathShare,
})
const tokensToJson = ({ inputTokens, outputTokens }: TokenFigures) => ({
  input_tokens: inputTokens ?? null,
  output_tokens: outputTokens ?? null,
})

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
