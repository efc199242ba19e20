import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wrap } from '../../src/commands/wrap.ts'
import { displayWidth } from '../../src/display-width.ts'

describe('wrap', () => {
  it.each([
    ['one two three', 7, '', 'one two\nthree'],
    ['one two three', 9, '  ', 'one two\n  three'],
    ['開発 運用 監視', 9, '', '開発 運用\n監視'],
    ['開発 運用 監視', 10, '  ', '開発 運用\n  監視'],
    ['https://login.example/a/long/path', 10, '', 'https://login.example/a/long/path'],
    ['', 10, '', ''],
  ])('%j in %i columns', (text, width, indent, expected) => {
    expect(wrap(text, width, indent)).toBe(expected)
  })

  it('no line is wider than asked, but for one word, and nothing is lost', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'é', '開', '🙂', '-'), minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(fc.array(word), fc.integer({ min: 4, max: 30 }), (words, width) => {
        const lines = wrap(words.join(' '), width, '  ').split('\n')
        expect(lines.map((line) => line.trim()).join(' ')).toBe(words.join(' '))
        expect(lines.filter((line) => displayWidth(line) > width && line.trim().includes(' '))).toEqual([])
      }),
    )
  })
})
