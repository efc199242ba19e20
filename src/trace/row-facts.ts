import { genAiText } from './gen-ai.ts'
import type { Span, Trace } from './model.ts'

/** What a row says beside the name of its span: of a model or a tool, and how many logs. Printable ASCII, so each sign is a column. */
export function rowFacts(trace: Trace, span: Span): string {
  // A span that is read late makes its events again each time.
  const logs = trace.hasLogs ? span.events.filter(({ isLog }) => isLog).length : 0
  const facts = [genAiText(trace, span), logs > 0 && `${logs} ${logs === 1 ? 'log' : 'logs'}`]
  return facts.filter(Boolean).join(', ')
}
