import { type Explanation, explain } from '../commands/trace/found/explain.ts'
import { openSearch } from '../commands/trace/found/open-search.ts'
import { isComplete } from '../commands/trace/found/read-found.ts'
import { Failure } from '../errors.ts'
import { type Answer, drawnBlock, textBlock } from '../frame/answer.ts'
import { bool, value } from '../frame/flag.ts'
import { stepLine } from '../frame/print.ts'
import { ASKS_API, LIST_FORMATS, verb } from '../frame/verb.ts'
import { type Limit, parseLimit, type SelectedSpans } from '../trace/analysis/population.ts'
import type { Cause } from '../trace/analysis/rank-causes.ts'
import { causeTable, leadOfCauses } from '../trace/render/tables/cause-table.ts'
import { manyTracesFilter, populationFlags } from './search-flags.ts'
import { searchFor, whyNotes, whySteps } from './why-answer.ts'

/** Rows as data: later ones cause nothing. */
const MOST_ROWS = 100

/** `ls-auth trace why`: values that failed or slow spans have in common, unlike the others. */
export const traceWhy = verb({
  summary: 'find attributes that failed or slow spans have in common',
  ...ASKS_API,
  flags: {
    error: bool('explain failed spans', { alias: 'errors', short: 'e' }),
    slowerThan: value(
      '<limit>',
      'explain slow spans: over 500ms, or over p95 of those that match',
      parseLimit,
    ),
    ...populationFlags,
  },
  formats: LIST_FORMATS,
  examples: [
    { does: 'why do calls of a service fail?', line: 'ls-auth trace why --service checkout --error' },
    {
      does: 'what do the slowest 5% have in common?',
      line: 'ls-auth trace why --service checkout --name "POST /order" --slower-than p95 --since 1d',
    },
    { does: 'in a file', line: 'ls-auth trace why --file traces.ndjson --error' },
  ],
  tools: [
    {
      name: 'explain_traces',
      title: 'Why do spans fail, or take long?',
      asks: 'search',
      description:
        'Attribute values that failed spans (error) or slow spans (slower_than) have more often than other matching spans, ranked, and whether that may be chance. Limit it to one service or operation for the clearest answer. At most 16 kB.',
      takes: [
        'error',
        'slowerThan',
        'service',
        'name',
        'attr',
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
  async run(invocation, { error, slowerThan, file, showSensitive, ...conditions }, _, now): Promise<Answer> {
    const selected = selectedSpans(error, slowerThan)
    const { options } = invocation
    // Failed spans are the selection here, and no filter.
    const among = [
      { ...conditions, error: false },
      { ...options, error: undefined },
    ] as const
    const filter = manyTracesFilter(...among, now)
    const search = await openSearch(invocation, file)
    const explained = await explain(invocation, search, { filter, selected, file, showSensitive })
    const { ranking, comparison, limitNanos, found } = explained
    const ranked = { ranking, comparison, limitNanos, traces: found?.traces }
    return {
      data: {
        rows: ranking.causes.slice(0, MOST_ROWS),
        row: (cause: Cause) => {
          const step = searchFor(cause, options, limitNanos)
          return rowToJson(cause, step && stepLine(invocation, step))
        },
        whole: (rows) => ({ ...summaryOf(explained, selected), rows }),
      },
      blocks: [
        textBlock((pen) => leadOfCauses(ranked, pen)),
        drawnBlock(({ leftOut: _, ...pen }) => {
          const forAgent = pen.audience === 'agent'
          return causeTable(ranked, pen, forAgent ? { most: 20, more: '' } : { most: 10, more: ': --json' })
        }),
      ],
      notes: whyNotes(explained, selected, search.searched.name),
      next: whySteps(explained, options),
      failure: found?.failure,
    }
  },
})

/** Failure `usage`: not exactly one of the two is given. */
function selectedSpans(error: boolean, over: Limit | undefined): SelectedSpans {
  if (error && over === undefined) return { by: 'errors' }
  if (over !== undefined && !error) return { by: 'duration', over }
  const question = error
    ? '--error and --slower-than cannot be used together'
    : 'missing --error or --slower-than'
  throw new Failure('usage', question, {
    hint: 'Use one of: --error, --slower-than 500ms, --slower-than p95',
  })
}

function summaryOf(
  { ranking, comparison, limitNanos, loweredFromNanos, unfinished, lists, found, partial }: Explanation,
  selected: SelectedSpans,
) {
  const { selection, baseline } = comparison
  return {
    selected: selected.by === 'errors' ? 'error' : 'slower-than',
    slower_than_ns: limitNanos ?? null,
    lowered_from_ns: loweredFromNanos ?? null,
    spans: selection.spans + baseline.spans,
    selection_count: selection.spans,
    baseline_count: baseline.spans,
    unfinished: selected.by === 'errors' ? 0 : (unfinished ?? null),
    list_attributes: lists ?? null,
    traces: found?.traces ?? null,
    truncated: found?.truncated ?? false,
    complete: (found === undefined || isComplete(found)) && partial === undefined,
    verdict: ranking.verdict,
  }
}

const rowToJson = (cause: Cause, next: string | undefined) => ({
  attribute: cause.attribute,
  value: cause.value,
  selection_share: cause.selectionShare,
  baseline_share: cause.baselineShare,
  difference: cause.difference,
  selection_count: cause.selectionCount,
  baseline_count: cause.baselineCount,
  significant: cause.isSignificant,
  next: next ?? null,
})
