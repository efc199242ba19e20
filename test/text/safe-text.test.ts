import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { safeJson, safeText, safeToml } from '../../src/text/safe-text.ts'

const HIDDEN: readonly [string, number][] = [
  ['escape', 0x1b],
  ['carriage return', 0x0d],
  ['DEL', 0x7f],
  ['CSI in one byte', 0x9b],
  ['soft hyphen', 0xad],
  ['combining grapheme joiner', 0x34f],
  ['Arabic letter mark', 0x61c],
  ['Hangul choseong filler', 0x115f],
  ['Hangul jungseong filler', 0x1160],
  ['Khmer inherent vowel', 0x17b4],
  ['Mongolian variation selector', 0x180b],
  ['Mongolian vowel separator', 0x180e],
  ['zero width space', 0x200b],
  ['zero width joiner', 0x200d],
  ['right-to-left mark', 0x200f],
  ['line separator', 0x2028],
  ['paragraph separator', 0x2029],
  ['right-to-left override', 0x202e],
  ['word joiner', 0x2060],
  ['invisible times', 0x2062],
  ['right-to-left isolate', 0x2067],
  ['Hangul filler', 0x3164],
  ['variation selector 1', 0xfe00],
  ['variation selector 16', 0xfe0f],
  ['byte order mark', 0xfeff],
  ['halfwidth Hangul filler', 0xffa0],
  ['interlinear anchor', 0xfff9],
  ['interlinear terminator', 0xfffb],
  ['shorthand format overlap', 0x1bca0],
  ['musical beam', 0x1d173],
  ['language tag', 0xe0001],
  ['tag letter', 0xe0061],
  ['variation selector 17', 0xe0100],
  ['variation selector 256', 0xe01ef],
]

describe('a character that nobody would see', () => {
  it.each(HIDDEN)('%s is written out', (_, code) => {
    const text = `ad${String.fromCodePoint(code)}min`
    expect(safeText(text)).toBe(`ad\\u{${code.toString(16)}}min`)
    const json = safeJson({ text })
    expect(json).toMatch(/^[\x20-\x7e]*$/)
    expect(JSON.parse(json)).toEqual({ text })
    const toml = safeToml(`name = "${text}"\n[next]\n`)
    expect(toml).toMatch(/^[\x20-\x7e\n]*$/)
    expect(parse(toml)).toEqual({ name: text, next: {} })
  })

  it('in TOML by the shorter of its two escapes', () => {
    expect(safeToml('\u001b \u202e \u{e0001}')).toBe('\\u001b \\u202e \\U000e0001')
  })

  it('a lone surrogate is, too', () => {
    expect(safeText('a\ud800b')).toBe('a\\u{d800}b')
    expect(safeText('a\udfffb')).toBe('a\\u{dfff}b')
  })

  it('the selector after a pictograph is shown as it is, a second one is not', () => {
    expect(safeText('I ❤\ufe0f traces')).toBe('I ❤\ufe0f traces')
    expect(safeText('❤\ufe0f\ufe0f')).toBe('❤\ufe0f\\u{fe0f}')
    expect(safeText('1\ufe0f')).toBe('1\\u{fe0f}')
  })
})

describe('a text that is too long', () => {
  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdefg', 6, 'abcde…'],
    ['abcdefg', 1, '…'],
    ['abcdefg', 0, '…'],
    ['', 0, ''],
  ])('"%s" in %d characters is "%s"', (text, max, shown) => {
    expect(safeText(text, max)).toBe(shown)
  })

  it.each([
    ['ab😀cd', 4, 'ab…'],
    ['ab😀cd', 5, 'ab😀…'],
    ['😀cd', 2, '…'],
    // A half that stood alone before is told from one that was cut.
    ['ab\ud83dcd', 4, 'ab\\u{d83d}…'],
  ])('"%s" is cut before a character of two halves, never in it', (text, max, shown) => {
    expect(safeText(text, max)).toBe(shown)
  })

  it('is cut at 1000 characters where nothing else is said', () => {
    expect(safeText('x'.repeat(1000))).toBe('x'.repeat(1000))
    expect(safeText('x'.repeat(1001))).toBe(`${'x'.repeat(999)}…`)
  })
})

describe('JSON', () => {
  it('keeps its own line breaks, and writes out those of a text', () => {
    expect(safeJson({ a: 'x\ny', b: [1] }, 2)).toBe('{\n  "a": "x\\ny",\n  "b": [\n    1\n  ]\n}')
  })

  it('of what JSON has no word for is null', () => {
    expect(safeJson(undefined)).toBe('null')
  })

  it('writes each half of a long character with four digits', () => {
    expect(safeJson('\u009b\u{e0061}')).toBe('"\\u009b\\udb40\\udc61"')
  })
})

/** Format characters that are drawn: signs before Arabic, Syriac and Kaithi numbers, joints of hieroglyphs. */
const DRAWN = /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}\u{13430}-\u{1343f}]/u

/** By categories of Unicode, which is another table than the program's own. */
describe('of all that Unicode has', () => {
  const all = Array.from({ length: 0x110000 }, (_, code) => code).filter(
    (code) => code < 0xd800 || code > 0xdfff,
  )

  it('no control, format or line character gets through, but those that are drawn', () => {
    const through = all.filter((code) => {
      const char = String.fromCodePoint(code)
      return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(char) && !DRAWN.test(char) && safeText(char) === char
    })
    expect(through.map((code) => code.toString(16))).toEqual([])
  })

  it('letters, digits, punctuation and symbols stay as they are, but the fillers of Hangul', () => {
    const fillers = [0x115f, 0x1160, 0x3164, 0xffa0]
    const lost = all.filter((code) => {
      const char = String.fromCodePoint(code)
      return /[\p{L}\p{N}\p{P}\p{S}\p{Zs}]/u.test(char) && safeText(char) !== char && !fillers.includes(code)
    })
    expect(lost).toEqual([])
  })
})
