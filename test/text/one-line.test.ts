import { expect, test } from 'vitest'
import { oneLine } from '../../src/text/one-line.ts'

test.each(['\n', '\r\n', '\r', '\t', '\r\r\n\n\t', '\n\r'])('%j between two words is one blank', (end) => {
  expect(oneLine(`one${end}two`)).toBe('one two')
})
