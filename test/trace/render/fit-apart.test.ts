import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { fitMiddle } from '../../../src/text/fit.ts'
import { fitApart, safeNames } from '../../../src/trace/render/fit-apart.ts'

const statement = (column: string) =>
  `SELECT stock FROM articles WHERE ${column} = ? AND article_of_the_order = ?`

describe('texts of a column', () => {
  test.each([
    [24, ['SELECT …RE warehouse = …', 'SELECT …RE shop = ? AND…']],
    [12, ['SEL… wareho…', 'SEL… shop =…']],
    [80, [statement('warehouse'), statement('shop')]],
  ])('that differ in the middle alone keep what differs, in %d columns', (width, fitted) => {
    const texts = [statement('warehouse'), statement('shop')]
    expect(fitApart(texts, width, '…')).toEqual(fitted)
    expect(fitApart([...texts, texts[0] as string], width, '…')).toEqual([...fitted, fitted[0]])
  })

  test('that differ from each other in several places', () => {
    const text = (a: string, b: string) => `${'/a'.repeat(20)}/${a}/${'b/'.repeat(20)}${b}/${'/c'.repeat(20)}`
    const texts = [text('x', 'p'), text('y', 'p'), text('x', 'q')]
    const fitted = fitApart(texts, 16, '…')
    expect(new Set(fitted).size).toBe(3)
    expect(fitted).not.toContain(undefined)
  })

  test('where one is the beginning of the other', () => {
    expect(fitApart(['a'.repeat(30), 'a'.repeat(31)], 9, '…')).toEqual(['aa…a', 'aa…aa'])
  })

  test('no room for what tells them apart', () => {
    expect(fitApart([statement('warehouse'), statement('shop'), 'ok'], 2, '…')).toEqual([
      undefined,
      undefined,
      'ok',
    ])
  })

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

test('enormous names that differ in the middle alone stay different', () => {
  const name = (middle: string) => 'x'.repeat(900) + middle + 'x'.repeat(900)
  expect(new Set(safeNames([name('a'), name('b')], '…')).size).toBe(2)
  expect(safeNames([name('a'), name('a')], '…')[0]).toHaveLength(801)
  const lengths = safeNames([name('a'), 'y'.repeat(1e6), name('b'), 'z'], '…').map(({ length }) => length)
  expect(lengths).toEqual([1801, 801, 1801, 1])
})
