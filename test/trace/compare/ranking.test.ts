import { expect, test } from 'vitest'
import { isTooFew } from '../../../src/trace/compare/verdict.ts'

test.each([
  ['unsure', undefined, [['same', 'same']], true],
  ['unsure', 7, [['unsure', 'unsure']], true],
  // What an operation does is another matter.
  ['unsure', undefined, [['slower', 'slower']], true],
  ['same', undefined, [['unsure', 'unsure']], false],
  ['slower', undefined, [['unsure', 'unsure']], false],
  ['same', 7, [['new', 'same']], false],
  [
    'same',
    7,
    [
      ['same', 'same'],
      ['new', 'unsure'],
    ],
    true,
  ],
] as const)(
  'too few to tell: the whole %s, at least %s, operations %j: %s',
  (change, leastTraces, operations, expected) => {
    const rows = operations.map(([change, selfChange]) => ({ change, selfChange }))
    expect(isTooFew({ change, tendency: undefined, leastTraces, rows })).toBe(expected)
  },
)
