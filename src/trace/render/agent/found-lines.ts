import { count } from '../../../text/count.ts'
import { isoTime } from '../../formats/iso-time.ts'
import { idForTraceGet, latestFirst, type TraceSummary } from '../../search.ts'
import { formatDuration } from '../format-duration.ts'
import { withoutDuration } from '../span-duration.ts'

/** The traces of a search, the latest first, one line each: the id, then what is known. */
export const foundLines = (traces: readonly TraceSummary[]): string[] => latestFirst(traces).map(lineOf)

function lineOf(trace: TraceSummary): string {
  const { rootService, rootName, span, spans, errors, startNanos } = trace
  const root = [rootService ?? span?.service, rootName ?? span?.name].filter(Boolean).join(': ')
  const facts = [
    idForTraceGet(trace),
    durationText(trace),
    ...(spans === undefined ? [] : [count(spans, 'span')]),
    ...(errors === undefined ? [] : [count(errors, 'error')]),
    ...(startNanos === undefined ? [] : [isoTime(startNanos, 3)]),
    root === '' ? '(root not known)' : root,
  ]
  return facts.join('  ')
}

function durationText({ durationNanos, unfinished, leastNanos }: TraceSummary): string {
  if (durationNanos !== undefined) return formatDuration(durationNanos, 'us')
  if (leastNanos === undefined) return 'duration unknown'
  return `at least ${formatDuration(leastNanos, 'us')} (${withoutDuration(unfinished)})`
}
