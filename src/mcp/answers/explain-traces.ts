import { whyText } from '../../commands/trace/for-agent/why-text.ts'
import {
  type Explanation,
  estimateNote,
  explain,
  listsNote,
  loweredNote,
  type Question,
  readQuestion,
  unfinishedNote,
} from '../../commands/trace/found/explain.ts'
import { openSearch } from '../../commands/trace/found/open-search.ts'
import { ofTheFirst } from '../../commands/trace/found/read-found.ts'
import { safeText } from '../../text/safe-text.ts'
import type { AnswerTool } from '../tool.ts'
import { EXPLAIN } from '../tool-arguments.ts'
import { inToolWords } from '../tool-names.ts'
import { toldTo } from './told.ts'

/** Answers explain_traces. */
export const explainAnswer: AnswerTool = async (invocation, _, flags) => {
  const now = invocation.ports.clock.now()
  const asked = { limit: String(EXPLAIN.usual), ...flags }
  const question = readQuestion({ args: [], flags: asked, json: false, now })
  const notes: string[] = []
  const telling = toldTo(notes, invocation)
  const search = await openSearch(telling, undefined)
  const explanation = await explain(telling, search, question)
  const said = [...notes, ...notesOf(explanation, question, search.searched.name)]
  return whyText(explanation, flags, said, inToolWords)
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
    ...(found?.truncated ? [`note: ${ofTheFirst(found)}; limit reads more`] : []),
    ...(parts > 0 ? [`note: of ${parts} of the traces only a part is here`] : []),
    ...(found?.failure ? [`note: ${found.failure.message}`] : []),
  ]
}
