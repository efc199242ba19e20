import { expect, test } from 'vitest'
import { linesInView, type Rest } from '../../../src/trace/compare/rows-in-view.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { type Sketch, makeTrace as trace } from '../make.ts'
import { ROOT, read, rowsOf } from './sketches.ts'

/** What is left out is told like `+3: 2 same, 1 new`; the last line below an operation ends with a bar. */
function view(a: Trace, b: Trace, full = false): string[] {
  const rows = rowsOf(a, b)
  return linesInView(rows, full).map(({ row, rest, depth, isLast }) => {
    const text = row === undefined ? restText(rest) : rows[row]?.name
    return `${' '.repeat(depth)}${text}${isLast ? ' |' : ''}`
  })
}
function restText(rest: Rest | undefined): string {
  const parts = Object.entries(rest?.byChange ?? {}).filter(([, count]) => count !== 0)
  return `+${rest?.count}: ${parts.map(([change, count]) => `${count} ${change}`).join(', ')}`
}
const named = (id: number, parent: number, name: string, ms: number, at = id): Sketch => ({
  ...{ id, parent, name, ms, at },
})
const many = (count: number, ms: number): Sketch[] =>
  Array.from({ length: count }, (_, i) => named(100 + i, 1, `item ${i}`, ms))

test('what changed, the way to it, and the number of the others', () => {
  const below = (ms: number) => [named(2, 1, 'cart', 60), named(3, 2, 'redis', ms)]
  const a = trace(ROOT, ...below(5), ...many(3, 2))
  const b = trace(ROOT, ...below(50), ...many(3, 2))
  expect(view(a, b)).toEqual(['GET / |', ' cart', '  redis |', ' +3: 3 same |'])
  expect(view(a, b, true)).toEqual(['GET / |', ' cart', '  redis |', ' item 0', ' item 1', ' item 2 |'])
})

test('the way to a change is shown also where it is the same itself', () => {
  const below = (ms: number) => [named(2, 1, 'cart', 60), named(3, 2, 'redis', ms)]
  expect(view(trace(ROOT, ...below(5)), trace(ROOT, ...below(10)))).toEqual([
    'GET / |',
    ' cart |',
    '  redis |',
  ])
  // No root was recorded.
  const lost = { ...ROOT, parent: 77 }
  const inside = (ms: number) => trace(lost, read(2, 0, ms))
  expect(view(inside(5), inside(10))).toEqual(['GET / |', ' read |'])
})

test('where nothing changed: the root, and numbers', () => {
  const calls = [named(2, 1, 'cart', 60), named(3, 2, 'redis', 5), named(4, 1, 'mail', 5)]
  const same = trace(ROOT, ...calls, named(9, 77, 'lost', 5))
  expect(view(same, same)).toEqual(['GET /', ' +3: 3 same |', '+1: 1 same |'])
})

test('what is left out stands below the operation that calls it', () => {
  const one = (ms: number) =>
    trace(
      ROOT,
      named(2, 1, 'cart', ms),
      named(3, 2, 'redis', 2),
      named(4, 1, 'mail', ms, 50),
      named(5, 4, 'smtp', 2, 50),
    )
  expect(view(one(10), one(20))).toEqual(['GET / |', ' cart', '  +1: 1 same |', ' mail |', '  +1: 1 same |'])
})

test('an operation that is slower by many small calls is shown; they are a number', () => {
  const items = (ms: number) =>
    Array.from({ length: 30 }, (_, i) => named(100 + i, 2, `item ${i}`, ms, i * ms))
  const a = trace(ROOT, named(2, 1, 'cart', 15, 0), ...items(0.5))
  const b = trace(ROOT, named(2, 1, 'cart', 30, 0), ...items(0.9))
  expect(view(a, b)).toEqual(['GET / |', ' cart |', '  +30: 30 same |'])
})

test('a new operation is shown, however short it is', () => {
  expect(view(trace(ROOT), trace(ROOT, read(2, 0, 0.1)))).toEqual(['GET / |', ' read |'])
})

