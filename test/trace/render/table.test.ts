import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import type { Breakdown, BreakdownRow } from '../../../src/trace/breakdown/breakdown.ts'
import type { CallEdge } from '../../../src/trace/breakdown/call-graph.ts'
import type { Cause } from '../../../src/trace/causes/rank-causes.ts'
import { percent, points } from '../../../src/trace/render/percent.ts'
import {
  breakdownTotals,
  renderBreakdown,
  renderCallGraph,
} from '../../../src/trace/render/table/breakdown-table.ts'
import { type RankedComparison, renderCauses } from '../../../src/trace/render/table/cause-table.ts'
import type { TableOptions } from '../../../src/trace/render/table/figure-table.ts'

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
    unfinishedTraces: { unfinished: 0, rootless: 0 },
    tailNanos: 4e9,
    tailTraces: 17,
    afterKnownNanos: 0,
    afterKnownTraces: 0,
    rootlessNanos: 0,
    rootlessTraces: 0,
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
    pairs: { all: 0, selection: { first: 0, both: 0 } },
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

  test('how many calls have no end stays beside their percentiles, and is a column only where some have none', () => {
    const rows = breakdown.rows.map((row, i) => ({ ...row, unfinished: i === 0 ? 12 : 0 }))
    const heads = (width: number) =>
      renderBreakdown({ ...breakdown, rows }, at(width)).find((line) => line.startsWith('SERVICE'))
    expect(heads(120)).toMatch(/ERRORS +NO TIME +P50 +P99 /)
    expect(heads(60)).toMatch(/CALLS +ERRORS +P99 +CRITICAL$/)
    expect(heads(76)).toMatch(/CALLS +ERRORS +NO TIME +P50 +P99 +CRITICAL$/)
    const edge = { ...(edges[0] as CallEdge), unfinished: 1204, p50Nanos: undefined, p99Nanos: undefined }
    expect(renderCallGraph([edge], at(120)).at(-1)).toMatch(/ 1204 +1204 +✗ 31 +1204 +unknown +unknown$/)
    expect(renderCallGraph(edges, at(120)).join()).not.toContain('NO TIME')
  })

  test('what SELF leaves out is said where SELF is shown', () => {
    const rows = breakdown.rows.map((row) => ({ ...row, selfUnknown: 1 }))
    for (let width = 40; width <= 120; width++) {
      const leftOut: string[] = []
      const text = renderBreakdown({ ...breakdown, rows }, { ...at(width), leftOut }).join('\n')
      expect(text.includes('SELF leaves out 3 spans'), `${width}`).toBe(
        / SELF /.test(text.split('\n\n')[1] ?? ''),
      )
      expect(leftOut.includes('SELF'), `${width}`).toBe(!text.includes('SELF'))
    }
  })

  test('what ran after the known part of a root without an end is told apart', () => {
    const cut = {
      unfinishedTraces: { unfinished: 3, rootless: 0 },
      afterKnownNanos: 2e9,
      afterKnownTraces: 2,
    }
    expect(breakdownTotals({ ...breakdown, ...cut }, at(120, true)).slice(1, 4)).toEqual([
      '3 traces have a root without a usable end: their time is counted as far as it is known',
      '2.00s more after the part that is known, in 2 traces, not on its critical path',
      '4.00s more after the end of the root, in 17 traces, not on its critical path',
    ])
  })

  describe.each([60, 80, 120])(
    'rows that differ in the middle of a long text alone, in %d columns',
    (width) => {
      const alike = ['warehouse', 'shop', 'shelf'].map(
        (column) =>
          `SELECT stock FROM articles JOIN orders ON TRUE WHERE ${column} = ?${' AND article = ?'.repeat(9)}`,
      )
      const firstCells = (lines: readonly string[], head: string): string[] => {
        const rows = lines.slice(lines.findIndex((line) => line.startsWith(head)) + 1)
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width)
        expect(rows).toHaveLength(alike.length)
        return rows.map((line) => line.replace(/ {2}[\d✗].*/, ''))
      }
      test.each([true, false])('causes, breakdown and graph tell them apart; unicode: %s', (unicode) => {
        const rows = alike.map((operation) => ({ ...(breakdown.rows[0] as BreakdownRow), operation }))
        const calls = rows.map((row) => ({ ...row, caller: { service: 'web' }, ...SEEN }))
        const causes = alike.map((value) => cause('span.db.query.text', value, 0.5, 0.1))
        const tables = [
          firstCells(renderBreakdown({ ...breakdown, rows }, at(width, unicode)), 'SERVICE'),
          firstCells(renderCallGraph(calls, at(width, unicode)), 'CALLER'),
          firstCells(renderCauses(ranked(causes, 'causes'), at(width, unicode)), 'ATTRIBUTE'),
        ]
        for (const cells of tables) {
          for (const [i, part] of ['wa', 'sho', 'she'].entries()) expect(cells[i]).toContain(part)
          expect(new Set(cells).size).toBe(alike.length)
        }
      })
    },
  )

  test('where there is no room for what tells them apart, whole texts of up to three lines are below the rows', () => {
    const values = ['a', 'b'].map((middle) => `${'x'.repeat(4)}${middle}${'x'.repeat(4)}`)
    const causes = values.map((value) => cause('x'.repeat(40), value, 0.5, 0.1))
    const lines = renderCauses(ranked(causes, 'causes'), at(5))
    expect(lines.map((line) => line.trim()).join('')).toMatch(/x{4}a.*x{4}b/)
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(5)
    const long = values.map((value) => cause('x'.repeat(40), `${value}x`, 0.5, 0.1))
    expect(renderCauses(ranked(long, 'causes'), at(5))).toHaveLength(lines.length - 2 * 3)
  })

  test('however many differ in several places, whole texts below them are few', () => {
    const count = 1000
    for (const [length, most] of [
      [0, 20 * 3],
      [100, 20 * 3],
      [600, 0],
    ] as const) {
      const rows = Array.from({ length: count }, (_, i) => {
        const [a, b, c] = [i % 10, Math.floor(i / 10) % 10, Math.floor(i / 100)]
        const between = '/x'.repeat(20)
        const operation = `${between}${a}${between}${b}${between}${c}${between}${'y'.repeat(length)}`
        return { ...(breakdown.rows[0] as BreakdownRow), operation }
      })
      const lines = renderBreakdown({ ...breakdown, rows }, at(100))
      const table = lines.slice(lines.findIndex((line) => line.startsWith('SERVICE')) + 1)
      expect(table.length).toBeLessThanOrEqual(count + most)
      if (most > 0) expect(table.length).toBeGreaterThan(count)
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(100)
    }
  })

  test('signs of ASCII alone', () => {
    const lines = renderCauses(ranked(CAUSES.slice(1), 'causes'), at(80, false))
    expect(lines.join('')).toMatch(/^[\u0000-\u007f]*$/)
  })
})

