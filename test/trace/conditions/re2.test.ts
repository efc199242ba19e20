import { expect, test } from 'vitest'
import { parseCondition, valueTest } from '../../../src/trace/attributes.ts'

/** Patterns of RE2 with a value that fits and one that does not. */
test.each([
  [String.raw`5\-0`, '5-0', '5+0'],
  [String.raw`a\_b\:c\"\'\@\#\%\&\,\;\<\>\=\!\~`, `a_b:c"'@#%&,;<>=!~`, 'a'],
  [String.raw`\/api\/v1\.0`, '/api/v1.0', '/api/v1x0'],
  [String.raw`[\w\-\:]+`, 'a-b:c', 'a b'],
  [String.raw`[a\]b]+`, 'a]b', 'ab^'],
  ['[[]+', '[[', ']'],
  [String.raw`\x41\\-`, String.raw`A\-`, 'A-'],
  ['(?i)get', 'GeT', 'gat'],
  ['(?s)a.*', 'a\nb', 'b'],
  ['(?is)a.*', 'A\nb', 'b'],
  // What JavaScript alone knows, in files.
  ['(?!x)a.*', 'ab', 'xa'],
  [String.raw`(?<q>.)\k<q>`, 'aa', 'ab'],
])('%s fits %j and not %j', (pattern, fits, other) => {
  expect(parseCondition(`k=~${pattern}`)).toEqual(['k', pattern, '=~'])
  expect([fits, other].map(valueTest(['k', pattern, '=~']))).toEqual([true, false])
  expect([fits, other].map(valueTest(['k', pattern, '!~']))).toEqual([false, true])
})

test.each([
  '(',
  ')',
  '[a',
  '*',
  '[z-a]',
  '\\',
  '(?P<a>.)',
  '50[[:digit:]]',
  '\\Qa.b\\E',
  '\\Aab\\z',
  '\\pL+',
])('%s is none', (pattern) => {
  expect(parseCondition(`k=~${pattern}`)).toBe('is not a regular expression')
})
