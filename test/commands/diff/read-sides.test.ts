import { execFileSync } from 'node:child_process'
import { describe, expect, it, test } from 'vitest'
import { readSides, searchFlags } from '../../../src/commands/trace/diff/read-sides.ts'
import { ofSide } from '../../../src/commands/trace/diff/side-failure.ts'
import { Failure } from '../../../src/errors.ts'

const NOW = Date.parse('2026-11-24T10:00:00Z')
const ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const sides = (args: readonly string[], flags: Record<string, unknown> = {}) =>
  readSides({ args, flags, json: false, now: NOW })

describe('a side as a search', () => {
  it.each<[string, unknown]>([
    ['service=checkout since=1d', { service: 'checkout', since: '1d' }],
    ['  error   name="GET /cart items" ', { error: true, name: 'GET /cart items' }],
    ["attr='a b=c d' attr=x>=5", { attr: ['a b=c d', 'x>=5'] }],
    ['"name=a b" min=5ms', { name: 'a b', min: '5ms' }],
    ['attr=k=~"a|b"', { attr: ['k=~a|b'] }],
    ['query=\'{ name = "x" }\'', { query: '{ name = "x" }' }],
    [`attr=who="O'Brien" attr='a="b" c'`, { attr: ["who=O'Brien", 'a="b" c'] }],
    ['file="my traces.json" limit=5', { file: 'my traces.json', limit: '5' }],
  ])('%s', (text, flags) => {
    expect(searchFlags(text, '--a')).toEqual(flags)
  })

  it.each([
    ['servce=x', /--a: "servce" is not known/, /Did you mean service\?/],
    [ID, /--a: ".*" is not key=value/, /An id or a file goes without --a/],
    ['service=', /--a: service has no value/, /service=VALUE/],
    ['service=a service=b', /--a: service is there twice/, /once/],
    ['name="open', /--a: a quote is not closed/, /^Write it like 'name="GET \/cart" since=1d'\.$/],
    ["name='open", /--a: a quote is not closed/, /^Write it like 'name=/],
    ["name=rock 'n roll", /--a: a quote is not closed/, /^Write it like 'name=/],
    ['  ', /--a is empty/, /service=checkout since=1d/],
    ['since=soon', /--a: since: "soon" is not a duration/, /./],
    ['since="--limit 20"', /^--a: since: "--limit 20" is not a duration$/, /./],
    [`since='a" --limit 20 "b'`, /^--a: since: "a" --limit 20 "b" is not a duration$/, /./],
    ['since=1h from=2026-11-24', /--a: since and from cannot be used together/, /./],
    [
      'attr=x',
      /--a: attr: "x" is not key=value/,
      /^Write it like attr=http.response.status_code=500 or attr=http.response.status_code>=500\.$/,
    ],
    ['limit=0', /--a: limit: "0" is not a whole number/, /^Write it like limit=20, or leave it out\.$/],
    ['limit=99999', /--a: limit: "99999" is not/, /^The largest is limit=10000\.$/],
    ['min=5ms max=1ms', /^--a: min=5ms is longer than max=1ms$/, /: min=1ms max=5ms$/],
    ['from=now to=now-1h', /^--a: the time to look at ends before it begins$/, /^Check from= and to=\.$/],
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

test('a failure of a side is the same failure in other words', () => {
  const given = {
    detail: ['HTTP 403'],
    reason: 'no-trace' as const,
    missingScopes: ['traces:read'],
    exit: 9,
  }
  const failure = new Failure('not-allowed', '--since and --from', { ...given, hint: 'Check --since.' })
  const told = ofSide('A', failure)
  expect(told).toBeInstanceOf(Failure)
  expect(told).toMatchObject({ ...given, code: 'not-allowed', message: 'A: since and from', cause: failure })
  expect(told.hint).toBe('Check since=.')
})

describe('a quote that is part of a value', () => {
  const failureOf = (text: string): Failure => {
    try {
      return new Failure('bug', JSON.stringify(searchFlags(text, '--a')))
    } catch (error) {
      if (error instanceof Failure) return error
      throw error
    }
  }

  it.each([
    "name=O'Brien",
    "name=O'Brien service=O'Neil",
    "name='O'Brien's'",
    "name='O'Brien'",
    "name=it's error handling",
    "foo=O'Brien",
    "O'Brien",
    "name=a\tO'Brien",
    'service="a b" name=5" disk',
    `name=5" of O'Brien's`,
    "name=Dvořák's",
    `query='{ name = "O'Brien" }'`,
    'name="GET "cart',
  ])('%j is refused: it takes quotes of the other kind around it', (text) => {
    expect(failureOf(text)).toMatchObject({ code: 'usage', message: '--a: a quote is part of a word' })
  })

  it('what the hint shows is a side, typed into a shell', () => {
    const { hint } = failureOf("name=O'Brien")
    const [, typed = ''] =
      /^A value with a quote in it stands in quotes of the other kind: --a (.*)$/.exec(hint) ?? []
    const side = execFileSync('sh', ['-c', `printf %s ${typed}`], { encoding: 'utf8' })
    expect(searchFlags(side, '--a')).toEqual({ name: "O'Brien" })
  })
})

describe('which side is which', () => {
  it('two arguments; one and a search, which may come first; two searches', () => {
    const letters = (args: string[], flags: Record<string, unknown> = {}) =>
      sides(args, flags).map((side) => `${side.letter} ${'filter' in side ? side.text : side.argument.kind}`)
    expect(letters([ID, 'b.json'])).toEqual(['a word', 'b file'])
    expect(letters([ID], { a: 'error' })).toEqual(['a error', 'b word'])
    expect(letters(['-'], { b: 'error' })).toEqual(['a file', 'b error'])
    expect(letters([], { a: 'error', b: 'service=x' })).toEqual(['a error', 'b service=x'])
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
    [[], {}, /no trace is named/],
    [[ID], {}, /nothing to compare it with/],
    [[], { a: 'error' }, /nothing to compare it with/],
    [[ID, ID], { a: 'error' }, /more than two sides/],
    [['-', '-'], {}, /both sides are standard input/],
    [['-'], { a: 'file=-' }, /both sides are standard input/],
    [['t.json', ID], { traceA: 'what?' }, /not a span or trace id/],
  ])('%j %j is refused', (args, flags, message) => {
    expect(() => sides(args, flags)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) }),
    )
  })
})
