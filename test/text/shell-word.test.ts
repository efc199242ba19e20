import { describe, expect, it } from 'vitest'
import { shellWord } from '../../src/text/shell-word.ts'

describe('a word of a command line to copy', () => {
  it.each([
    ['plain', 'work', 'work'],
    ['empty', '', `''`],
    ['with a blank', 'two words', `'two words'`],
    ['with a quote', `it's`, `'it'\\''s'`],
    ['with a backslash', 'a\\b', `'a\\b'`],
    ['with what would move the cursor', 'a\u001b[1mb', `'a\\u{1b}[1mb'`],
  ])('for a POSIX shell: %s', (_, text, word) => {
    expect(shellWord(text)).toBe(word)
    expect(shellWord(text, 'darwin')).toBe(word)
  })

  // cmd.exe knows no single quotes. How a program of Windows reads its words:
  // https://learn.microsoft.com/en-us/cpp/c-language/parsing-c-command-line-arguments
  it.each([
    ['plain', 'work', 'work'],
    ['empty', '', '""'],
    ['a path', 'C:\\Users\\me\\ls-auth.key', 'C:\\Users\\me\\ls-auth.key'],
    ['a path below home', '~\\ls-auth.key', '~\\ls-auth.key'],
    ['a path with a blank', 'C:\\my keys\\k', '"C:\\my keys\\k"'],
    ['a backslash at the end of quotes', 'C:\\my keys\\', '"C:\\my keys\\\\"'],
    ['signs of cmd.exe', 'a&b|c>d^e', '"a&b|c>d^e"'],
    ['signs of PowerShell', 'a,b', '"a,b"'],
    ['a splat of PowerShell', '@a', '"@a"'],
    ['a quote', 'say "x"', '"say ""x"""'],
    ['a backslash before a quote', 'a\\"', '"a\\\\"""'],
    ['the other quote', `it's`, `"it's"`],
  ])('for the shells of Windows: %s', (_, text, word) => {
    expect(shellWord(text, 'win32')).toBe(word)
  })
})
