import { describe, expect, it } from 'vitest'
import { parseToml } from '../../src/settings/files/toml-reading.ts'
import { patch } from '../../src/settings/files/toml-writing.ts'

// Two libraries read a settings file: one for every command, one when it is changed.
const ACCEPTED = {
  'offset and local dates':
    'a = 2020-01-01T00:00:00+02:00\nb = 2020-01-01\nc = 07:32:00\nd = 1979-05-27T07:32:00\n',
  'arrays of tables': '[[a]]\nb = 1\n[[a]]\nb = 2\n[a.c]\nd = 1\n',
  'dotted keys': 'a.b.c = 1\na."b.x".d = 2\n[e]\nf.g = 1\n',
  'a table before the one it is in': '[a.b.c]\nx = 1\n[a]\ny = 1\n',
  'inline tables over lines, with a comma at the end': 'a = {\n  b = 1,\n  c = { d = 2 },\n}\n',
  'all kinds of strings': `a = "x\\u00e9"\nb = 'y'\nc = """\nz\\\n  z"""\nd = '''\nw'''\n`,
  'numbers in every base': 'a = 0xff\nb = 0o7\nc = 0b1\nd = 1_000\ne = 1e3\nf = inf\n',
  'integers beyond a number': 'a = 9223372036854775807\n',
  'CRLF, a byte order mark and no last newline': '\ufeffa = 1\r\nb = 2',
  'names that objects have': '[profiles.__proto__]\na = "b"\n[profiles.constructor]\na = "b"\n',
  nothing: '',
}

/** Where each stops, as `line:column` counted from one. */
const REFUSED = {
  'no value': ['[profiles.a]\nissuer = \n', '2:10'],
  'a word without quotes': ['a = b\n', '1:5'],
  'a string that does not end': ['a = "x\n', '1:7'],
  'a key twice': ['a = 1\na = 2\n', '2:1'],
  'a table twice': ['[a]\nb = 1\n[a]\nc = 2\n', '3:2'],
  'a table that a dotted key made': ['a.b = 1\n[a]\nc = 2\n', '2:2'],
  'an inline table that goes on': ['a = { b = 1 }\na.c = 2\n', '2:1'],
  'a list that goes on as tables': ['a = []\n[[a]]\n', '2:3'],
  'two on a line': ['a = 1 b = 2\n', '1:7'],
  'month 13': ['a = 2020-13-01\n', '1:5'],
  'a leading zero': ['a = 01\n', '1:5'],
  'a control character': ['a = "\x01"\n', '1:6'],
  'half a surrogate pair': ['a = "\\ud800"\n', '1:6'],
} as const

describe('what one TOML library accepts', () => {
  it.each(Object.entries(ACCEPTED))('the other does too: %s', (_, text) => {
    expect(patch(text, parseToml(text)).trimEnd()).toBe(text.trimEnd())
  })

  it.each(Object.entries(REFUSED))('or both refuse: %s', (_, [text, where]) => {
    const read = () => parseToml(text)
    expect(read).toThrow(expect.objectContaining({ line: Number(where.split(':')[0]) }))
    expect(read).toThrow(expect.objectContaining({ column: Number(where.split(':')[1]) }))
    expect(() => patch(text, {})).toThrow()
  })
})

describe('nesting', () => {
  it('is refused beyond what any settings need, in whatever form', () => {
    for (const text of [
      `a${'.a'.repeat(100)} = 1\n`,
      `[a${'.a'.repeat(100)}]\n`,
      `[[a${'.a'.repeat(100)}]]\n`,
      `a = ${'['.repeat(100)}${']'.repeat(100)}\n`,
      `a = ${'{a='.repeat(100)}1${'}'.repeat(100)}\n`,
    ]) {
      expect(() => parseToml(text)).toThrow(/nest/)
    }
    expect(parseToml(`a${'.a'.repeat(50)} = 1\n`)).toBeDefined()
  })
})
