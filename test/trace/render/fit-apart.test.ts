import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { fitMiddle } from '../../../src/text/fit.ts'
import { fitApart } from '../../../src/trace/render/fit-apart.ts'

describe('texts of a column', () => {
  const grapheme = fc.string({ unit: 'grapheme', maxLength: 40 })
  const alike = fc
    .tuple(grapheme, fc.uniqueArray(grapheme, { minLength: 2, maxLength: 6 }), grapheme, fc.nat({ max: 3 }))
    .map(([head, middles, tail, times]) =>
      middles.map((middle) => head.repeat(times) + middle + tail.repeat(times)),
    )
  const few = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', '…', '決'), maxLength: 60 }), {
    maxLength: 8,
  })
  const lists = fc.oneof(alike, few)
  const marks = fc.constantFrom('…', '..', '...')

  test('different ones are never alike, none is wider, and what needs no care is cut as ever', () => {
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 60 }), marks, (texts, width, mark) => {
        const fitted = fitApart(texts, width, mark)
        const plain = texts.map((text) => fitMiddle(text, width, mark))
        const told = fitted.filter((text) => text !== undefined)
        expect(new Set(told).size).toBe(new Set(texts.filter((_, i) => fitted[i] !== undefined)).size)
        for (const text of told) expect(displayWidth(text)).toBeLessThanOrEqual(width)
        if (new Set(plain).size === new Set(texts).size) expect(fitted).toEqual(plain)
      }),
    )
  })

  test('two always find room in eight columns', () => {
    fc.assert(
      fc.property(lists, fc.integer({ min: 8, max: 60 }), marks, (texts, width, mark) => {
        const [one, other] = texts
        if (one === undefined || other === undefined || one === other) return
        const fitted = fitApart([one, other], width, mark)
        expect(fitted).not.toContain(undefined)
        expect(fitted[0]).not.toBe(fitted[1])
      }),
    )
  })
})
