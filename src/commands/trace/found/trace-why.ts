import { safeText } from '../../../text/safe-text.ts'
import type { Cause, Ranking } from '../../../trace/causes/rank-causes.ts'
import type { AgentListFormat, ListFormat } from '../../../trace/formats/output-choices.ts'
import type { CliCommand, Typed } from '../../cli-command.ts'
import { type Invocation, tell } from '../../invocation.ts'
import { printData, readFormat, tellMasked } from '../print-rows.ts'
import {
  type Explanation,
  estimateNote,
  explain,
  listsNote,
  loweredNote,
  type Question,
  readQuestion,
  redeliveredNote,
  unfinishedNote,
} from './explain.ts'
import { narrowerSearch } from './narrower-search.ts'
import { openSearch } from './open-search.ts'
import { isComplete, tellFound } from './read-found.ts'

/** Rows as data: what comes after them is no cause of anything. */
const MOST_ROWS = 100
/** Lines to go on with. */
const MOST_LINES = 3

interface TraceWhyOptions extends Question {
  readonly format: AgentListFormat
}

/** `ls-auth trace why`: what failed or slow spans have in common that the others have not. */
export const traceWhy: CliCommand<TraceWhyOptions> = { read, run }

function read(typed: Typed): TraceWhyOptions {
  return { ...readQuestion(typed), format: readFormat<AgentListFormat>(typed, 'list') }
}

async function run(invocation: Invocation, options: TraceWhyOptions): Promise<void> {
  const { format } = options
  const forAgent = format === 'agent' ? await import('../for-agent/why-text.ts') : undefined
  const said: string[] = []
  const telling = forAgent ? forAgent.notesInto(said, invocation) : invocation
  const search = await openSearch(telling, options.file)
  const explanation = await explain(telling, search, options)
  const { ranking, limitNanos, hidden, partial, found } = explanation
  if (format !== 'agent') await write(invocation, { ...options, format }, explanation)
  if (format === 'list') tellSteps(invocation, ranking, limitNanos)
  const notes = [
    loweredNote(explanation, options),
    estimateNote(explanation, search.searched.name),
    unfinishedNote(explanation),
    listsNote(explanation),
    redeliveredNote(explanation),
  ]
  for (const note of notes) if (note !== undefined) tell(telling, note)
  if (hidden > 0) tellMasked(invocation, 'values')
  if (partial !== undefined) {
    tell(telling, `note: ${search.searched.name} gave only a part of the result: ${safeText(partial, 300)}`)
  }
  // Last, when all that was read is shown.
  if (found) tellFound(telling, { ...found, masked: () => 0, failure: undefined })
  if (forAgent)
    await invocation.ports.terminal.out(forAgent.whyForAgent(explanation, invocation.options, said))
  if (found?.failure) throw found.failure
}

/** The lines that go on from the first causes; they find the traces behind them. */
function tellSteps(
  invocation: Invocation,
  { verdict, causes }: Ranking,
  limitNanos: number | undefined,
): void {
  if (verdict !== 'causes') return
  const sure = causes.filter(({ isSignificant }) => isSignificant).slice(0, MOST_LINES)
  for (const cause of sure) {
    const line = narrowerSearch(invocation, cause, limitNanos)
    if (line !== undefined) tell(invocation, `go on:  ${line}`)
  }
}

async function write(
  invocation: Invocation,
  { selected, format }: Question & { readonly format: ListFormat },
  { ranking, comparison, limitNanos, loweredFromNanos, unfinished, lists, found, partial }: Explanation,
): Promise<void> {
  const { selection, baseline } = comparison
  if (format !== 'list') {
    return printData(invocation, format, {
      rows: ranking.causes.slice(0, MOST_ROWS),
      toJson: (cause) => toJson(cause, narrowerSearch(invocation, cause, limitNanos)),
      whole: (rows) => ({
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
        rows,
      }),
    })
  }
  const { renderCauses } = await import('../../../trace/render/table/cause-table.ts')
  const { terminal } = invocation.ports
  const lines = renderCauses(
    { ranking, comparison, limitNanos, traces: found?.traces },
    { width: terminal.columns, unicode: terminal.unicode, style: await terminal.style('out') },
  )
  await terminal.page(lines, '\n')
}

const toJson = (cause: Cause, next: string | undefined) => ({
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
