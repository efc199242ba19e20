import { count, grouped } from '../../../text/count.ts'
import { fitEnd, fitLines } from '../../../text/fit.ts'
import type { Breakdown, BreakdownRow, Callee, CallFigures } from '../../analysis/breakdown.ts'
import type { CallEdge } from '../../analysis/call-graph.ts'
import { tokensText } from '../../gen-ai.ts'
import { unfinishedText } from '../../tree/known-times.ts'
import { formatDuration, percent } from '../format-duration.ts'
import { glyphsFor } from '../glyphs.ts'
import { type Columns, drawTable, type FigureColumn, type TableOptions } from './figure-table.ts'

/** Totals of all traces, in words of ours. */
export function breakdownTotals(breakdown: Breakdown, options: TableOptions): string[] {
  const { ellipsis } = glyphsFor(options.unicode)
  const ofSelf = breakdown.by === 'model' || breakdown.by === 'tool' ? [] : selfNote(breakdown.rows)
  const above = [...totals(breakdown, options), ...ofSelf]
  return above.flatMap((line) => fitLines(line, options.width, ellipsis))
}

/** A line for each service, operation, model or tool. */
export function renderBreakdown(breakdown: Breakdown, options: TableOptions): string[] {
  const { micro } = glyphsFor(options.unicode)
  const { rows, by } = breakdown
  if (by === 'model' || by === 'tool') return renderUses(rows, by, options)
  const most = rows[0]?.pathShare ?? 0
  const columns: Columns<BreakdownRow> = {
    texts: namesOf(rows),
    figures: [
      ...callFigures(rows, options),
      {
        head: 'SELF',
        figure: ({ selfNanos }) => (selfNanos === undefined ? 'not known' : formatDuration(selfNanos, micro)),
      },
      { head: 'CRITICAL', figure: ({ pathShare }) => percent(pathShare) },
    ],
    byNeed: ['CRITICAL', 'CALLS', 'P99', 'ERRORS', ...noTimeHead(rows), 'P50', 'SELF', 'TRACES'],
    bar: ({ pathShare }) => (most === 0 ? 0 : pathShare / most),
    isRed: ({ errors }) => errors > 0,
  }
  return drawTable(rows, columns, options)
}

/** Of models and tools tokens count most. */
function renderUses(rows: readonly BreakdownRow[], by: 'model' | 'tool', options: TableOptions): string[] {
  const { ellipsis } = glyphsFor(options.unicode)
  if (rows.length === 0) return [fitEnd(`No span names a ${by}.`, options.width, ellipsis)]
  const tokens = (count: number | undefined) => (count === undefined ? '-' : grouped(count))
  const columns: Columns<BreakdownRow> = {
    texts: [{ head: by.toUpperCase(), text: ({ service }) => service || `(no ${by})` }],
    figures: [
      ...callFigures(rows, options),
      { head: 'CRITICAL', figure: ({ pathShare }) => percent(pathShare) },
      { head: 'TOKENS IN', figure: ({ inputTokens }) => tokens(inputTokens) },
      { head: 'OUT', figure: ({ outputTokens }) => tokens(outputTokens) },
    ],
    byNeed: ['TOKENS IN', 'OUT', 'CALLS', 'P99', 'ERRORS', ...noTimeHead(rows), 'CRITICAL', 'P50', 'TRACES'],
    isRed: ({ errors }) => errors > 0,
  }
  return drawTable(rows, columns, options)
}

export function renderCallGraph(edges: readonly CallEdge[], options: TableOptions): string[] {
  const { ellipsis } = glyphsFor(options.unicode)
  if (edges.length === 0) return [fitEnd('No calls between them.', options.width, ellipsis)]
  const columns: Columns<CallEdge> = {
    texts: [
      { head: 'CALLER', text: ({ caller }) => nameOf(caller) },
      { head: 'CALLED', text: calledText },
    ],
    figures: callFigures(edges, options),
    byNeed: ['CALLS', 'ERRORS', 'P99', ...noTimeHead(edges), 'P50', 'TRACES'],
    isRed: ({ errors }) => errors > 0,
  }
  return drawTable(edges, columns, options)
}

