import type { TraceData } from '../trace-data.ts'

/** Seconds that a span may be older than its arrival, and still count for the time of its block (`ingestion_time_range_slack`). */
const SLACK = 120
/** Seconds after which the live store begins a new block. */
const BLOCK = 60

/**
 * The traces in the blocks that a search looks into: those whose time has a part in `start` to `end`. The time of a block is that
 * of its spans, but of arrival for older ones, so an earlier `end` skips a block of late traces (seen on Tempo 3.1.0-dev).
 */
export function inLiveBlocks(
  traces: readonly TraceData[],
  arrivals: ReadonlyMap<string, number>,
  asked: URLSearchParams,
): readonly TraceData[] {
  const [start, end] = [Number(asked.get('start')), Number(asked.get('end'))]
  const blocks = new Map<number, { from: number; to: number; traces: TraceData[] }>()
  for (const trace of traces) {
    const began = Math.min(...trace.spans.map(({ startMicros }) => startMicros)) / 1e6
    const ended = Math.max(...trace.spans.map(({ endMicros }) => endMicros)) / 1e6
    const arrived = (arrivals.get(trace.traceId) ?? ended * 1000) / 1000
    const isLate = began < arrived - SLACK
    const [from, to] = isLate ? [arrived, Math.max(arrived, ended)] : [began, ended]
    const key = Math.floor(arrived / BLOCK)
    const block = blocks.get(key) ?? { from, to, traces: [] }
    blocks.set(key, block)
    block.from = Math.min(block.from, from)
    block.to = Math.max(block.to, to)
    block.traces.push(trace)
  }
  const looked = [...blocks.values()].filter(({ from, to }) => from <= end && to >= start)
  return looked.flatMap((block) => block.traces)
}
