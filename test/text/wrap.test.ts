import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayWidth } from '../../src/text/display-width.ts'
import { wrap, wrapAdvice } from '../../src/text/wrap.ts'

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

describe('advice', () => {
  it.each([
    ['short, with  two spaces', 40, '', 'short, with  two spaces'],
    [
      'Name it: --api URL, or ls-auth login --api URL',
      30,
      '',
      'Name it: --api URL, or\nls-auth login --api URL',
    ],
    [
      'Run: ls-auth login --api URL. Then go on.',
      28,
      '      ',
      'Run:\n      ls-auth login --api URL.\n      Then go on.',
    ],
    [
      '  At ls-auth login, or with chmod 600 /a/b',
      24,
      '  ',
      '  At ls-auth login, or\n    with chmod 600 /a/b',
    ],
    ['  profile  work (saved: issuer, store)', 26, '', '  profile  work (saved:\n           issuer, store)'],
    ['/state/ls-auth is yours', 16, '', '/state/ls-auth\nis yours'],
    ['Run: sudo chmod 644 /a/b', 18, '', 'Run:\nsudo chmod 644 /a/b'],
    ['Run: sudo chown root /a/b', 18, '', 'Run:\nsudo chown root /a/b'],
    [
      'No display here; ls-auth login says how to bring the answer here.',
      30,
      '',
      'No display here; ls-auth login\nsays how to bring the answer\nhere.',
    ],
    ['Or ls-auth profile show tells where it is.', 24, '', 'Or ls-auth profile show\ntells where it is.'],
    ['Ask ls-auth profile show for it.', 26, '', 'Ask ls-auth profile show\nfor it.'],
    // A value may be any word.
    ['Run: ls-auth services --tenant shows it', 26, '', 'Run:\nls-auth services --tenant shows\nit'],
    ['What ls-auth has found in the home', 20, '', 'What ls-auth has\nfound in the home'],
    ['ls-auth doctor --profile a.b (or c)', 10, '', 'ls-auth doctor --profile a.b (or c)'],
  ])('%j in %i columns', (text, width, indent, expected) => {
    expect(wrapAdvice(text, width, indent)).toBe(expected)
  })
})

it('a command in brackets keeps its bracket', () => {
  const advice =
    'Check organization and project in the profile (ls-auth profile show); names are case-sensitive.'
  expect(wrapAdvice(advice, 74)).toBe(
    'Check organization and project in the profile (ls-auth profile show);\nnames are case-sensitive.',
  )
})