const nameOf = ({ service, operation }: Callee): string =>
  operation === undefined ? service : `${service}: ${operation === '' ? '(no name)' : operation}`

/** Calls without spans have the callers' figures only; a person looks for the spans where the service has others. */
function calledText(edge: CallEdge): string {
  if (!edge.withoutSpans) return nameOf(edge)
  return `${nameOf(edge)} ${edge.isSeen ? '(spans missing)' : '(no spans)'}`
}

function namesOf(rows: readonly BreakdownRow[]): Columns<BreakdownRow>['texts'] {
  const head = rows.some(({ operation }) => operation !== undefined) ? 'SERVICE: OPERATION' : 'SERVICE'
  return [{ head, text: nameOf }]
}

/** Percentiles are of the calls whose duration is known: where some have none, a column says how many. */
const noTimeHead = (rows: readonly CallFigures[]): string[] =>
  rows.some(({ unfinished }) => unfinished > 0) ? ['NO TIME'] : []

function callFigures<Row extends CallFigures>(
  rows: readonly Row[],
  { unicode }: TableOptions,
): FigureColumn<Row>[] {
  const { micro, error } = glyphsFor(unicode)
  const duration = (nanos: number | undefined) =>
    nanos === undefined ? 'unknown' : formatDuration(nanos, micro)
  return [
    { head: 'CALLS', figure: ({ calls }) => String(calls) },
    { head: 'TRACES', figure: ({ traces }) => String(traces) },
    { head: 'ERRORS', figure: ({ errors }) => (errors > 0 ? `${error} ${errors}` : '0') },
    ...noTimeHead(rows).map((head) => ({ head, figure: ({ unfinished }: Row) => String(unfinished) })),
    { head: 'P50', figure: ({ p50Nanos }) => duration(p50Nanos) },
    { head: 'P99', figure: ({ p99Nanos }) => duration(p99Nanos) },
  ]
}

function totals(breakdown: Breakdown, { unicode }: TableOptions): string[] {
  const { micro, separator } = glyphsFor(unicode)
  const { traces, spans, errors, rootNanos, unfinishedTraces: unfinished } = breakdown
  const { gapNanos, gapTraces, tailNanos, tailTraces } = breakdown
  const facts = [
    count(traces, 'trace'),
    count(spans, 'span'),
    count(errors, 'error'),
    `${unfinished > 0 ? 'at least ' : ''}${formatDuration(rootNanos, micro)} in all`,
    tokensText({ input: breakdown.inputTokens, output: breakdown.outputTokens }) ?? [],
  ].flat()
  const lines = [facts.join(separator)]
  if (unfinished > 0) lines.push(`${unfinishedText(unfinished, traces)}: their time counts as far as known`)
  if (gapTraces > 0) {
    const between = formatDuration(gapNanos, micro)
    lines.push(`${between} of it between roots, in ${count(gapTraces, 'trace')}, on no critical path`)
  }
  if (tailTraces > 0) {
    const after = formatDuration(tailNanos, micro)
    lines.push(
      `${after} more after the end of the root, in ${count(tailTraces, 'trace')}, not on its critical path`,
    )
  }
  return lines
}

/** What the column SELF is not the sum of. */
function selfNote(rows: readonly BreakdownRow[]): string[] {
  const unknown = rows.reduce((sum, { selfUnknown }) => sum + selfUnknown, 0)
  if (unknown === 0) return []
  const [they, have] = unknown === 1 ? ['it', 'has'] : ['they', 'have']
  return [`SELF leaves out ${count(unknown, 'span')}: ${they}, or what ${they} called, ${have} no usable end`]
}
