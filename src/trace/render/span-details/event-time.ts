import { isoTime } from '../../formats/iso-time.ts'
import type { SpanEvent } from '../../model.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { formatDuration } from '../format-duration.ts'

/**
 * When an event was, after the start of its span. The tree has a start for each span, also for one that came without; where
 * no span of the trace has one, it is the time of day. `-`: the event came without a time.
 */
export function eventTime(
  tree: TraceTree,
  node: number,
  { timeNanos }: Pick<SpanEvent, 'timeNanos'>,
  micro?: string,
): string {
  if (timeNanos === undefined) return '-'
  if (!tree.isTimed) return isoTime(timeNanos, 6)
  return signed(Number(timeNanos - tree.startNanos) - tree.startOf(node), micro)
}

/** `+12.0ms`, `-3.00ms`. */
export function signed(nanos: number, micro?: string): string {
  return `${nanos < 0 ? '-' : '+'}${formatDuration(Math.abs(nanos), micro)}`
}
