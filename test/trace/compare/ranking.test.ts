import { describe, expect, test } from 'vitest'
import { causes, isTooFew, originOf, rankedRows, topsOf } from '../../../src/trace/compare/ranking.ts'
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

test('what got slowest in itself is the first; what got fastest is the last', () => {
  const { rows, named } = changed()
  expect(named(rankedRows({ rows }))).toEqual(['added', 'kept', 'new child', 'old child', 'old', 'GET /'])
})

test('where the change is: of a slower trace what got slower, of a faster one what got faster, else both', () => {
  const { rows, named } = changed()
  expect(named(causes({ rows, change: 'slower' }))).toEqual(['added', 'kept', 'new child'])
  expect(named(causes({ rows, change: 'faster' }))).toEqual(['GET /', 'old', 'old child'])
  const both = ['added', 'kept', 'new child', 'old child', 'old', 'GET /']
  expect(named(causes({ rows, change: 'same' }))).toEqual(both)
  expect(named(causes({ rows, change: 'unsure' }))).toEqual(both)
})

describe('what only may be chance is told of where nothing is sure, and by the same directions', () => {
  const { rows, named } = changed()
  const told = (change: 'slower' | 'faster' | 'same', unsure: (name: string) => boolean) => {
    const judged = rows.map((row) => ({ ...row, ...(unsure(row.name) && { selfChange: 'unsure' as const }) }))
    const { rows: found, isSure } = originOf({ rows: judged, change })
    return [isSure, ...named(found)]
  }
  test.each([
    // Only those that got faster are sure.
    ['slower', ['added', 'kept', 'new child'], [false, 'added', 'kept', 'new child']],
    ['slower', ['added', 'GET /'], [true, 'kept', 'new child']],
    ['faster', ['GET /', 'old', 'old child'], [false, 'GET /', 'old', 'old child']],
    ['same', ['GET /', 'old', 'old child'], [true, 'added', 'kept', 'new child']],
  ] as const)('%s, unsure: %j', (change, unsure, expected) => {
    expect(told(change, (name) => unsure.some((one) => one === name))).toEqual(expected)
  })

  test('where no one is sure of a trace that stayed the same: the largest first, in both directions', () => {
    expect(told('same', () => true)).toEqual([
      false,
      'added',
      'GET /',
      'old',
      'old child',
      'kept',
      'new child',
    ])
  })
})

test('of what only one side has, the tops', () => {
  const { rows, named } = changed()
  expect(named(topsOf({ rows }, 'new'))).toEqual(['added'])
  expect(named(topsOf({ rows }, 'gone'))).toEqual(['old'])
})

test('a request that only one side has is one top, with all that it calls', () => {
  const other = trace({ ...ROOT, name: 'POST /' }, read(2, 0, 10))
  const apart = compareTraces([trace(ROOT)], [other])
  expect(topsOf(apart, 'new').map((row) => apart.rows[row]?.name)).toEqual(['POST /'])
  // Also where it is the first row of all.
  const first = compareTraces([other], [trace(ROOT)])
  expect(topsOf(first, 'gone')).toEqual([0])
})

describe('too few to tell: nothing is sure, and something may be chance', () => {
  test.each([
    ['unsure', [['same', 'same']], true],
    [
      'same',
      [
        ['unsure', 'same'],
        ['same', 'same'],
      ],
      true,
    ],
    [
      'same',
      [
        ['same', 'same'],
        ['same', 'unsure'],
      ],
      true,
    ],
    ['same', [['new', 'unsure']], true],
    ['same', [['same', 'same']], false],
    ['same', [['new', 'same']], false],
    ['slower', [['unsure', 'unsure']], false],
    ['faster', [['unsure', 'unsure']], false],
    [
      'unsure',
      [
        ['unsure', 'unsure'],
        ['slower', 'slower'],
      ],
      false,
    ],
    [
      'unsure',
      [
        ['faster', 'faster'],
        ['unsure', 'unsure'],
      ],
      false,
    ],
    // That what stands below takes longer is sure, and in itself nothing is.
    ['unsure', [['slower', 'same']], true],
  ] as const)('the whole %s, operations %j: %s', (change, operations, expected) => {
    const rows = operations.map(([change, selfChange]) => ({ change, selfChange }))
    expect(isTooFew({ change, rows })).toBe(expected)
  })
})
