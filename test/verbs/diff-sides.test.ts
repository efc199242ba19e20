import { describe, expect, it } from 'vitest'
import { readFlags } from '../../src/frame/verb.ts'
import { readSearch, readSides } from '../../src/verbs/diff-sides.ts'
import { traceDiff } from '../../src/verbs/trace-diff.ts'

const NOW = Date.parse('2026-11-24T10:00:00Z')
const ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const sides = (args: readonly string[], flags: Record<string, unknown> = {}) =>
  readSides(readFlags(traceDiff.flags, flags, args, NOW))

describe('a side as a search', () => {
  it.each<[string, object]>([
    ['service=checkout since=1d', { filter: { service: 'checkout', fromMillis: NOW - 86_400_000 } }],
    ['  error   name="GET /cart items" ', { filter: { errors: true, name: 'GET /cart items' } }],
    ['"name=a b" --min=5ms', { filter: { name: 'a b', minNanos: 5e6 } }],
    ['query=\'{ name = "x" }\'', { filter: { query: '{ name = "x" }' } }],
    ['file="my traces.json" limit=5', { file: 'my traces.json', filter: { limit: 5, fromMillis: 0 } }],
  ])('%s', (text, search) => {
    expect(readSearch(text, '--a', NOW)).toMatchObject(search)
  })

  it('attributes, with quotes around values', () => {
    const { filter } = readSearch(`attr=who="O'Brien" attr='a="b" c' attr=k=~"a|b" attr=x>=5`, '--a', NOW)
    expect(filter.attributes?.map(([key, text, operator]) => `${key} ${operator} ${text}`)).toEqual([
      "who undefined O'Brien",
      'a undefined "b" c',
      'k =~ a|b',
      'x >= 5',
    ])
  })

  it.each([
    ['servce=x', /--a: "servce" is not known/, /Did you mean service\?/],
    [ID, /--a: ".*" is not key=value/, /Give an id or a file without --a/],
    ['service=', /--a: service has no value/, /service=VALUE/],
    ['service=a service=b', /--a: service appears twice/, /once/],
    ['name="open', /--a: a quote is unclosed/, /--a 'name="GET \/cart" since=1d'$/],
    ["name=rock 'n roll", /--a: a quote is unclosed/, /./],
    ['  ', /--a is empty/, /service=checkout since=1d/],
    ['since=soon', /--a: --since: "soon" is not a duration/, /./],
    ['since=1h from=2026-11-24', /--a: --since and --from cannot be used together/, /./],
    ['attr=x', /--a: --attr: "x" is not key=value/, /^Write it like --attr http/],
    ['limit=0', /--a: --limit: "0" is not a whole number/, /^Write it like --limit 20/],
    ['min=5ms max=1ms', /^--a: --min 5ms is longer than --max 1ms$/, /./],
    ['from=now to=now-1h', /^--a: the time range ends before it begins$/, /./],
    ['error=true', /^--a: error takes no value$/, /^Write error, or leave it out\.$/],
    ['errors=', /^--a: errors takes no value$/, /^Write errors, or leave it out\.$/],
    ['erorr=true', /--a: "erorr" is not known/, /Did you mean error\?/],
  ])('%s is refused', (text, message, hint) => {
    expect(() => sides([ID], { a: text })).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      }),
    )
  })
})

it.each([
  "name=O'Brien",
  "name=O'Brien service=O'Neil",
  "name='O'Brien's'",
  "name='O'Brien'",
  "name=it's error handling",
  "O'Brien",
  "name=a\tO'Brien",
  'service="a b" name=5" disk',
  `name=5" of O'Brien's`,
  "name=Dvořák's",
  `query='{ name = "O'Brien" }'`,
  'name="GET "cart',
])('a quote that is part of a value: %j is refused', (text) => {
  expect(() => readSearch(text, '--a', NOW)).toThrow(
    expect.objectContaining({ code: 'usage', message: '--a: a quote is unclosed or inside a word' }),
  )
})

describe('which side is which', () => {
  it('two arguments; one and a search, which may come first; two searches', () => {
    const kinds = (args: string[], flags: Record<string, unknown> = {}) =>
      sides(args, flags).map((side) => ('filter' in side ? side.text : side.argument.kind))
    expect(kinds([ID, 'b.json'])).toEqual(['word', 'file'])
    expect(kinds([ID], { a: 'error' })).toEqual(['error', 'word'])
    expect(kinds(['-'], { b: 'error' })).toEqual(['file', 'error'])
    expect(kinds([], { a: 'error', b: 'service=x' })).toEqual(['error', 'service=x'])
  })

  it('a search looks at the last hour, in a file at everything', () => {
    const [a, b] = sides([], { a: 'error', b: 'error file=t.json' })
    expect(a).toMatchObject({
      filter: { errors: true, fromMillis: NOW - 3_600_000, toMillis: NOW, limit: 20 },
    })
    expect(b).toMatchObject({ file: 't.json', filter: { fromMillis: 0 } })
  })

  it.each(['error', 'errors'])('%s: what failed', (word) => {
    for (const side of sides([], { a: word, b: word }))
      expect(side).toMatchObject({ filter: { errors: true } })
  })

  it.each<[string[], Record<string, unknown>, RegExp]>([
    [[], {}, /missing trace id/],
    [[ID], {}, /missing the second trace/],
    [[], { a: 'error' }, /missing the second trace/],
    [[ID, ID], { a: 'error' }, /too many sides/],
    [['-', '-'], {}, /both sides are standard input/],
    [['-'], { a: 'file=-' }, /both sides are standard input/],
    [['t.json', ID], { traceA: 'what?' }, /not a span or trace id/],
  ])('%j %j is refused', (args, flags, message) => {
    expect(() => sides(args, flags)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) }),
    )
  })
})
