import { expect, test } from 'vitest'
import { recall } from './recall.ts'

const { plain, nested, falseAlarms } = recall()

test('nineteen of twenty secrets that stand plainly in a text are masked', () => {
  expect(plain.found).toBeGreaterThanOrEqual(838)
  expect(plain.found / plain.of).toBeGreaterThanOrEqual(0.95)
})

test('of secrets in a text within a text, no fewer are masked than before', () => {
  expect(nested.found).toBeGreaterThanOrEqual(191)
})

test('no harmless text is changed', () => {
  expect(falseAlarms).toEqual([])
})
