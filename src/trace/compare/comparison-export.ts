import { type Comparison, pathText } from './comparison.ts'
import { whyUnknown } from './incomplete-sides.ts'
import { deltaOf, isCause, selfDelta, topsOf, totalDelta } from './ranking.ts'

/** What a side was, for `-o json`. */
export interface SideName {
  /** In words: where it came from. */
  readonly name: string
  /** Of one trace. */
  readonly traceId: string | undefined
}

/** The comparison as a whole, for `-o json`. Times in nanoseconds. */
export function toSummaryJson(comparison: Comparison, nameA: SideName, nameB: SideName) {
  const { a, b, change, threshold } = comparison
  const delta = deltaOf(comparison)
  return {
    a: nameA.name,
    b: nameB.name,
    trace_id_a: nameA.traceId ?? null,
    trace_id_b: nameB.traceId ?? null,
    traces_a: a.traces,
    traces_b: b.traces,
    spans_a: a.spans,
    spans_b: b.spans,
    unfinished_a: a.unfinished,
    unfinished_b: b.unfinished,
    rootless_a: a.rootless,
    rootless_b: b.rootless,
    partial_a: a.parts,
    partial_b: b.parts,
    duration_a_ns: a.durationNanos ?? null,
    duration_b_ns: b.durationNanos ?? null,
    delta_ns: delta?.nanos ?? null,
    delta_share: delta !== undefined && delta.ofNanos > 0 ? delta.nanos / delta.ofNanos : null,
    change,
    why_unknown: whyUnknown(comparison) ?? null,
    significant: delta === undefined ? null : (comparison.isSignificant ?? null),
    least_traces: comparison.leastTraces ?? null,
    counts_from_share: threshold.share,
    counts_from_ns: Math.round(threshold.leastNanos),
    new: topsOf(comparison, 'new').length,
    gone: topsOf(comparison, 'gone').length,
  }
}

/** One row of `-o json`, `-o ndjson` and `-o csv`. Times in nanoseconds. */
export function toRowJson(comparison: Comparison, row: number) {
  const one = comparison.rows[row]!
  const { a, b } = one
  const isTested = comparison.isSignificant !== undefined
  return {
    service: one.service,
    operation: one.name,
    kind: one.kind,
    path: pathText(comparison.rows, row),
    calls_a: a.calls,
    calls_b: b.calls,
    total_a_ns: a.totalNanos ?? null,
    total_b_ns: b.totalNanos ?? null,
    delta_ns: totalDelta(one) ?? null,
    self_a_ns: a.selfNanos ?? null,
    self_b_ns: b.selfNanos ?? null,
    self_delta_ns: selfDelta(one) ?? null,
    change: one.change,
    traces_a: a.traces,
    traces_b: b.traces,
    id: row,
    parent_id: one.parent < 0 ? null : one.parent,
    significant: isTested && one.selfChange !== 'same' && one.selfChange !== 'unknown' ? isCause(one) : null,
  }
}
