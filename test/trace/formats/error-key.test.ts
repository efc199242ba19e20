import fc from 'fast-check'
import { expect, test } from 'vitest'
import { holdsErrorKeyInJson } from '../../../src/trace/formats/sniff.ts'

test.each<[string, boolean]>([
  ['{"error":true}', true],
  ['{"type":"TimeoutError","last":"error"}', true],
  ['{"type":"TimeoutError"}', false],
  ['"error"', true],
  ['error"', false],
  ['rror"', false],
  ['', false],
])('whether %s holds "error": %s', (text, holds) => {
  expect(holdsErrorKeyInJson(Buffer.from(text))).toBe(holds)
})

test('it is a search for the whole key', () => {
  const pieces = fc.constantFrom('"', 'e', 'error', 'rror', '"error', 'error"', 'r')
  fc.assert(
    fc.property(fc.array(pieces), (parts) => {
      const bytes = Buffer.from(parts.join(''))
      expect(holdsErrorKeyInJson(bytes)).toBe(bytes.includes('"error"'))
    }),
  )
})
