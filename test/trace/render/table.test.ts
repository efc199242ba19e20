import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import type { Breakdown } from '../../../src/trace/analysis/breakdown.ts'
import type { CallEdge } from '../../../src/trace/analysis/call-graph.ts'
import type { Cause } from '../../../src/trace/analysis/rank-causes.ts'
import {
  breakdownTotals,
  renderBreakdown,
  renderCallGraph,
} from '../../../src/trace/render/tables/breakdown-table.ts'
import {
  causeTable,
  leadOfCauses,
  type RankedComparison,
} from '../../../src/trace/render/tables/cause-table.ts'
import type { TableOptions } from '../../../src/trace/render/tables/figure-table.ts'

/** As `trace why` has it. */
const renderCauses = (causes: RankedComparison, options: TableOptions) => [
  ...leadOfCauses(causes, options),
  '',
  ...causeTable(causes, options, { most: 10, more: ': --json' }),
]

const at = (width: number, unicode = true): TableOptions => ({ width, unicode, style: UNSTYLED })

const figures = (calls: number, errors: number) => ({
  ...{ calls, traces: Math.min(calls, 1204), unfinished: 0, errors },
  ...{ p50Nanos: calls * 1234, p99Nanos: calls * 123_456 },
})
const breakdown: Breakdown = {
  ...{
    traces: 1204,
    spans: 57_792,
    errors: 31,
    redelivered: 0,
    rootNanos: 9e11,
    gapNanos: 0,
    gapTraces: 0,
    unfinishedTraces: 0,
    tailNanos: 4e9,
    tailTraces: 17,
  },
  rows: [
    {
      service: 'payment',
      operation: 'POST /v1/charges',
      ...figures(1204, 31),
      selfNanos: 5e11,
      selfUnknown: 0,
      pathNanos: 54e10,
      pathShare: 0.6,
    },
    {
      ...{
        service: 'inventory',
        operation: 'SELECT stock FROM articles WHERE warehouse = ? AND article = ?',
      },
      ...{ ...figures(24_080, 0), selfNanos: 3e11, selfUnknown: 0, pathNanos: 35.9e10, pathShare: 0.399 },
    },
    {
      service: '決済サービス',
      operation: '',
      ...figures(3, 0),
      selfNanos: 1e6,
      selfUnknown: 0,
      pathNanos: 1e9,
      pathShare: 0.001,
    },
  ],
}
const SEEN = { withoutSpans: false, isSeen: true }
const edges: CallEdge[] = [
  { caller: { service: 'checkout' }, service: 'payment', ...SEEN, ...figures(1204, 31) },
  { caller: { service: 'checkout' }, service: 'payment', ...SEEN, withoutSpans: true, ...figures(3, 0) },
  {
    caller: { service: 'checkout' },
    service: 'a service with a name that is rather long',
    ...SEEN,
    ...figures(24_080, 0),
  },
  {
    caller: { service: 'checkout' },
    service: 'postgresql',
    isSeen: false,
    withoutSpans: true,
    ...figures(17, 1),
  },
]
const cause = (attribute: string, value: string, selectionShare: number, baselineShare: number): Cause => ({
  name: attribute.replace(/^(span|resource)\./, ''),
  ...{ attribute, value, selectionShare, baselineShare, difference: selectionShare - baselineShare },
  ...{ selectionCount: Math.round(selectionShare * 412), baselineCount: Math.round(baselineShare * 9000) },
  isSignificant: true,
})
const ranked = (
  causes: readonly Cause[],
  verdict: RankedComparison['ranking']['verdict'],
): RankedComparison => ({
  ranking: { causes, verdict },
  comparison: {
    selection: { spans: 412, traces: 400 },
    baseline: { spans: 9000, traces: 900 },
    attributes: [],
  },
  limitNanos: 812e6,
  traces: 1000,
})
const CAUSES = [
  cause('span.http.route', '/v2/customers/{customer}/orders/{order}/positions', 0.92, 0.04),
  cause('resource.k8s.pod.name', 'cart-7d9f6c-x2x4q', 0.61, 0.2),
  cause('span.flag', '', 0.3, 0.004),
]

describe('tables, from 60 columns to 200', () => {
  const draw = (width: number, unicode = true): string =>
    [
      ...breakdownTotals(breakdown, at(width, unicode)),
      '',
      ...renderBreakdown(breakdown, at(width, unicode)),
      '',
      ...renderCallGraph(edges, at(width, unicode)),
      '',
      ...renderCauses(ranked(CAUSES, 'causes'), at(width, unicode)),
    ].join('\n')

  test.each([60, 80, 120, 200])('%d columns', async (width) => {
    await expect(`${draw(width)}\n`).toMatchFileSnapshot(`../../golden/tables/${width}.txt`)
  })

  test('no line is wider, whatever the names are', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 90 }),
      fc.string({ unit: 'binary', maxLength: 90 }),
    )
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 200 }),
        fc.boolean(),
        fc.array(fc.tuple(text, text, fc.nat({ max: 1e9 }), share), { maxLength: 8 }),
        (width, unicode, list) => {
          const rows = list.map(([service, operation, calls, pathShare]) => ({
            ...{ service, operation, ...figures(calls, calls % 3), pathShare, unfinished: calls % 4 },
            ...(calls % 5 === 0 && { p50Nanos: undefined, p99Nanos: undefined }),
            ...{
              selfNanos: calls % 7 === 0 ? undefined : calls,
              selfUnknown: calls % 3,
              pathNanos: calls,
              caller: { service: operation, operation: service },
              withoutSpans: calls % 2 === 0,
              isSeen: calls % 3 === 0,
            },
          }))
          const causes = list.map(([name, value, , part]) => cause(name, value, part, part / 2))
          const graph = renderCallGraph(rows, at(width, unicode))
          // Of each row a line, and of each of its two texts three at most.
          expect(graph.length).toBeLessThanOrEqual(1 + rows.length * (1 + 2 * 3))
          const lines = [
            ...renderBreakdown({ ...breakdown, rows }, at(width, unicode)),
            ...graph,
            ...renderCauses(ranked(causes, 'causes'), at(width, unicode)),
          ]
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width)
          expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('signs of ASCII alone', () => {
    const lines = renderCauses(ranked(CAUSES.slice(1), 'causes'), at(80, false))
    expect(lines.join('')).toMatch(/^[\u0000-\u007f]*$/)
  })
})
