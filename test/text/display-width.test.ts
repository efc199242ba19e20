import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, it } from 'vitest'
import { displayWidth, graphemes, widest } from '../../src/text/display-width.ts'
import { isLinear } from '../linear-time.ts'

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

it('a long text, which is read in pieces, has the clusters and the width of the whole', () => {
  const clusters = [
    'a',
    ' ',
    'ä',
    'e\u0301',
    '界',
    '\u200b',
    '😀',
    '🇩🇪',
    '👩‍👩‍👧',
    '\u200d',
    '\ud83d',
    '\u0301'.repeat(3000),
  ]
  const parts = fc.array(fc.tuple(fc.constantFrom(...clusters), fc.integer({ min: 1, max: 900 })), {
    minLength: 1,
    maxLength: 6,
  })
  fc.assert(
    fc.property(parts, (chosen) => {
      const text = chosen.map(([cluster, times]) => cluster.repeat(cluster.length > 100 ? 1 : times)).join('')
      expect(graphemes(text).join('')).toBe(text)
      // One cluster that is longer than a piece is cut.
      if (
        chosen.some(
          ([cluster, times]) => cluster.length > 100 || (times > 100 && /[\u0301\u200d]/.test(cluster)),
        )
      )
        return
      expect(graphemes(text)).toEqual(
        Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment),
      )
      expect(displayWidth(text)).toBe(stringWidth(text))
    }),
    { numRuns: 20 },
  )
})

it('a very long text is measured in linear time', async () => {
  expect(await isLinear((share) => displayWidth('\u200b'.repeat(share * 100_000)))).toBe(true)
})

it('the widest of very many texts', () => {
  expect(widest(Array(300_000).fill('界'), 1)).toBe(2)
  expect(widest([], 3)).toBe(3)
})