describe('what is said of a ranking', () => {
  const text = (verdict: RankedComparison['ranking']['verdict'], causes: readonly Cause[]) =>
    renderCauses(ranked(causes, verdict), at(100)).join('\n')

  test('too few', () => {
    expect(text('too-few', CAUSES)).toMatch(
      /^412 of 9,412 spans in 1,000 traces took more than 812ms\.\nToo few to tell: what they have in common may be chance\.\n\nATTRIBUTE/,
    )
  })

  test('nothing is shown where nothing stands out', () => {
    expect(text('nothing', CAUSES).split('\n')).toEqual([
      '412 of 9,412 spans in 1,000 traces took more than 812ms.',
      'Nothing stands out: no value is much more frequent among them.',
    ])
  })

  test('no rest', () => {
    const none = { ...ranked([], 'too-few'), limitNanos: undefined }
    const alone = { ...none, comparison: { ...none.comparison, baseline: { spans: 0, traces: 0 } } }
    expect(renderCauses(alone, at(100)).join('\n')).toBe(
      '412 of 412 spans in 1,000 traces failed.\nAll of them did, so there is nothing to compare with.',
    )
  })

  test('no selection', () => {
    const none = { ...ranked([], 'too-few'), limitNanos: 'query' as const }
    const nothing = { ...none, comparison: { ...none.comparison, selection: { spans: 0, traces: 0 } } }
    expect(renderCauses(nothing, at(100)).at(1)).toBe(
      'None was, so there is nothing to compare: check the name and the value in the query.',
    )
  })

  test('more causes than there is room for', () => {
    const many = Array.from({ length: 14 }, (_, i) => cause('span.a', `v${i}`, 0.5, 0.1))
    expect(text('causes', many).split('\n').at(-1)).toBe('… 4 more: --json')
  })
})

test.each([
  [0, '0%'],
  [0.004, '<1%'],
  [0.5, '50%'],
  [0.995, '>99%'],
  [1, '100%'],
])('%d is %s', (share, text) => expect(percent(share)).toBe(text))

test.each([
  [0.92, 0, '+92'],
  [0.001, 0, '0'],
  [0, 0.25, '-25'],
  // As shown: 67% and 5%, 86% and 10%.
  [0.666, 0.054, '+62'],
  [0.858, 0.095, '+76'],
])('from %d to %d are the points between what is shown: %s', (share, other, text) =>
  expect(points(share, other)).toBe(text),
)
