import { describe, expect, test } from 'vitest'
import type { RowSide } from '../../../src/trace/compare/comparison.ts'
import { isDecidable, isTooFew } from '../../../src/trace/compare/verdict.ts'
import { makeTrace as trace } from '../make.ts'
import { compareTraces } from './planted-judge.ts'
import { ROOT, read } from './sketches.ts'

/** `old` gives way to `added`, and `kept` takes longer. */
function changed() {
  const { rows } = compareTraces(
    [
      trace(
        ROOT,
        read(2, 0, 30, { name: 'old' }),
        read(3, 0, 10, { parent: 2, name: 'old child' }),
        read(4, 40, 5, { name: 'kept' }),
      ),
    ],
    [
      trace(
        ROOT,
        read(5, 0, 50, { name: 'added' }),
        read(6, 0, 10, { parent: 5, name: 'new child' }),
        read(7, 60, 15, { name: 'kept' }),
      ),
    ],
  )
  return { rows, named: (numbers: readonly number[]) => numbers.map((row) => rows[row]?.name) }
}

describe('too few to tell: the whole may be chance, or so few traces can show nothing', () => {
  test.each([
    ['unsure', undefined, [['same', 'same']], true],
    ['unsure', 7, [['unsure', 'unsure']], true],
    // What an operation does is another matter.
    ['unsure', undefined, [['slower', 'slower']], true],
    ['same', undefined, [['unsure', 'unsure']], false],
    ['slower', undefined, [['unsure', 'unsure']], false],
    ['faster', undefined, [['unsure', 'unsure']], false],
    ['same', 7, [['same', 'same']], false],
    ['same', 7, [['new', 'same']], false],
    [
      'same',
      7,
      [
        ['unsure', 'same'],
        ['same', 'same'],
      ],
      true,
    ],
    [
      'same',
      7,
      [
        ['same', 'same'],
        ['new', 'unsure'],
      ],
      true,
    ],
  ] as const)('the whole %s, at least %s, operations %j: %s', (change, leastTraces, operations, expected) => {
    const rows = operations.map(([change, selfChange]) => ({ change, selfChange }))
    expect(isTooFew({ change, tendency: undefined, leastTraces, rows })).toBe(expected)
  })
})

describe('more traces could tell, but not of what about half of them have', () => {
  const NOTHING = { calls: 0, traces: 0 }
  const ALL = { calls: 1, traces: 20 }
  const [LESS, MORE] = [
    { calls: 0, traces: 9 },
    { calls: 1, traces: 11 },
  ]
  const HALF = { calls: 1, traces: 10 }
  const [FEW, MANY] = [
    { calls: 0, traces: 5 },
    { calls: 1, traces: 15 },
  ]
  const [SEVEN, THIRTEEN] = [
    { calls: 0, traces: 7 },
    { calls: 1, traces: 13 },
  ]
  const SIDES = { a: { traces: 20 }, b: { traces: 20 } }
  type Counts = Pick<RowSide, 'calls' | 'traces'>
  const { rows } = changed()
  /** The first row calls the second; `unsure` are those rows that may be chance. */
  const told = (a: Counts, b: Counts, unsure: readonly number[]) =>
    isDecidable({
      ...SIDES,
      rows: rows.slice(0, 2).map((row, i) => ({
        ...{ ...row, size: 2 - i, change: unsure.includes(i) ? 'unsure' : 'same', selfChange: 'same' },
        a: { ...row.a, ...(i === 1 ? a : ALL) },
        b: { ...row.b, ...(i === 1 ? b : ALL) },
      })),
    })
  test.each([
    ['all have it', ALL, ALL, [1], true],
    ['more than half of both', MORE, MORE, [1], true],
    ['about half', LESS, MORE, [1], false],
    ['about half', MORE, LESS, [1], false],
    ['half', HALF, MORE, [1], false],
    ['half', LESS, HALF, [1], false],
    ['half of both', HALF, HALF, [1], false],
    // That they differ in how many have it can be shown.
    ['two standard errors apart', SEVEN, THIRTEEN, [1], true],
    ['two standard errors apart', THIRTEEN, SEVEN, [1], true],
    ['few and many', FEW, MANY, [1], true],
    ['half and all', HALF, ALL, [1], true],
    ['all and half', ALL, HALF, [1], true],
    // One side has it not at all: that more of the other have it can be shown.
    ['none and some', NOTHING, MORE, [1], true],
    ['some and none', MORE, NOTHING, [1], true],
    ['what calls it leaps with it', LESS, MORE, [0, 1], false],
    ['less than half of both: the time of its caller does not hang on it', LESS, LESS, [0], true],
    ['nothing is unsure', ALL, ALL, [], false],
  ] as const)('%s: %j, %j, unsure %j: %s', (_, a, b, unsure, expected) => {
    expect(told(a, b, unsure)).toBe(expected)
  })

  test('what stands before it and after it hangs on nothing of it', () => {
    const [row] = rows
    if (row === undefined) throw new Error('no row')
    const beside = (unsure: number) =>
      isDecidable({
        ...SIDES,
        rows: [0, 1, 2].map((i) => ({
          ...{ ...row, size: 1, change: unsure === i ? 'unsure' : 'same', selfChange: 'same' },
          a: { ...row.a, ...(i === 1 ? LESS : ALL) },
          b: { ...row.b, ...(i === 1 ? MORE : ALL) },
        })),
      })
    expect([0, 1, 2].map(beside)).toEqual([true, false, true])
  })
})
