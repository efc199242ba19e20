import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FALLBACK, JsonBytes } from '../../../src/trace/formats/json-scan/json-bytes.ts'
import { TextPool } from '../../../src/trace/formats/text-pool.ts'

/** Whether the whole text is one value to step over. */
function skips(text: string): boolean {
  const cursor = new JsonBytes(Buffer.from(text))
  try {
    cursor.skip()
    return cursor.peek() === -1
  } catch (error) {
    if (error === FALLBACK) return false
    throw error
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('a value of any kind is stepped over', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(0, 1, '\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      if (!/\d{16}/.test(text)) expect(skips(text)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('nothing is stepped over that JSON.parse refuses', () => {
  const tokens = [
    ...'{}[],:"\\ \n0123456789eE+-.aufn/',
    'true',
    'false',
    'null',
    '"k"',
    '"k":',
    '\\u00e9',
    '1e5',
    'é',
    '\u0007',
  ]
  const text = fc.array(fc.constantFrom(...tokens), { maxLength: 12 }).map((parts) => parts.join(''))
  const number = fc.array(fc.constantFrom(...'0019-+.eE'), { maxLength: 8 }).map((parts) => parts.join(''))
  const string = fc
    .array(fc.constantFrom(...'\\"u0aFn/ \t'), { maxLength: 9 })
    .map((parts) => `"${parts.join('')}"`)
  fc.assert(
    fc.property(fc.oneof(text, number, string), (text) => {
      expect(skips(text)).toBe(parses(text))
    }),
    { numRuns: 20_000 },
  )
})

test('nesting is bounded', () => {
  const nested = (levels: number) => `${'[{"a":'.repeat(levels)}1${'}]'.repeat(levels)}`
  expect(skips(nested(100))).toBe(true)
  expect(skips(nested(100_000))).toBe(false)
})

test('repeated texts are what Buffer makes of them', () => {
  const pool = new TextPool()
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 20, maxLength: 300 }), fc.nat(4), (array, at) => {
      const bytes = Buffer.from(array)
      expect(pool.text(bytes, at, bytes.length)).toBe(bytes.toString('utf8', at))
    }),
  )
})

test('a pool that is full goes on, and gives one string for the same bytes', () => {
  const pool = new TextPool()
  for (const round of [1, 2]) {
    for (let i = 0; i < 10_000; i++) {
      const bytes = Buffer.from(`${round}: operation ${i % 6_000}`)
      expect(pool.text(bytes, 3, bytes.length)).toBe(`operation ${i % 6_000}`)
    }
  }
})
