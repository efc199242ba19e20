import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayWidth } from '../../src/text/display-width.ts'
import { fitEnd, fitLines, fitMiddle } from '../../src/text/fit.ts'

describe('fitting', () => {
  test.each([
    ['GET /api/v2/customers/{id}/orders', 22, 'GET /api/v2/cu…/orders'],
    ['SELECT something FROM somewhere', 16, 'SELECT so…ewhere'],
    ['決済サービス', 7, '決済サ…'],
    ['short', 16, 'short'],
  ])('%s in %s columns', (text, width, fitted) => {
    expect(fitMiddle(text, width, '…')).toBe(fitted)
  })

  test('no wider than asked, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(60), (text, width) => {
        expect(displayWidth(fitMiddle(text, width, '…'))).toBeLessThanOrEqual(width)
        expect(displayWidth(fitEnd(text, width, '..'))).toBeLessThanOrEqual(width)
        for (const line of fitLines(text, width + 1, '…'))
          expect(displayWidth(line)).toBeLessThanOrEqual(width + 1)
      }),
    )
  })
})
