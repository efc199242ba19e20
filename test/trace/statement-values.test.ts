import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskLiterals } from '../../src/trace/masking/value.ts'

test('no text or number of a statement survives, whatever stands in it', () => {
  const value = fc.string({ unit: 'binary', maxLength: 20 })
  fc.assert(
    fc.property(value, fc.integer({ min: 100_000 }), (text, n) => {
      const quoted = `'#${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}#'`
      expect(maskLiterals(`select a from t where b = ${quoted} and c = ${n}`)).toBe(
        'select a from t where b = ? and c = ?',
      )
      const json = maskLiterals(JSON.stringify({ find: text, filter: { n, list: [text, n] } }))
      expect(json).toBe('{"find":?,"filter":{"n":?,"list":[?,?]}}')
    }),
  )
})
