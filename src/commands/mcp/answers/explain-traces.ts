import { safeText } from '../../../text/safe-text.ts'
import { exactDuration } from '../../../trace/nanos.ts'
import { agentCauses } from '../../../trace/render/agent/agent-causes.ts'
import {
  type Explanation,
  estimateNote,
  explain,
  listsNote,
  loweredNote,
  type Question,
  readQuestion,
  unfinishedNote,
} from '../../trace/found/explain.ts'
import { openSearch } from '../../trace/found/open-search.ts'
import { ofTheFirst } from '../../trace/found/read-found.ts'
import type { AnswerTool, Given } from '../tool.ts'
import { EXPLAIN } from '../tool-arguments.ts'
import { withMoments } from './times.ts'
import { toldTo } from './told.ts'

/** Answers explain_traces. */
export const explainAnswer: AnswerTool = async (invocation, given, flags) => {
  const now = invocation.ports.clock.now()
  const asked = { limit: String(EXPLAIN.usual), ...withMoments(flags) }
  const question = readQuestion({ args: [], flags: asked, json: false, now })
  const notes: string[] = []
  const telling = toldTo(notes, invocation)
  const search = await openSearch(telling, undefined)
  const explanation = await explain(telling, search, question)
  const { ranking, comparison, limitNanos, found } = explanation
  return agentCauses(
    { ranking, comparison, limitNanos, traces: found?.traces },
    {
      notes: [...notes, ...notesOf(explanation, question, search.searched.name)],
      steps: stepsOf(explanation, given),
    },
  )
}

/** What the reader should know of the figures. */
function notesOf(explanation: Explanation, question: Question, name: string): string[] {
  const { hidden, partial, found } = explanation
  const about = [
    loweredNote(explanation, question),
    estimateNote(explanation, name),
    unfinishedNote(explanation),
    listsNote(explanation),
  ]
  const parts = found?.partial ?? 0
  return [
    ...about.filter((note) => note !== undefined),
    ...(hidden > 0 ? ['note: values that look like secrets or personal data are left out'] : []),
    ...(partial === undefined
      ? []
      : [`note: ${name} gave only a part of the result: ${safeText(partial, 300)}`]),
    ...(found?.truncated ? [`note: ${ofTheFirst(found)}; search_depth reads more`] : []),
    ...(parts > 0 ? [`note: of ${parts} of the traces only a part is here`] : []),
    ...(found?.failure ? [`note: ${found.failure.message}`] : []),
  ]
}

function stepsOf({ ranking, comparison, limitNanos, found }: Explanation, given: Given): string[] {
  const { causes, verdict } = ranking
  // Some searches heed no times.
  const heedsTimes = found?.isOfAnyTime !== true
  if (verdict === 'too-few' && comparison.baseline.spans > 0)
    return [
      `More: what may be chance becomes clear with ${lower(given.slower_than)}more traces (search_depth)${heedsTimes ? ' or a longer time (start_time_min)' : ''}.`,
      'Or search_traces, and diff_traces of a bad and a usual one.',
    ]
  if (verdict === 'nothing' || causes.length === 0)
    return [
      `More: other conditions${heedsTimes ? ', a longer time (start_time_min)' : ''} or more traces (search_depth); or search_traces, and diff_traces of a bad and a`,
      'usual one.',
    ]
  const same = `the same conditions${limitedAsWhole(given) ? ' but duration_min' : ''}`
  return [
    `More: search_traces with ${same}, ${selectedBy(given.slower_than, limitNanos)} and a value of a row as attributes (name is span_name, service.name is`,
    'service_name) finds the traces behind it; then get_trace, or diff_traces with a usual one.',
  ]
}

/** A duration alone is that of the whole trace, and beside a value it would be that of the span. */
const limitedAsWhole = ({ duration_min, with_errors, service_name, span_name, attributes }: Given): boolean =>
  duration_min !== undefined && with_errors === true && !(service_name ?? span_name ?? attributes)

/** A lower limit selects more spans, as long as it still leaves out most. */
const lower = (typed: unknown): string =>
  typed === undefined || typed === LOWER ? '' : `a lower limit (slower_than ${LOWER}), `
const LOWER = 'p75'

/** The argument of search_traces that finds the selected spans. */
function selectedBy(typed: unknown, limitNanos: number | undefined): string {
  if (limitNanos === undefined) return 'with_errors'
  const isDuration = typeof typed === 'string' && /^\s*\d/.test(typed)
  // What was typed is a duration that was understood, and no text of a span.
  return `duration_min ${isDuration ? typed.trim() : exactDuration(limitNanos)}`
}
