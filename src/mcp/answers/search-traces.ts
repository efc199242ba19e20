import { foundText } from '../../commands/trace/for-agent/found-text.ts'
import { notesOfNone } from '../../commands/trace/found/none-found.ts'
import { maskSummary } from '../../commands/trace/found/summary.ts'
import { openSource } from '../../commands/trace/open-source.ts'
import { readFilter } from '../../commands/trace/search-filter.ts'
import { inWordsOf } from '../arguments.ts'
import type { AnswerTool } from '../tool.ts'
import { SEARCH, SEARCH_ARGUMENTS } from '../tool-arguments.ts'
import { inToolWords } from '../tool-names.ts'
import { toldTo } from './told.ts'

/** Answers search_traces. */
export const searchAnswer: AnswerTool = async (invocation, _, flags) => {
  const now = invocation.ports.clock.now()
  const filter = readFilter({ limit: String(SEARCH.usual), ...flags }, now, false)
  const told: string[] = []
  const source = await openSource(toldTo(told, invocation), 'search')
  const { traces, truncated, isOfAnyTime = false, notes = [] } = await source.search(filter)
  const noneNotes = traces.length === 0 ? await notesOfNone(invocation, source, filter) : []
  return foundText(
    { traces: traces.map(maskSummary), truncated },
    { filter, isOfAnyTime, file: undefined, larger: `--limit (at most ${SEARCH.most})` },
    [
      ...noneNotes.map((note) => inWordsOf({ arguments: SEARCH_ARGUMENTS }, note)),
      ...notes.map((note) => `note: ${note}`),
      ...told,
    ],
    inToolWords,
  )
}
