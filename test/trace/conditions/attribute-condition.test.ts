import { expect, test } from 'vitest'
import { parseCondition } from '../../../src/trace/attributes.ts'

test.each([
  ['5', '5'],
  ['-5.25', '-5.25'],
  ['1000000000000000000000', '1000000000000000000000'],
])('%s is a number to compare with', (text, value) => {
  for (const operator of ['>', '>=', '<', '<='] as const)
    expect(parseCondition(`x${operator}${text}`)).toEqual(['x', value, operator])
})

test.each(['', 'fast', '5e2', '25e-4', '1e', 'e5', '1e999', '9e308', '0x10', 'Infinity', '5.', '1e2.5'])(
  '%j is none',
  (text) => {
    expect(parseCondition(`x>${text}`)).toBe('needs a number to compare with')
  },
)

test('what is compared as a text stays as it is', () => {
  expect(parseCondition('x=5e2')).toEqual(['x', '5e2'])
  expect(parseCondition('x!=5e2')).toEqual(['x', '5e2', '!='])
})

test.each(['span.', 'resource.', 'event.', 'link.', 'instrumentation.', '.'])(
  'a scope alone has no attribute name: %s',
  (key) => {
    expect(parseCondition(`${key}=x`)).toBe('has no attribute name')
    expect(parseCondition(`${key} >= 5`)).toBe('has no attribute name')
    expect(parseCondition(`${key}a=x`)).toEqual([`${key}a`, 'x'])
  },
)
