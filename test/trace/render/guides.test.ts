import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { glyphsFor } from '../../../src/trace/render/glyphs.ts'
import { Guides } from '../../../src/trace/render/waterfall/guides.ts'
import { planRows } from '../../../src/trace/render/waterfall/rows.ts'
import { renderWaterfall } from '../../../src/trace/render/waterfall/waterfall.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { anyTrace, soundTrace } from '../any-trace.ts'
import { makeTrace, type Sketch } from '../make.ts'

/** The guides of each row, in so many columns. */
function guidesOf(trace: Trace, columns: number, unicode = true): { guides: string; under: string }[] {
  const tree = buildTree(trace)
  const rows = planRows(tree, true)
  const guides = new Guides(tree, rows, columns, glyphsFor(unicode))
  return rows.groups.flatMap(({ nodes }) =>
    nodes.map((node) => ({ guides: guides.of(node), under: guides.under(node) })),
  )
}

/** A chain of middlewares, then a handler that branches, in which the last call is a chain again. */
const middlewares = (count: number): Sketch[] => [
  { id: 1, name: 'GET /cart', ms: 100 },
  ...Array.from({ length: count }, (_, i) => ({ id: i + 2, parent: i + 1, name: `step ${i + 1}`, ms: 90 })),
]
const SERVICE: Sketch[] = [
  ...middlewares(12),
  { id: 20, parent: 13, name: 'load', ms: 20 },
  { id: 21, parent: 20, name: 'SELECT', ms: 9 },
  { id: 22, parent: 13, name: 'price', at: 30, ms: 40 },
  { id: 23, parent: 22, name: 'rates', at: 30, ms: 10 },
  { id: 24, parent: 22, name: 'rules', at: 45, ms: 10 },
]

function rowsAt(width: number, sketches: readonly Sketch[]): string {
  const options = { width, unicode: true, style: UNSTYLED, bars: false }
  const lines = [...renderWaterfall(buildTree(makeTrace(...sketches)), options)]
  return `\n${lines.slice(lines.findIndex((line) => line.startsWith('GET /cart '))).join('\n')}\n`
}

test('a chain of only children takes one level, in 60 columns', () => {
  expect(rowsAt(60, SERVICE)).toMatchInlineSnapshot(`
    "
    GET /cart       shop  100ms
    ↳ step 1             90.0ms
    ↳ step 2             90.0ms
    ↳ step 3             90.0ms
    ↳ step 4             90.0ms
    ↳ step 5             90.0ms
    ↳ step 6             90.0ms
    ↳ step 7             90.0ms
    ↳ step 8             90.0ms
    ↳ step 9             90.0ms
    ↳ step 10            90.0ms
    ↳ step 11            90.0ms
    ↳ step 12            90.0ms
      ├ load             20.0ms
      │ ↳ SELECT         9.00ms
      └ price            40.0ms
        ├ rates          10.0ms
        └ rules          10.0ms

    ↳ only child of the row above
    "
  `)
})

test('a chain that fits is indented as it always was', () => {
  expect(rowsAt(60, [...middlewares(3), { id: 9, parent: 4, name: 'SELECT', ms: 1 }])).toMatchInlineSnapshot(`
    "
    GET /cart       shop  100ms
    └ step 1             90.0ms
      └ step 2           90.0ms
        └ step 3         90.0ms
          └ SELECT       1.00ms

    "
  `)
})

