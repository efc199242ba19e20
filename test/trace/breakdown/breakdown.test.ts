import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BreakdownSum } from '../../../src/trace/analysis/breakdown.ts'
import { CallGraphSum } from '../../../src/trace/analysis/call-graph.ts'
import type { BreakdownBy } from '../../../src/trace/formats/output-choices.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { anyTrace, soundTrace } from '../any-trace.ts'
import { makeTrace } from '../make.ts'

const breakdownOf = (by: BreakdownBy, ...traces: readonly Trace[]) => {
  const sum = new BreakdownSum(by)
  for (const trace of traces) sum.add(buildTree(trace))
  return sum.result()
}
const edgesOf = (by: 'operation' | 'service', ...traces: readonly Trace[]) => {
  const sum = new CallGraphSum(by)
  for (const trace of traces) sum.add(buildTree(trace))
  return sum.edges()
}

/** A request with two calls one after the other, and work that goes on behind its end. */
const order = makeTrace(
  { id: 1, name: 'POST /order', service: 'web', at: 0, ms: 100 },
  { id: 2, parent: 1, name: 'charge', service: 'pay', at: 10, ms: 60, status: 'error' },
  { id: 3, parent: 2, name: 'INSERT', service: 'db', at: 20, ms: 40 },
  { id: 4, parent: 1, name: 'INSERT', service: 'db', at: 75, ms: 10 },
  { id: 5, parent: 1, name: 'mail', service: 'mail', kind: 'consumer', at: 90, ms: 60 },
)

describe('a breakdown', () => {
  test('by operation: calls, traces, percentiles, self time, share of the critical path, errors', () => {
    const { rows, ...sums } = breakdownOf('operation', order, order)
    expect(sums).toEqual({
      by: 'operation',
      traces: 2,
      spans: 10,
      errors: 2,
      redelivered: 0,
      rootNanos: 200e6,
      gapNanos: 0,
      gapTraces: 0,
      unfinishedTraces: 0,
      tailNanos: 100e6,
      tailTraces: 2,
    })
    expect(rows).toEqual([
      {
        ...{ service: 'db', operation: 'INSERT', calls: 4, traces: 2, p50Nanos: 10e6, p99Nanos: 40e6 },
        ...{ unfinished: 0, errors: 0, selfUnknown: 0, selfNanos: 100e6, pathNanos: 100e6, pathShare: 0.5 },
      },
      {
        ...{
          service: 'web',
          operation: 'POST /order',
          calls: 2,
          traces: 2,
          p50Nanos: 100e6,
          p99Nanos: 100e6,
        },
        ...{ unfinished: 0, errors: 0, selfUnknown: 0, selfNanos: 60e6, pathNanos: 60e6, pathShare: 0.3 },
      },
      {
        ...{ service: 'pay', operation: 'charge', calls: 2, traces: 2, p50Nanos: 60e6, p99Nanos: 60e6 },
        ...{ unfinished: 0, errors: 2, selfUnknown: 0, selfNanos: 40e6, pathNanos: 40e6, pathShare: 0.2 },
      },
      {
        ...{ service: 'mail', operation: 'mail', calls: 2, traces: 2, p50Nanos: 60e6, p99Nanos: 60e6 },
        ...{ unfinished: 0, errors: 0, selfUnknown: 0, selfNanos: 120e6, pathNanos: 0, pathShare: 0 },
      },
    ])
  })

  test('the shares of a trace, and what is between its roots, add up to its duration, or what is known of it, to the nanosecond', () => {
    fc.assert(
      fc.property(fc.oneof(soundTrace, anyTrace), fc.constantFrom('service', 'operation'), (trace, by) => {
        const tree = buildTree(trace)
        const { rows, rootNanos, gapNanos, spans, ...rest } = breakdownOf(by, trace)
        const hasKnownEnd = (node: number): boolean => {
          const { marks, durationNanos } = tree.span(node)
          const isLone = marks.includes('start-missing') && durationNanos === 0
          return !isLone && !marks.some((mark) => mark.startsWith('end-'))
        }
        const knownOf = (tops: readonly number[]) =>
          tops.map((node) => {
            const hasEnd = hasKnownEnd(node)
            const waitedFor = (below: number) =>
              hasEnd ? [] : tree.children(below).filter((child) => tree.span(child).kind !== 'consumer')
            const last = (below: number): number => Math.max(tree.endOf(below), ...waitedFor(below).map(last))
            const first = (below: number): number =>
              tree.span(below).marks.includes('start-missing')
                ? Math.min(Number.POSITIVE_INFINITY, ...tree.children(below).map(first))
                : tree.startOf(below)
            return [hasEnd ? tree.startOf(node) : first(node), last(node)] as const
          })
        const isRootless = tree.roots.length === 0
        const known = knownOf(tree.roots.length > 0 ? tree.roots : tree.detached)
          .filter(([from, to]) => from <= to)
          .sort(([a], [b]) => a - b)
        const starts = known.map(([from]) => from)
        const ends = known.map(([, to]) => to)
        const whole = isRootless
          ? Math.max(0, ...known.map(([from, to]) => to - from))
          : known.length === 0
            ? 0
            : Math.max(...ends) - Math.min(...starts)
        const gaps = starts.map((from, i) => (i === 0 ? 0 : from - Math.max(...ends.slice(0, i))))
        const between = gaps.reduce((sum, gap) => sum + Math.max(0, gap), 0)
        expect(gapNanos).toBe(isRootless ? 0 : between)
        expect(rows.reduce((sum, { pathNanos }) => sum + pathNanos, gapNanos)).toBe(whole)
        expect(rootNanos).toBe(whole)
        const lastKnown = Math.max(0, ...ends)
        const isTold = tree.roots.length > 0 && tree.roots.every(hasKnownEnd)
        expect(rest.tailNanos).toBe(isTold ? Math.max(0, tree.endNanos - lastKnown) : 0)
        expect(rows.reduce((sum, { calls }) => sum + calls, 0)).toBe(spans)
      }),
    )
  })
})

describe('who calls whom', () => {
  test('by service, without calls inside of one', () => {
    const inner = makeTrace(
      { id: 1, service: 'web', ms: 10 },
      { id: 2, parent: 1, service: 'web', ms: 5 },
      { id: 3, parent: 2, service: 'db', ms: 5 },
    )
    const edges = edgesOf('service', order, inner)
    expect(
      edges.map(({ caller, service, calls, traces }) => [caller.service, service, calls, traces]),
    ).toEqual([
      ['pay', 'db', 1, 1],
      ['web', 'db', 2, 2],
      ['web', 'mail', 1, 1],
      ['web', 'pay', 1, 1],
    ])
    expect(edges.at(-1)).toMatchObject({ errors: 1, p50Nanos: 60e6 })
  })
})
