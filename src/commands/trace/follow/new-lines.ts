import type { ListFormat } from '../../../trace/formats/output-choices.ts'
import { openFeed } from '../../../trace/render/trace-feed.ts'
import type { TraceSummary } from '../../../trace/search.ts'
import type { Invocation } from '../../invocation.ts'
import { maskSummary, summaryToJson } from '../found/summary.ts'
import { ndjson } from '../print-rows.ts'

/** Writes traces one a line; each call has left the process when it resolves. */
export type WriteLines = (traces: readonly TraceSummary[]) => Promise<void>

/** `json` and `ndjson` are the same here: an array would have no end. `list` begins with the names of its columns. */
export async function openLines(
  { ports: { terminal } }: Invocation,
  format: ListFormat,
  showSensitive: boolean,
): Promise<WriteLines> {
  const hide = showSensitive ? (trace: TraceSummary) => trace : maskSummary
  if (format !== 'list')
    return (traces) => terminal.out(ndjson(traces.map((trace) => summaryToJson(hide(trace)))))
  const { columns: width, unicode } = terminal
  const feed = openFeed({ width, unicode, style: await terminal.style('out') })
  await terminal.out(`${feed.head}\n`)
  return (traces) =>
    terminal.out(
      traces.map((trace) => feed.line(hide(trace))),
      '\n',
    )
}