test('what is new or gone as a whole is one line, and those below it a number', () => {
  const whole = (id: number, name: string) => [
    named(id, 1, name, 10),
    named(id + 1, id, 'look up', 4),
    named(id + 2, id + 1, 'read', 2),
    named(id + 3, id, 'write', 2, id + 5),
  ]
  const both = trace(ROOT, ...whole(10, 'fraud'), ...whole(20, 'score'))
  const lines = (change: string) => [
    'GET / |',
    ' fraud',
    `  +3: 3 ${change} |`,
    ' score |',
    `  +3: 3 ${change} |`,
  ]
  expect(view(trace(ROOT), both)).toEqual(lines('new'))
  expect(view(both, trace(ROOT))).toEqual(lines('gone'))
})

test('twelve siblings that changed are all shown', () => {
  const lines = view(trace(ROOT), trace(ROOT, ...many(12, 1)))
  expect(lines).toHaveLength(13)
  expect(lines.at(-1)).toBe(' item 11 |')
})

test('of more those that changed most, longer or shorter, in their order', () => {
  const a = trace(
    ROOT,
    ...many(20, 1),
    named(500, 1, 'much faster', 40, 190),
    named(501, 1, 'slower', 2, 195),
  )
  const b = trace(
    ROOT,
    named(500, 1, 'much faster', 5, 190),
    named(501, 1, 'slower', 22, 195),
    named(502, 1, 'slow', 30, 196),
  )
  const lines = view(a, b)
  expect(lines).toHaveLength(14)
  expect(lines.slice(-5)).toEqual([' item 8', ' much faster', ' slower', ' slow', ' +11: 11 gone |'])
})

test('one that stayed the same takes the place of none that changed, however long it is', () => {
  const a = trace({ ...ROOT, ms: 1000 }, ...many(12, 10), named(2, 1, 'report', 500, 200))
  const b = trace({ ...ROOT, ms: 1000 }, ...many(12, 20), named(2, 1, 'report', 550, 200))
  const lines = view(a, b)
  expect(lines).toHaveLength(14)
  expect(lines.slice(-2)).toEqual([' item 11', ' +1: 1 same |'])
})

test('spans whose parent is lost take the place of neither the root nor the way to a change', () => {
  const lost = (count: number) => Array.from({ length: count }, (_, i) => named(200 + i, 77, `lost ${i}`, 50))
  const below = (ms: number) => [named(2, 1, 'cart', 60), named(3, 2, 'SELECT', ms)]
  const a = trace(ROOT, ...below(5))
  const lines = view(a, trace(ROOT, ...below(10), ...lost(14)))
  expect(lines.slice(0, 4)).toEqual(['GET /', ' cart |', '  SELECT |', 'lost 0'])
  expect(lines.slice(-2)).toEqual(['lost 11', '+2: 2 new |'])
})

test('one that is on the way to a large change counts as much as the change', () => {
  const shared = (first: number, second: number) => [
    ...[named(2, 1, 'report', 60, 0), named(3, 2, 'read', first, 0), named(4, 2, 'write', second, 40)],
  ]
  const a = trace(ROOT, ...shared(10, 20))
  const lines = view(a, trace(ROOT, ...shared(20, 10), ...many(13, 5)))
  expect(lines.slice(0, 4)).toEqual(['GET / |', ' report', '  read', '  write |'])
  expect(lines.at(-1)).toBe(' +2: 2 new |')
})

test('a new operation that took no time is shown below many that stayed the same', () => {
  const a = trace(ROOT, ...many(13, 2))
  expect(view(a, trace(ROOT, ...many(13, 2), named(500, 1, 'mark', 0)))).toEqual([
    ...['GET / |', ' mark', ' +13: 13 same |'],
  ])
})

test('of many roots the one on the way to a change is shown', () => {
  const ticks = (ms: number) =>
    Array.from({ length: 13 }, (_, i): Sketch => ({ id: 300 + i, name: `tick ${i}`, at: i, ms }))
  const inRoot = (ms: number, ...others: Sketch[]) => trace(ROOT, read(2, 0, ms), ...others)
  expect(view(inRoot(5, ...ticks(1)), inRoot(10, ...ticks(1)))).toEqual(
    expect.arrayContaining(['GET /', ' read |', 'tick 10', '+2: 2 same |']),
  )
  // Also where the others changed, and it has not itself.
  const lines = view(inRoot(5, ...ticks(1)), inRoot(50, ...ticks(3)))
  expect(lines.slice(0, 3)).toEqual(['GET /', ' read |', 'tick 0'])
  expect(lines.slice(-2)).toEqual(['tick 10', '+2: 2 slower |'])
})
