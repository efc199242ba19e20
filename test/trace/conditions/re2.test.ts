import { expect, test } from 'vitest'
import { parseCondition, valueTest } from '../../../src/trace/attribute-condition.ts'

/** Patterns of RE2 with a value that fits and one that does not. */
test.each([
  [String.raw`5\-0`, '5-0', '5+0'],
  [String.raw`a\_b\:c\"\'\@\#\%\&\,\;\<\>\=\!\~`, `a_b:c"'@#%&,;<>=!~`, 'a'],
  [String.raw`\/api\/v1\.0`, '/api/v1.0', '/api/v1x0'],
  [String.raw`[\w\-\:]+`, 'a-b:c', 'a b'],
  [String.raw`[a\]b]+`, 'a]b', 'ab^'],
  ['[[]+', '[[', ']'],
  ['50[[:digit:]]', '503', '50x'],
  ['[[:alpha:][:digit:]_]+', 'a1_', 'a-'],
  ['[^[:space:]]+', 'ab', 'a b'],
  ['[[:punct:]]+', '-[`~/', 'a'],
  ['[:digit:]+', 'gtd:', '7'],
  [String.raw`\x41\\-`, String.raw`A\-`, 'A-'],
  ['(?P<code>5..)', '503', '403'],
  ['(?i)get', 'GeT', 'gat'],
  ['(?s)a.*', 'a\nb', 'b'],
  ['(?is)a.*', 'A\nb', 'b'],
  [String.raw`\pL+`, 'é', '1'],
  [String.raw`\PL+`, '1', 'é'],
  [String.raw`\p{Lu}`, 'A', 'a'],
  [String.raw`\Aab\z`, 'ab', 'abc'],
  [String.raw`\Qa.b\E+`, 'a.bb', 'axb'],
  [String.raw`\Q[(\E\\Q`, '[(\\Q', '[('],
  [String.raw`[\pL]+`, 'é', '1'],
  [String.raw`[^\pN_]+`, 'a', '1'],
  [String.raw`[\p{Lu}\PL]+`, '1A', 'a'],
  [String.raw`x\Qa.b`, 'xa.b', 'xaxb'],
  ['\\Qa\\', 'a\\', 'a'],
  // What JavaScript alone knows, in files.
  ['(?!x)a.*', 'ab', 'xa'],
  [String.raw`(?<q>.)\k<q>`, 'aa', 'ab'],
])('%s fits %j and not %j', (pattern, fits, other) => {
  expect(parseCondition(`k=~${pattern}`)).toEqual(['k', pattern, '=~'])
  expect([fits, other].map(valueTest(['k', pattern, '=~']))).toEqual([true, false])
  expect([fits, other].map(valueTest(['k', pattern, '!~']))).toEqual([false, true])
})

test.each(['(', ')', '[a', '*', '[z-a]', '\\', '(?P<a'])('%s is none', (pattern) => {
  expect(parseCondition(`k=~${pattern}`)).toBe('is not a regular expression')
})
