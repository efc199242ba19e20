import { expect, it } from 'vitest'
import { sameText } from '../../../src/session/flow/callback.ts'

it.each([
  ['abc', 'abc', true],
  ['', '', true],
  ['abc', 'abd', false],
  ['abc', 'ab', false],
  ['abc', 'abcd', false],
  ['', 'a', false],
  // As many characters, but not as many bytes.
  ['aaa', 'aäa', false],
])('%j and %j: %s', (a, b, same) => {
  expect(sameText(a, b)).toBe(same)
})