test('where branches are deeper than the columns, the outer guides stay and the level is a number', () => {
  const branching = Array.from({ length: 12 }, (_, i): Sketch[] => [
    { id: i * 2 + 2, parent: i === 0 ? 1 : i * 2, name: `go ${i + 1}`, at: i, ms: 100 - i * 2 },
    { id: i * 2 + 3, parent: i === 0 ? 1 : i * 2, name: `log ${i + 1}`, at: 100 - i, ms: 1 },
  ]).flat()
  expect(rowsAt(60, [{ id: 1, name: 'GET /cart', ms: 100 }, ...branching])).toMatchInlineSnapshot(`
    "
    GET /cart        shop  100ms
    ├ go 1                 100ms
    │ ├ go 2              98.0ms
    │ │ ├ go 3            96.0ms
    │ │ │ ⋯4  go 4        94.0ms
    │ │ │ ⋯5  go 5        92.0ms
    │ │ │ ⋯6  go 6        90.0ms
    │ │ │ ⋯7  go 7        88.0ms
    │ │ │ ⋯8  go 8        86.0ms
    │ │ │ ⋯9  go 9        84.0ms
    │ │ │ ⋯10 go 10       82.0ms
    │ │ │ ⋯11 go 11       80.0ms
    │ │ │ ⋯12 go 12       78.0ms
    │ │ │ ⋯12 log 12      1.00ms
    │ │ │ ⋯11 log 11      1.00ms
    │ │ │ ⋯10 log 10      1.00ms
    │ │ │ ⋯9  log 9       1.00ms
    │ │ │ ⋯8  log 8       1.00ms
    │ │ │ ⋯7  log 7       1.00ms
    │ │ │ ⋯6  log 6       1.00ms
    │ │ │ ⋯5  log 5       1.00ms
    │ │ │ ⋯4  log 4       1.00ms
    │ │ └ log 3           1.00ms
    │ └ log 2             1.00ms
    └ log 1               1.00ms

    ⋯N N levels deep

    1 span ran past the end of the root, by up to 1.00ms
    "
  `)
})

/** Going up from a branch, rails and branches lead to it, and above them is the row it hangs on. */
function expectRailsMeet(lines: readonly string[]): void {
  for (const [at, line] of lines.entries()) {
    const column = Math.max(line.lastIndexOf('├'), line.lastIndexOf('└'))
    if (column < 0) continue
    let above = at - 1
    while ('│├'.includes(lines[above]?.[column] ?? ' ')) above--
    const parent = lines[above] ?? ''
    expect(parent.length, `row ${at} of\n${lines.join('\n')}`).toBe(column)
  }
}

describe('at any depth and in any number of columns', () => {
  const deep = fc
    .array(fc.record({ up: fc.integer({ min: 1, max: 4 }) }), { minLength: 1, maxLength: 80 })
    .map((list) =>
      makeTrace(
        { id: 1 },
        ...list.map(({ up }, i) => ({
          id: i + 2,
          parent: Math.max(1, i + 2 - up),
          name: `n${i}`,
          at: i,
          ms: 5,
        })),
      ),
    )

  test('each branch hangs on a rail that comes from its parent', () => {
    fc.assert(
      fc.property(fc.oneof(deep, soundTrace), fc.integer({ min: 2, max: 40 }), (trace, columns) => {
        const rows = guidesOf(trace, columns)
        // A number in place of guides is text, as the name behind it.
        expectRailsMeet(rows.map(({ guides }) => guides))
      }),
    )
  })

  test('guides take no more than their columns, and a second line as many as its row', () => {
    fc.assert(
      fc.property(
        fc.oneof(deep, anyTrace),
        fc.integer({ min: 0, max: 40 }),
        fc.boolean(),
        (trace, columns, unicode) => {
          for (const { guides, under } of guidesOf(trace, columns, unicode)) {
            expect(guides.length).toBeLessThanOrEqual(columns)
            if (guides !== '') expect(under.length).toBe(guides.length)
          }
        },
      ),
    )
  })
})

/** Trees that are rather deep: each span is below one of the three before it. */
const deepTrace = fc
  .array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 60 })
  .map((ups) =>
    makeTrace(
      ...ups.map((up, i) => ({ id: i + 1, ...(i > 0 && { parent: Math.max(1, i + 1 - up) }), ms: 1 })),
    ),
  )

test('rows from the middle on have the guides that they have from the top on', () => {
  fc.assert(
    fc.property(deepTrace, fc.integer({ min: 0, max: 16 }), fc.gen(), (trace, columns, random) => {
      const tree = buildTree(trace)
      const rows = planRows(tree, true)
      const nodes = rows.groups.flatMap((group) => group.nodes)
      const inOrder = new Guides(tree, rows, columns, glyphsFor(true))
      const wanted = new Map(nodes.map((node) => [node, inOrder.of(node)]))
      const alone = new Guides(tree, rows, columns, glyphsFor(true))
      for (let i = 0; i < 5; i++) {
        const from = random(fc.nat, nodes.length - 1)
        alone.startAt(nodes[from] as number)
        for (const node of nodes.slice(from)) expect(alone.of(node)).toBe(wanted.get(node))
      }
    }),
  )
})
