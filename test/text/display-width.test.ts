import stringWidth from 'string-width'
import { expect, it } from 'vitest'
import { displayWidth } from '../../src/text/display-width.ts'

it('our own marks are measured without the library, and as it does', () => {
  const marks = [...'…×Σµ·✗⋯▶◀→’–']
  const blocks = Array.from({ length: 0xa0 }, (_, i) => String.fromCodePoint(0x2500 + i))
  for (const mark of [...marks, ...blocks])
    expect([mark, displayWidth(mark)]).toEqual([mark, stringWidth(mark)])
})

it.each([
  ['plain', 5],
  ['株式会社', 8],
  ['e\u0301', 1],
  ['👩‍👩‍👧', 2],
])('%s: %i columns', (text, columns) => {
  expect(displayWidth(text)).toBe(columns)
})
